"""The inspection pack as a PDF, A4, in the language of whoever asked; needs no window."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from core.inspection import InspectionPage
from core.ledger.erasure import split
from core.ledger.inspection import MONTH, Erased, Inspection, Named, Trained
from ui.paper_pdf import Modules, made_pdf, signed_foot, table
from ui.text import Texts

IDENTITY = ("chip", "code", "manual", "exempt", "earlier")
SECURITY = ("here", "centre", "not_required")
STAFF = ("operator", "role", "agreement", "training", "state")
NAMED = ("number", "at", "operator", "what")
ERASED = ("day", "what", "count", "entries")
CLASSES = ("acceptance",)  # retention classes that end with a month
PAPER = ("fine", "soon", "grace", "ended", "missing")
# What no counter can see: somebody looks, and fills it in.
WALL = ("wall", "cameras", "waybills", "rectify")


def draw(page: InspectionPage, code: Modules, texts: Texts) -> bytes:
    """The file's bytes; as many pages as it takes."""
    title = f"{texts('pack.title')} {page.slip.terminal} {page.slip.until}"
    return made_pdf(html(page, texts), title, code)


def html(page: InspectionPage, texts: Texts) -> str:
    """What it says."""
    found = page.slip
    parts = [*_head(found, texts), *_figures(found, texts), *_staff(found.staff, texts),
             *_named(found, texts), *_erased(found, texts), *_by_hand(texts),
             *_foot(page, texts)]  # fmt: skip
    return f"<html><body>{''.join(parts)}</body></html>"


def _head(found: Inspection, texts: Texts) -> Iterable[str]:
    yield f"<h1>{escape(texts('pack.title'))}</h1>"
    span = texts("pack.span", since=found.since, until=found.until)
    yield table([(escape(found.branch), f"<b>{escape(found.terminal)}</b>"),
                 (f"<b>{escape(span)}</b>", escape(texts("pack.rules", version=found.rules)))])  # fmt: skip


def _figures(found: Inspection, texts: Texts) -> Iterable[str]:
    yield f"<h2>{escape(texts('pack.items'))}</h2>"
    heads = [texts(f"pack.{name}") for name in ("accepted", "inspected", "voided")]
    big = [f"<span class='big'>{count}</span>" for count in (found.accepted, found.inspected, found.voided)]
    yield table([big], heads)
    yield from _counts(texts, "identity", IDENTITY, found.identity)
    yield from _counts(texts, "security", SECURITY, found.security)
    yield from _counts(texts, "by_route", SECURITY, found.by_route)
    yield f"<h2>{escape(texts('pack.refused', count=sum(found.refused.values())))}</h2>"
    if found.refused:
        rows = sorted(found.refused.items())
        yield table([(escape(texts(f"refusal.{reason}")), str(count)) for reason, count in rows])


def _counts(texts: Texts, name: str, rows: Iterable[str], counts: Mapping[str, int]) -> Iterable[str]:
    """Every row, also where it is none: an inspector asks for the noughts."""
    family = "security" if name == "by_route" else name
    yield f"<h2>{escape(texts(f'pack.{name}'))}</h2>"
    yield table([(escape(texts(f"pack.{family}.{row}")), str(counts.get(row, 0))) for row in rows])


def _staff(staff: tuple[Trained, ...], texts: Texts) -> Iterable[str]:
    lacking = sum(each.state in ("ended", "missing") for each in staff)
    yield f"<h2>{escape(texts('pack.staff', count=len(staff), lacking=lacking))}</h2>"
    head = [texts(f"pack.staff.{name}") for name in STAFF]
    yield table([_member(each, texts) for each in staff], head)


def _member(each: Trained, texts: Texts) -> list[str]:
    state = texts(f"pack.paper.{each.state}") if each.state else "—"
    role = texts(f"fact.who.{each.role}")
    days = (each.agreement or "—", each.training or "—")
    return [escape(text) for text in (each.operator, role, *days, state)]


def _named(found: Inspection, texts: Texts) -> Iterable[str]:
    yield f"<h2>{escape(texts('pack.named', count=len(found.named) + found.unnamed))}</h2>"
    if found.named:
        yield table([_item(each, texts) for each in found.named], [texts(f"pack.named.{n}") for n in NAMED])
    if found.unnamed:
        yield f"<p>{escape(texts('pack.unnamed', count=found.unnamed))}</p>"


def _item(each: Named, texts: Texts) -> list[str]:
    return [escape(text) for text in (each.number, each.at, each.operator, texts(f"pack.what.{each.what}"))]


def _erased(found: Inspection, texts: Texts) -> Iterable[str]:
    """The log of what was destroyed; also that nothing was."""
    yield f"<h2>{escape(texts('pack.erased', count=sum(each.count for each in found.erased)))}</h2>"
    if found.erased:
        head = [texts(f"pack.erased.{name}") for name in ERASED]
        yield table([_gone(each, texts) for each in found.erased], head)


def _gone(each: Erased, texts: Texts) -> list[str]:
    what = texts(f"pack.gone.{each.what}")
    if each.what == MONTH:
        retention, month = split(each.of)
        name = retention if retention in CLASSES else "other"  # a later program may have more of them
        what = texts(f"pack.gone.month.{name}", month=month)
    entries = str(each.first) if each.first == each.last else f"{each.first} – {each.last}"
    return [escape(text) for text in (each.day, what, str(each.count), entries)]


def _by_hand(texts: Texts) -> Iterable[str]:
    yield f"<h2>{escape(texts('pack.by_hand'))}</h2>"
    yield table([(escape(texts(f"pack.hand.{name}")), "☐ ____________________") for name in WALL])


def _foot(page: InspectionPage, texts: Texts) -> Iterable[str]:
    found = page.slip
    span = texts("pack.entries", first=found.first.seq + 1, last=found.last.seq)
    yield f"<h2>{escape(span)}</h2>"
    heads = (("before", found.first.hash), ("last", found.last.hash))
    yield table([(escape(texts(f"pack.hash.{name}")), each.hex()) for name, each in heads], cell="mono")
    told = (texts("slip.made", operator=page.by, when=page.at), texts("slip.scan"), texts("slip.whole"))
    yield signed_foot((texts("pack.sign"), texts("pack.sign_inspector")), told)
