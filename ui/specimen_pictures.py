"""A picture of a paper without a chip is asked for, and compared: for the pictures of the screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.acceptance.gates import Missing
from core.errors import RuleFault
from core.paper_pictures import PictureOf, PicturesView
from core.view import CounterView, Message

# As the lane gives it, of the demonstration's scanner: drawn, of nobody.
_PAPER = Path(__file__).parents[1] / "resources" / "demonstration" / "paper.jpg"
_WANTED = {PictureOf.DOCUMENT.value: False}
# An agent whose own document was typed, and what she shows.
BOTH = PicturesView(
    {PictureOf.DOCUMENT.value: False, PictureOf.PROOF.value: True}, kept=(PictureOf.DOCUMENT.value,)
)


def pictured(typed: CounterView) -> dict[str, CounterView]:
    """Views of a typed document: awaited, come, needed before F9."""
    return {
        "picture-wait": _with(typed, PicturesView(_WANTED, state="waits", of=PictureOf.DOCUMENT, number=1)),
        "picture-seen": _with(
            typed,
            PicturesView(_WANTED, state="seen", of=PictureOf.DOCUMENT, jpeg=_PAPER.read_bytes(), number=1),
        ),
        "picture-needed": replace(
            _with(typed, PicturesView({PictureOf.DOCUMENT.value: True}), Missing.PICTURE.value),
            message=Message(str(RuleFault.PICTURE_NEEDED), {}, "error", 1),
        ),
    }


def _with(view: CounterView, pictures: PicturesView, *missing: str) -> CounterView:
    if view.visit is None:
        raise ValueError("a view with a typed document")
    return replace(view, visit=replace(view.visit, pictures=pictures, missing=missing))
