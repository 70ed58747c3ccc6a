"""The slip of a closed day on receipt paper: figures, each difference by item number, hashes and its code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import DeviceError, DeviceFault
from core.ledger.clock import CHINA
from core.ledger.day_slip import DaySlip, SlipDifference, SlipLine
from core.ledger.entry import parse_stamp
from core.slips import SlipPage
from devices.printer.coded import CodedRenderer
from devices.printer.fonts import FontBook
from devices.printer.receipt_template import DEFAULT_RECEIPTS, read_paper
from devices.printer.setting import RenderedPage
from devices.printer.slip import Piece

_FILE = "dayslip.toml"
_TONGUE = "zh"  # whatever the clerk's screen speaks: the file can be had in either


@dataclass(frozen=True, slots=True)
class DaySlipTemplate:
    """Millimetres and words; the tables are by code.  ``most``: so many differences are listed on paper."""

    margin: float
    least: float
    title_size: float
    size: float
    foot_size: float
    gap: float
    module: float
    least_module: float
    most: int
    dated: str
    source: str
    words: Mapping[str, str]
    kinds: Mapping[str, str]
    outcomes: Mapping[str, str]
    reasons: Mapping[str, str]
    refusals: Mapping[str, str]
    causes: Mapping[str, str]
    entries: Mapping[str, str]

    def say(self, name: str, **facts: str | int) -> str:
        """One of the words, filled in."""
        return self.words[name].format(**facts)


def load_day_slip(directory: Path = DEFAULT_RECEIPTS) -> DaySlipTemplate:
    """Raises ConfigError SYNTAX."""
    return read_paper(
        directory / _FILE, lambda data: DaySlipTemplate(**{**data, "dated": str(data["dated"])})
    )


class DaySlipRenderer(CodedRenderer):
    """Renders slips of days; raises as :class:`CodedRenderer`, and LABEL_LAYOUT for a code without words."""

    def __init__(self, fonts: FontBook, words: DaySlipTemplate, width_mm: float, dpi: int) -> None:
        super().__init__(fonts, words, width_mm, dpi)
        self._words = words

    def render(self, page: SlipPage) -> RenderedPage:
        """The page as long as it must be, the code at its end."""
        try:
            pieces = (*self._head(page), *self._differences(page), *self._rest(page), *self._foot(page))
        except KeyError as error:
            raise DeviceError(DeviceFault.LABEL_LAYOUT, field=str(error.args[0])[:40]) from None
        return self.coded(pieces, page.qr)

    # -- what it says ---------------------------------------------------------------------------------

    def _head(self, page: SlipPage) -> Iterator[Piece]:
        words, slip, total = self._words, page.slip, page.slip.total
        size = words.size
        title = words.words["title"] + (f"　{words.say('copy', count=page.copy)}" if page.copy else "")
        yield Piece("title", title, words.title_size, bold=True)
        yield Piece("branch", words.say("branch", branch=slip.branch), size, gap=True)
        yield Piece("terminal", words.say("terminal", terminal=slip.terminal), size)
        yield Piece("day", words.say("day", date=slip.date, day=slip.day), size, bold=True)
        yield Piece("signed", words.say("signed", operator=slip.signed_by, at=slip.closed_at), size)
        yield Piece("accepted", words.say("accepted", count=total.accepted), size, bold=True, gap=True)
        yield Piece("labelled", words.say("labelled", count=total.labelled), size)
        yield Piece("affixed", words.say("affixed", count=total.affixed), size)
        yield Piece("receipted", words.say("receipted", count=total.receipted, due=total.due), size)
        yield Piece("voided", words.say("voided", count=total.voided), size)
        yield Piece("refused", words.say("refused", count=sum(n for _, n in slip.refused)), size)
        for reason, count in slip.refused:
            yield Piece("refusal", words.say("refusal", reason=words.refusals[reason], count=count), size)
        if slip.stock is not None:
            yield Piece("stock", words.words["stock"], size, bold=True, gap=True)
            yield Piece("stock", words.say("stock_came", **slip.stock), size)
            yield Piece("stock", words.say("stock_went", **slip.stock), size)
            counted = slip.stocktake
            name = "stock_uncounted" if counted is None else "stock_counted"
            yield Piece("stock", words.say(name, **(counted or {})), size)
        if slip.lines:
            yield Piece("clerks", words.words["clerks"], size, gap=True)
        for line in slip.lines:
            yield Piece("clerk", words.say("clerk", operator=line.operator, figures=_figures(line)), size)

    def _differences(self, page: SlipPage) -> Iterator[Piece]:
        words, rows = self._words, page.slip.differences
        title = words.say("differences", count=len(rows)) if rows else words.words["none"]
        yield Piece("differences", title, words.size, bold=True, gap=True)
        for row in rows[: words.most]:
            kinds = "、".join(words.kinds[kind] for kind in row.kinds)
            yield Piece("difference", words.say("difference", number=row.number, kinds=kinds), words.size)
            yield from self._said(page, row)
        if len(rows) > words.most:
            yield Piece("more", words.say("more", count=len(rows) - words.most), words.size)

    def _said(self, page: SlipPage, row: SlipDifference) -> Iterator[Piece]:
        words = self._words
        reason = page.reasons.get(row.reason, {}).get(_TONGUE) or words.reasons.get(row.reason, row.reason)
        said = words.say("said", outcome=words.outcomes[row.outcome], reason=reason or "—", by=row.by)
        yield Piece("said", said, words.size)
        if row.signed:
            yield Piece("signed_off", words.say("signed_off", operator=row.signed), words.size)
        elif row.until:
            until = f"{parse_stamp(row.until).astimezone(CHINA):%m-%d %H:%M}"
            yield Piece("unsigned", words.say("unsigned", until=until), words.size)

    def _rest(self, page: SlipPage) -> Iterator[Piece]:
        words, slip, size = self._words, page.slip, self._words.size
        if slip.closes:
            days = "、".join(map(str, slip.closes))
            yield Piece("closes", words.say("closes", days=days), size, gap=True)
        if slip.earlier:
            yield Piece("earlier", words.say("earlier", count=len(slip.earlier)), size, bold=True, gap=True)
        for each in slip.earlier[: words.most]:
            facts: dict[str, str | int] = {
                "kind": words.entries[each.kind],
                "date": each.date,
                "item": each.item,
                "seq": each.seq,
            }
            yield Piece("earlier", words.say("of_earlier", **facts), size)
        if len(slip.earlier) > words.most:
            yield Piece("more", words.say("more", count=len(slip.earlier) - words.most), size)
        if slip.numbers:
            yield Piece("numbers", words.words["numbers"], size, bold=True, gap=True)
        for gone in slip.numbers[: words.most]:
            place: dict[str, str | int] = {"pool": gone.pool, "first": gone.first, "last": gone.last}
            yield Piece("numbers", words.say("of_numbers", cause=words.causes[gone.cause], **place), size)
        if len(slip.numbers) > words.most:
            yield Piece("more", words.say("more", count=len(slip.numbers) - words.most), size)
        if slip.late:
            yield Piece("lates", words.words["lates"], size, bold=True, gap=True)
        for late in slip.late:
            span = {"epoch": late.epoch, "first": late.first, "last": late.last, "accepted": late.accepted}
            yield Piece("late", words.say("late", kind=words.entries[late.kind], **span), size)

    def _foot(self, page: SlipPage) -> Iterator[Piece]:
        words, slip, foot = self._words, page.slip, self._words.foot_size
        yield from _hashes(words, slip)
        there = words.say("pending", count=page.pending) if page.pending else words.words["received"]
        yield Piece("pending", there, words.size, gap=True)
        for wait in page.waits:
            name = "waits_void" if wait.action == "void" else "waits"
            yield Piece("waits", words.say(name, number=wait.number, until=wait.until), words.size)
        yield Piece("printed", words.say("printed", operator=page.by, at=page.at), foot)
        yield Piece("sign", words.words["sign"], words.size, gap=True)
        if page.waits:
            yield Piece("sign", words.words["countersign"], words.size, gap=True)
        yield Piece("scan", words.words["scan"], foot, gap=True)


def _hashes(words: DaySlipTemplate, slip: DaySlip) -> Iterator[Piece]:
    """In groups of eight: somebody compares them by eye."""
    foot = words.foot_size
    yield Piece("span", words.say("span", first=slip.first.seq, last=slip.last.seq), words.size, gap=True)
    yield Piece("hash", words.say("first", hash=grouped(slip.first.hash)), foot)
    yield Piece("hash", words.say("last", hash=grouped(slip.last.hash)), foot)
    yield Piece("hash", words.say("verdict", seq=slip.verdict.seq, hash=grouped(slip.verdict.hash)), foot)
    yield Piece("hash", words.say("state", hash=grouped(slip.state)), foot)


def grouped(digest: bytes) -> str:
    """As people compare it."""
    text = digest.hex()
    return " ".join(text[at : at + 8] for at in range(0, len(text), 8))


def _figures(line: SlipLine) -> str:
    return " / ".join(map(str, (line.accepted, line.labelled, line.affixed, line.receipted, line.voided)))
