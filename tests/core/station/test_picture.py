"""The photo is shown for the comparison and is nowhere else; papers say which of them waits, and why."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from core import commands as c
from core.devices import CardRead, PrintOutcome, Slot
from core.errors import DeviceFault
from core.view import SenderView
from tests.core.station.desk import WAYBILLS, Counter, card

pytestmark = pytest.mark.requirement("R77")

PICTURE = b"BM" + bytes(range(256)) * 8  # unlike anything else a store holds


@pytest.fixture
def counter() -> Iterator[Counter]:
    counter = Counter(receipts=True)
    yield counter
    counter.station.stop()


def _place(counter: Counter, read: str = "r-1", *, bmp: bytes = b"", reason: str = "") -> SenderView:
    event = CardRead(Slot.ID_READER, card(read=read), photo_bmp=bmp, photo_reason=reason)
    counter.station.device_event(event)
    sender = counter.look().visit
    assert sender is not None
    assert sender.sender is not None
    return sender.sender


def test_the_photo_of_the_document_is_shown(counter: Counter) -> None:
    counter.log_in()
    sender = _place(counter, bmp=PICTURE)
    assert (sender.photo, sender.picture) == ("shown", PICTURE)
    assert "picture" not in repr(sender)


@pytest.mark.parametrize("reason", ["no_library", "timeout", "output", "crashed"])
def test_without_a_photo_the_reason_is_shown(counter: Counter, reason: str) -> None:
    counter.log_in()
    sender = _place(counter, reason=reason)
    assert (sender.photo, sender.picture) == (reason, b"")


def test_another_person_s_photo_never_stands_beside_a_name(counter: Counter) -> None:
    """T27: a card that is not taken brings no picture either, and the one that stands stays."""
    counter.log_in()
    _place(counter, bmp=PICTURE)
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    other = card("示例乙", "110105194912310046", read="r-2")
    counter.station.device_event(CardRead(Slot.ID_READER, other, photo_bmp=b"BM another"))
    visit = counter.look().visit
    assert visit is not None
    assert visit.sender is None or visit.sender.picture == b""


def test_the_photo_goes_with_the_commit_and_the_lock_and_is_stored_nowhere(counter: Counter) -> None:
    """Neither in the draft nor in any entry or attachment; a lock or a commit takes it off the screen."""
    counter.log_in()
    _place(counter, bmp=PICTURE)
    counter.type(sender_phone="13800138000", sender_address="北京市朝阳区样本街道1号")
    counter.do(c.Lock())
    counter.log_in()
    assert all(PICTURE not in row.data for row in counter.vault.journal.drafts("OP10001"))
    restored = counter.visit().sender
    assert restored is None or restored.picture == b""
    _place(counter, "r-2", bmp=PICTURE)
    counter.do(c.ConfirmOriginal(), c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    assert "ItemAccepted" in counter.kinds()
    sender = counter.visit().sender
    assert sender is not None
    assert sender.picture == b""
    entries = counter.vault.journal.rows
    parts = [part for entry in entries for part in entry.attachments if part is not None]
    stored = b"".join([*(entry.body for entry in entries), *(part.data for part in parts)])
    for form in (PICTURE, base64.urlsafe_b64encode(PICTURE)[:60], PICTURE.hex().encode()):
        assert form not in stored


def test_each_paper_says_why_it_waits_and_labels_wait_for_their_scan(counter: Counter) -> None:
    """The label printed and not scanned back, the receipt held up by its own printer."""
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    jobs = counter.paper(2)
    label = next(job for job in jobs if job.slot is Slot.LABEL_PRINTER)
    receipt = next(job for job in jobs if job.slot is Slot.RECEIPT_PRINTER)
    counter.print(label)
    counter.print(receipt, PrintOutcome.NOT_PRINTED, DeviceFault.PAPER_OUT)
    view = counter.look()
    (waiting,) = view.pending
    assert (waiting.label, waiting.label_fault) == ("printed", "")
    assert (waiting.receipt, waiting.receipt_fault) == ("due", DeviceFault.PAPER_OUT)
    assert [item.number for item in view.unscanned] == [waiting.number]
    counter.scan(WAYBILLS[0])
    assert counter.look().unscanned == ()
