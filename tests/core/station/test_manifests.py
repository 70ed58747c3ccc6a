"""The manifest of a closed bag: what was scanned and sealed, signed, without customer and waybill."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from core.dispatch import CloseBag, LeaveDispatch, OpenBag, OpenDispatch, PackItem, UnpackItem
from core.errors import CounterError, RuleFault, StoreError, StoreFault
from core.ledger import stock
from core.manifest import MakeManifest, ManifestPage
from core.receipts.manifest import read_manifest
from tests.core.station.desk import WAYBILLS, Counter
from tests.core.station.test_dispatching import packed as packed  # noqa: PLC0414 - a fixture

Packed = tuple[Counter, list[int], list[str]]


class Files:
    """Where the pages go; ``fault`` where the disk takes none."""

    def __init__(self) -> None:
        self.pages: list[ManifestPage] = []
        self.fault: CounterError | None = None

    def begin(
        self, page: object, place: str, language: str, done: Callable[[str | CounterError], None]
    ) -> None:
        """At once."""
        assert isinstance(page, ManifestPage)
        self.pages.append(page)
        done(self.fault or f"/export/{page.stem}-{place}-{language}.pdf")


def sealed(packed: Packed) -> tuple[Counter, Files, int]:
    """Two items in a closed bag, one that was in it and came out; no bag is open."""
    counter, items, tokens = packed
    files = Files()
    counter.live.slip_files = files
    counter.do(OpenDispatch(), OpenBag("B-0001", "centre_01"))
    for token in (tokens[2], tokens[0], tokens[1]):
        counter.scan(token)
    counter.do(UnpackItem(items[0]), CloseBag("S-1001"))
    assert counter.message() == "msg.bag_closed"
    return counter, files, counter.live.state.value[stock.MEMBER]["closed"][-1]


def test_what_was_sealed_is_listed_and_signed(packed: Packed) -> None:
    counter, files, closed = sealed(packed)
    counter.do(MakeManifest(closed, "folder", "zh"))
    counter.shown()
    assert counter.message() == "msg.manifest_written"
    page = files.pages[-1]
    found = page.slip
    assert (found.bag, found.seal, found.to, found.by) == ("B-0001", "S-1001", "centre_01", "OP10001")
    assert [each.number for each in found.items] == ["000003", "000002"]  # in the order of the scans
    assert found.weight_g == sum(each.weight_g for each in found.items) > 0
    assert found.closed == counter.live.need_journal().head_at(closed)
    assert page.stem == f"bag-manifest-{found.terminal}-B-0001-{closed}"
    record = read_manifest(page.qr, counter.vault.headquarters_keys().chain)
    assert record.digest == found.digest()
    assert (record.members["count"], record.members["seal"]) == (2, "S-1001")
    told = str(found.as_json()) + str(record.members)
    assert not [waybill for waybill in WAYBILLS if waybill in told]


def test_it_can_be_had_again_and_says_the_same(packed: Packed) -> None:
    """The disk refused it once; a bag that is opened since changes nothing."""
    counter, files, closed = sealed(packed)
    files.fault = StoreError(StoreFault.DISK_FULL)
    counter.do(MakeManifest(closed, "stick", "en"))
    counter.shown()
    assert counter.message() == "msg.manifest_failed"
    files.fault = None
    counter.do(OpenBag("B-0002", "sorting_01"), PackItem(WAYBILLS[0]))
    counter.do(MakeManifest(closed, "stick", "en"))
    counter.shown()
    assert counter.message() == "msg.manifest_written"
    assert files.pages[0].slip == files.pages[1].slip


def test_only_of_a_closed_bag_and_on_its_page(packed: Packed) -> None:
    counter, files, closed = sealed(packed)
    for wrong in (MakeManifest(closed + 1, "folder", "zh"), MakeManifest(closed, "cloud", "zh")):
        counter.do(wrong)
        assert counter.message() == RuleFault.NOT_ALLOWED
    counter.do(LeaveDispatch(), MakeManifest(closed, "folder", "zh"))
    assert counter.message() == RuleFault.NOT_ALLOWED
    assert files.pages == []


@pytest.mark.parametrize("kind", [stock.PACKED, stock.UNPACKED])
def test_what_was_not_sealed_so_is_never_listed(packed: Packed, kind: str) -> None:
    """An entry of the bag that is another one now: no manifest, and which entry it is of is said."""
    counter, files, closed = sealed(packed)
    rows = counter.vault.journal.rows
    at = next(place for place, row in enumerate(rows) if row.header.kind == kind)
    other = next(row for row in rows if row.header.kind == "ItemAccepted")
    rows[at], kept = dataclasses.replace(other), rows[at]
    counter.do(MakeManifest(closed, "folder", "zh"))
    assert counter.message() == RuleFault.DAY_INCOMPLETE
    assert files.pages == []
    rows[at] = kept
