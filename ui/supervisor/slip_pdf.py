"""The slip of a closed day as a PDF, A4, in the language of whoever asked; needs no window."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from core.ledger import stock
from core.ledger.day_slip import DaySlip, SlipDifference, SlipLine
from core.ledger.differences import LEFT
from core.ledger.entry import parse_stamp
from core.slips import SlipPage
from ui.paper_pdf import Modules, made_pdf, signed_foot, table
from ui.text import CHINA, Texts

COLUMNS = ("number", "kinds", "clerk", "outcome", "reason", "signed")
FIGURES = ("accepted", "labelled", "affixed", "receipted", "voided")


def draw(page: SlipPage, code: Modules, texts: Texts) -> bytes:
    """The file's bytes; as many pages as it takes."""
    title = f"{texts('slip.title')} {page.slip.terminal} {page.slip.date}"
    return made_pdf(_html(page, texts), title, code)


# -- what it says ----------------------------------------------------------------------------------------


def _html(page: SlipPage, texts: Texts) -> str:
    parts = [*_head(page, texts), *_clerks(page.slip, texts), *_differences(page, texts),
             *_rest(page.slip, texts), *_hashes(page.slip, texts), *_foot(page, texts)]  # fmt: skip
    return f"<html><body>{''.join(parts)}</body></html>"


def _head(page: SlipPage, texts: Texts) -> Iterable[str]:
    slip = page.slip
    copy = f" — {texts('slip.copy', count=page.copy)}" if page.copy else ""
    yield f"<h1>{escape(texts('slip.title') + copy)}</h1>"
    yield table([(escape(slip.branch), escape(slip.terminal)),
                  (f"<b>{escape(texts('slip.day', date=slip.date, day=slip.day))}</b>",
                   escape(texts("slip.signed", operator=slip.signed_by, when=slip.closed_at)))])  # fmt: skip
    total = slip.total
    figures = [f"<span class='big'>{getattr(total, name)}</span>" for name in FIGURES]
    there = texts("slip.pending", count=page.pending) if page.pending else texts("slip.received")
    yield table([figures], [texts(f"slip.figure.{name}") for name in FIGURES])
    yield f"<p>{escape(texts('slip.due', due=total.due))} {escape(there)}</p>"


def _clerks(slip: DaySlip, texts: Texts) -> Iterable[str]:
    if slip.stock is not None:
        yield f"<h2>{escape(texts('slip.stock'))}</h2>"
        yield table(
            [[str(slip.stock[name]) for name in stock.FIGURES]],
            [texts(f"stock.{name}") for name in stock.FIGURES],
        )
        yield f"<p>{escape(_counted(slip, texts))}</p>"
    if slip.lines:
        yield f"<h2>{escape(texts('slip.clerks'))}</h2>"
        head = [texts("slip.clerk"), *(texts(f"slip.figure.{name}") for name in FIGURES)]
        yield table([(line.operator, *_figures(line)) for line in slip.lines], head)
    yield f"<h2>{escape(texts('slip.refused', count=sum(count for _, count in slip.refused)))}</h2>"
    if slip.refused:
        yield table([(escape(texts(f"refusal.{reason}")), str(count)) for reason, count in slip.refused])


def _counted(slip: DaySlip, texts: Texts) -> str:
    if slip.stocktake is None:
        return texts("slip.never_counted")
    return texts("slip.counted", **slip.stocktake)


def _figures(line: SlipLine) -> list[str]:
    return [str(getattr(line, name)) for name in FIGURES]


def _differences(page: SlipPage, texts: Texts) -> Iterable[str]:
    rows = page.slip.differences
    yield f"<h2>{escape(texts('slip.differences', count=len(rows)))}</h2>"
    if not rows:
        yield f"<p>{escape(texts('slip.none'))}</p>"
        return
    head = [
        texts(f"slip.head.{name}") for name in ("number", "kinds", "clerk", "outcome", "reason", "signed")
    ]
    yield table([_difference(page, row, texts) for row in rows], head)


def _difference(page: SlipPage, row: SlipDifference, texts: Texts) -> list[str]:
    names = page.reasons.get(row.reason, {})
    unsaid = texts("slip.left_open") if row.reason == LEFT else row.reason
    reason = names.get(texts.language) or unsaid
    kinds = texts.join([texts(f"difference.{kind}") for kind in row.kinds])
    until = f"{parse_stamp(row.until).astimezone(CHINA):%m-%d %H:%M}" if row.until else ""
    signed = row.signed or (texts("slip.until", until=until) if until else "—")
    outcome = f"{texts(f'slip.outcome.{row.outcome}')} {row.by}".strip()
    cells = (row.number, kinds, f"{row.operator} {row.at}", outcome, reason or "—", signed)
    return [escape(cell) for cell in cells]


def _rest(slip: DaySlip, texts: Texts) -> Iterable[str]:
    if slip.closes:
        yield f"<p>{escape(texts('slip.closes', days=texts.join([str(day) for day in slip.closes])))}</p>"
    if slip.earlier:
        yield f"<h2>{escape(texts('slip.earlier', count=len(slip.earlier)))}</h2>"
        yield table([
            (escape(texts(f"slip.kind.{each.kind}")),
             escape(texts("slip.of_earlier", date=each.date, item=each.item, seq=each.seq)))
            for each in slip.earlier
        ])  # fmt: skip
    if slip.numbers:
        yield f"<h2>{escape(texts('slip.numbers'))}</h2>"
        yield table([
            (escape(texts(f"slip.cause.{each.cause}")),
             escape(texts("slip.of_numbers", pool=each.pool, first=each.first, last=each.last)))
            for each in slip.numbers
        ])  # fmt: skip
    if slip.late:
        yield f"<h2>{escape(texts('slip.late'))}</h2>"
        yield table([
            (escape(texts(f"slip.kind.{each.kind}")),
             escape(texts("slip.of_late", epoch=each.epoch, first=each.first, last=each.last,
                          count=each.accepted)))
            for each in slip.late
        ])  # fmt: skip


def _hashes(slip: DaySlip, texts: Texts) -> Iterable[str]:
    yield f"<h2>{escape(texts('slip.span', first=slip.first.seq, last=slip.last.seq))}</h2>"
    rows = (("first", slip.first.hash), ("last", slip.last.hash), ("verdict", slip.verdict.hash),
            ("state", slip.state))  # fmt: skip
    named = [
        (escape(texts(f"slip.hash.{name}", seq=slip.verdict.seq)), digest.hex()) for name, digest in rows
    ]
    yield table(named, cell="mono")


def _foot(page: SlipPage, texts: Texts) -> Iterable[str]:
    for wait in page.waits:
        action = texts(f"right.{wait.action}")
        line = texts("slip.waits", action=action, number=wait.number, until=wait.until)
        yield f"<p>{escape(line)}</p>"
    sign = [texts("slip.sign"), *([texts("slip.countersign")] if page.waits else [])]
    made = texts("slip.made", operator=page.by, when=page.at)
    yield signed_foot(sign, [made, texts("slip.scan"), texts("slip.whole")])
