"""The drawer: every visitor through the real drivers, accepted or refused for the stated reason.

Card bytes over a pty, waybills and labels through the scanner's port, TSPL and ESC/POS over TCP to printers
that interpret them apart from the encoders.  What came out on paper is decoded and equals the journal (T22).
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from core import commands as c
from core.acceptance.record import label_from_annex
from core.devices import Receipt
from core.ledger.entry import Entry
from core.ports import ItemRow
from core.receipts.record import ReceiptRecord, read_record
from core.rules import load_rules
from devices.printer.fonts import FontBook
from devices.printer.label import LabelRenderer
from devices.printer.receipt import ReceiptRenderer, receipt_renderer
from devices.printer.setting import RenderedPage
from devices.printer.template import DEFAULT_TEMPLATES, load_template
from devices.simulators.drawer import Visitor, load_drawer
from program.demonstration import Demonstration
from program.examples import with_examples
from program.terminal import RESOURCES, Parts
from storage.journal import SqlJournal
from tests.peers.barcodes import READERS
from tests.peers.glyphs import read_line
from tests.walk.visitors import EXEMPTED, DrawerCounter, Ending
from tests.walk.watching import PATIENCE_SECONDS
from ui.text import LANGUAGES, Texts

pytestmark = pytest.mark.requirement("R10", "R19")

DRAWER = load_drawer()
RULES = with_examples(load_rules(RESOURCES / "rules"))
DPI = 203
CODE_ROWS = 640


@cache
def label_renderer() -> LabelRenderer:
    """One for all: opening the fonts takes longer than a page."""
    return LabelRenderer(FontBook(), load_template(DEFAULT_TEMPLATES, 76, 130), DPI)


@cache
def slip_renderer() -> ReceiptRenderer:
    """One for all receipts."""
    return receipt_renderer(80, DPI)


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrawerCounter]:
    """The demonstration's composition, chips read at once and asked for often; a supervisor works here."""
    place = tmp_path_factory.mktemp("drawer") / "walk"
    with Demonstration(place, None, whole=True, role="supervisor", read_s=0.0) as around:
        config = around.config_path.read_text("utf-8")
        slot = "[devices.id_reader]\n"
        around.config_path.write_text(config.replace(slot, f"{slot}poll_ms = 100\n"), "utf-8")
        with DrawerCounter(around, Parts(rules=RULES)) as counter:
            counter.log_in()
            yield counter


def journal(counter: DrawerCounter) -> SqlJournal:
    """The open file, for reading: safe from any thread."""
    opened = counter.terminal.station._live.journal
    assert isinstance(opened, SqlJournal)
    return opened


def entries(counter: DrawerCounter, after: int) -> list[Entry]:
    """What was recorded since."""
    return list(journal(counter).entries(after + 1))


def entry(counter: DrawerCounter, seq: int) -> Entry:
    return next(iter(journal(counter).entries(seq, seq)))


@pytest.mark.timeout(120)
@pytest.mark.parametrize("key", DRAWER, ids=lambda key: DRAWER[key].about["en"])
def test_visitor(counter: DrawerCounter, key: str) -> None:
    """Accepted with paper that says what the journal says, or refused for the reason in the file."""
    visitor = DRAWER[key]
    expected = visitor.facts["expected"]
    before = journal(counter).last_head()
    assert before is not None
    papers = counter.labels(), counter.receipts()
    ending = counter.receive(visitor)
    if expected["result"] == "accepted":
        assert (ending.reason, bool(ending.item)) == ("", True)
        assert_recorded(counter, visitor, ending)
        assert_printed(counter, ending, *papers)
        counter.do(c.NextCustomer())
    else:
        assert (ending.reason, ending.item) == (expected["code"], 0)
        assert_said(ending)
        if "refuse" in visitor.facts:
            assert_refused(counter, visitor, before.seq)
        kinds = [found.header.kind for found in entries(counter, before.seq)]
        assert "ItemAccepted" not in kinds
        assert "SenderVerified" not in kinds
        assert counter.labels() == papers[0]


@pytest.mark.timeout(120)
def test_what_was_sent_is_found_again(counter: DrawerCounter) -> None:
    """F3: label, waybill and the receipt's code through the scanner's port, the card on the reader."""
    before = counter.receipts()
    ending = counter.receive(DRAWER["证件样本"])
    counter.until("paper", lambda view: not view.pending)
    (receipt,) = set(counter.receipts()) - set(before)
    (code,) = READERS["zxing"](Image.open(receipt))["qr"]
    row = journal(counter).item(ending.item)
    assert row is not None
    counter.do(c.NextCustomer())
    for text, symbology in ((row.token, "]Q1"), (row.waybill, "]C0"), (code, "]Q1")):
        counter.do(c.LookUp(""))
        counter.tell("scan", code=text, symbology=symbology)
        view = counter.until("found", lambda view: view.found_by == "text")
        assert [item.seq for item in view.found or ()] == [row.seq]
    counter.do(c.LookUp(""))
    counter.tell("place", card="证件样本")
    view = counter.until("found by the card", lambda view: view.found_by == "card")
    found = [journal(counter).item(item.seq) for item in view.found or ()]
    assert found[0] == row
    shown = {(item.annex["document"], item.annex["document_number"]) for item in found if item is not None}
    assert shown == {("resident", "1****************X")}
    assert counter.visit().sender is None  # asked about, not taken
    counter.do(c.CloseLookUp())
    counter.lift()


# -- what was recorded ------------------------------------------------------------------------------


def assert_recorded(counter: DrawerCounter, visitor: Visitor, ending: Ending) -> None:
    """The two entries say what the row says; what was shown for the comparison had what the row names."""
    expected, facts = visitor.facts["expected"], visitor.facts
    item = entry(counter, ending.item)
    sender = entry(counter, item.data["sender"])
    if expected["sender_kind"] in EXEMPTED:
        assert sender.header.kind == "SenderExempted"
        assert sender.data["ground"] == expected["ground"]
        assert ending.sender is None
    else:
        assert sender.header.kind == "SenderVerified"
        wanted = {name: expected[name] for name in ("document", "sender_kind", "method", "cause")}
        wanted |= {"principal": expected.get("principal", "none"), "proof": expected.get("proof", "none")}
        assert {name: sender.data[name] for name in wanted} == wanted
        assert ending.sender is not None
        assert list(ending.sender.warnings) == expected["warnings"]
        for name, text in expected.get("shows", {}).items():
            shown = getattr(ending.sender, name)
            assert (bool(shown) if text is True else shown) == text, name
    assert item.data["by_hand"] == expected.get("cause", "none")
    assert item.data["route"] == facts.get("route", "land")
    assert item.data["condition"] == expected.get("condition", "none")
    assert item.data.get("name_check") == expected.get("name_check", item.data["name_check"])


# -- what was printed -------------------------------------------------------------------------------


def assert_printed(counter: DrawerCounter, ending: Ending, labels: list[Path], receipts: list[Path]) -> None:
    """One label and one receipt more, each decoded back to the record; the label is scanned on its parcel."""
    counter.until("paper", lambda view: not view.pending)
    (label,) = set(counter.labels()) - set(labels)
    (receipt,) = set(counter.receipts()) - set(receipts)
    row = journal(counter).item(ending.item)
    assert row is not None
    assert_label(Image.open(label), row, entry(counter, row.seq))
    assert_receipt(counter, Image.open(receipt), row)
    counter.tell("scan", code=row.token, symbology="]Q1")
    counter.until("affixed", lambda view: bool(view.last and view.last.seq == row.seq and view.last.affixed))


def assert_label(printed: Image.Image, row: ItemRow, item: Entry) -> None:
    """Two readers, the dots, and the names read by another engine: all say what the journal says."""
    for name, read in READERS.items():
        assert read(printed) == {"code128": [row.waybill], "qr": [row.token]}, name
    record = label_from_annex(row.annex, 0)
    assert record.manual == (item.data["by_hand"] != "none")
    page = label_renderer().render(record)
    assert_same(printed, page)
    assert_reads(printed, page, ("sender_name", "recipient_name", "contents"))


def assert_receipt(counter: DrawerCounter, printed: Image.Image, row: ItemRow) -> None:
    """The QR holds a record that headquarters' key stands behind, and the page is that of the record."""
    live, annex = counter.terminal.station._live, row.annex
    foot = printed.crop((0, printed.height - CODE_ROWS, *printed.size))  # the code stands below the notice
    texts = {read(foot)["qr"][0] for read in READERS.values()}
    assert len(texts) == 1
    (qr,) = texts
    label, item = label_from_annex(annex, 0), entry(counter, row.seq)
    assert read_record(qr, live.vault.headquarters_keys().signing) == ReceiptRecord(
        terminal=live.settings.terminal,
        head=item.head,
        number=f"{item.data['number']:06d}",
        waybill=row.waybill,
        at=label.accepted_at,
        contents=label.contents,
        quantity=label.quantity,
        weight_g=label.weight_g,
        sender=label.sender_name,
        document=str(annex["document_number"]),
        fee_cents=annex["fee_cents"],  # type: ignore[arg-type]
        payment=str(annex["payment"]),
    )
    notice = RULES.edition(item.header.rules).notice.texts["zh"]
    page = slip_renderer().render(
        Receipt(
            number=label.number, branch=label.branch, terminal=live.settings.terminal,
            operator=item.header.actor.id, accepted_at=label.accepted_at, waybill=row.waybill,
            contents=label.contents, quantity=label.quantity, weight_g=label.weight_g,
            weight_source=item.data["weight_source"], fee_cents=annex["fee_cents"],  # type: ignore[arg-type]
            payment=str(annex["payment"]),
            sender_name=label.sender_name, document=str(annex["document"]),
            document_number=str(annex["document_number"]), recipient_name=label.recipient_name,
            notice_title=notice.title,
            paragraphs=tuple((part.heading, part.text) for part in notice.paragraphs), qr=qr,
        )
    )  # fmt: skip
    # A dot more breaks what a printer would obey as a real-time command in the middle of a picture.
    assert_same(printed, page, spare=20)
    assert_reads(printed, page, ("number", "sender_name", "document_number"))


def assert_same(printed: Image.Image, page: RenderedPage, spare: int = 0) -> None:
    """Dot by dot: the record's own page, through encoder, link and the printer's interpreter.

    ``spare``: so many dots may be black besides, none may be white.
    """
    drawn = Image.open(io.BytesIO(page.bitmap.to_png())).convert("1")
    seen = printed.convert("1").crop((0, 0, *drawn.size))
    assert ImageChops.subtract(seen.convert("L"), drawn.convert("L")).getbbox() is None  # white for black
    more = ImageChops.subtract(drawn.convert("L"), seen.convert("L"))
    assert more.histogram()[255] <= spare


def assert_reads(printed: Image.Image, page: RenderedPage, fields: tuple[str, ...]) -> None:
    """An engine that is not ours reads these fields from the printed dots."""
    for placed in page.placed:
        if placed.kind == "text" and placed.field in fields:
            top = max(0, placed.baseline - 2 * placed.size)  # the whole page is not looked at for one line
            line = printed.crop((0, top, printed.width, placed.baseline + placed.size))
            read = read_line(
                line, placed.x, placed.baseline - top, placed.width, placed.size, bold=placed.bold,
                inverse=placed.inverse, tracking=placed.tracking,
                alphabet={*placed.text, *"0123456789未己巳日曰末士土*㛃䶮𠅤𬭚示"},
            )  # fmt: skip
            assert read == placed.text.rstrip(), placed.field


# -- what was refused -------------------------------------------------------------------------------


def assert_said(ending: Ending) -> None:
    """The reason stands on the screen, in a sentence of each language."""
    assert ending.reason in ending.shown
    sentences = set()
    for language in LANGUAGES:
        texts = Texts(language)
        assert texts.has(ending.reason)
        sentence = texts.sentence(ending.reason, ending.facts)
        assert sentence.strip()
        assert "{" not in sentence
        sentences.add(sentence)
    assert len(sentences) == len(LANGUAGES)


def assert_refused(counter: DrawerCounter, visitor: Visitor, after: int) -> None:
    """The clerk refuses and says why: an entry, and nothing of the item left on the screen."""
    expected, refuse = visitor.facts["expected"], visitor.facts["refuse"]
    documents, slips = counter.visit().documents, counter.receipts()
    counter.do(c.Refuse(c.RefusalReason(refuse["reason"]), told=True))
    (refused,) = [found for found in entries(counter, after) if found.header.kind == "ItemRefused"]
    data: dict[str, Any] = dict(refused.data)
    assert (data["reason"], data["told"]) == (expected["refused"], True)
    assert data["action"] == expected.get("action", "none")
    assert counter.visit().fields[c.Field.WAYBILL].text == ""
    if refuse["reason"] == "no_valid_document":
        assert {"resident", "passport"} <= set(documents)  # what would do
        assert counter.messages[-1].code == "msg.refused_slip"
        assert_slip(counter, slips)


def assert_slip(counter: DrawerCounter, before: list[Path]) -> None:
    """The list of what would do comes out of the receipt printer; it has no code and is no receipt."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (more := set(counter.receipts()) - set(before)):
        assert time.monotonic() < end, "no slip came out"
        time.sleep(0.05)
    (slip,) = more
    assert all(read(Image.open(slip)) == {} for read in READERS.values())


# -- the drawer itself ------------------------------------------------------------------------------


def test_the_drawer_has_every_kind_and_every_defect() -> None:
    """Forty at least, every document kind and way of sending, every fault that a visitor can bring."""
    rows = [visitor.facts for visitor in DRAWER.values()]
    expected = [row["expected"] for row in rows]
    assert len(rows) >= 40
    documents = {found.get("document") for found in expected} | {found.get("principal") for found in expected}
    assert set(RULES.editions[-1].documents) <= documents
    assert {kind.value for kind in c.SenderKind} <= {"person", *(row.get("sender", "") for row in rows)}
    causes = {found.get("cause") for found in expected}
    # The other two need somebody else, and one operator works at the demonstration.
    assert "no_chip" in causes
    codes = {found["code"] for found in expected if found["result"] == "refused"}
    assert codes >= {
        "rule.document_expired", "rule.document_not_yet_valid", "rule.number_check", "rule.number_birth",
        "rule.number_sex", "rule.guardian_needed", "rule.mrz_check", "rule.number_differs",
        "rule.document_not_accepted", "rule.manual_not_offered", "rule.organisation_code",
        "rule.agent_is_principal", "rule.agreement_unknown", "rule.agreement_ended", "rule.approver_self",
        "rule.typed_unsigned",
        "rule.contents_prohibited", "rule.security_required", "rule.name_mismatch",
        "device.card_unsupported", "device.card_removed", "device.card_suspect",
    }  # fmt: skip
    assert json.loads((RESOURCES / "demonstration" / "agreements.json").read_text("utf-8"))
