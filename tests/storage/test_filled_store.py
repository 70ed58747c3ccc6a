"""The benches' store of very many items, made small: what they measure still fits the product's tables."""

from __future__ import annotations

from bench import erase


def test_everything_that_was_put_in_is_erased() -> None:
    *_, left = erase.run(items=30)
    assert (left.name, left.value) == ("erase: attachments and keys left", 0)
