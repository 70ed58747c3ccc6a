"""The hand-over slip in words: lines for the receipt printer, and a PDF; needs no window."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from core.handover import CodedPage, HandOverPage, PaperLine
from core.ledger.handover import SKIPPED, WARNED, WRONG, HandedCheck, HandedDevice
from ui.paper_pdf import Modules, made_pdf, signed_foot, table
from ui.text import Texts

WHY = ("tested", "untested", "test_failed", "not_ready", "no_device", "switched_off")
KEYS = ("terminal", "headquarters", "opening")
DEVICE_HEAD, CHECK_HEAD = ("slot", "outcome", "why", "driver", "link"), ("name", "state", "said")
_SIGNED = ("handover.sign_operator", "handover.sign_technician")


def why(texts: Texts, code: str) -> str:
    """Why a device came to what it did."""
    return texts(f"handover.why.{code}") if code in WHY else texts.what(code)


def device_line(texts: Texts, each: HandedDevice) -> str:
    """Its place, what it came to and why."""
    reason = why(texts, each.why)
    outcome = texts(f"handover.outcome.{each.outcome}")
    said = reason if each.outcome == SKIPPED else texts.join([outcome, reason])
    return texts("console.finding", name=texts(f"slot.{each.slot}"), what=said)


def printed(page: HandOverPage, texts: Texts) -> CodedPage:
    """For narrow paper: of checks only those that found something."""
    slip, what = page.slip, page.slip.what
    lines = [PaperLine(text, gap=not number) for number, text in enumerate(_head(page, texts))]
    lines.append(PaperLine(_count(texts, "devices", what.counts()), bold=True, gap=True))
    lines += [PaperLine(f"· {device_line(texts, each)}") for each in what.devices]
    lines.append(PaperLine(_count(texts, "checks", what.counts()), bold=True, gap=True))
    found = [each for each in what.checks if each.state in (WARNED, WRONG)]
    lines += [PaperLine(f"· {_line(texts, each)}") for each in found]
    lines.append(PaperLine(texts("handover.keys"), bold=True, gap=True))
    lines += [PaperLine(f"{name} {key}", small=True) for name, key in _keys(page, texts)]
    entry = texts("handover.entry", seq=page.entry.seq, epoch=page.entry.epoch)
    lines.append(PaperLine(entry, gap=True))
    lines.append(PaperLine(_grouped(page.entry.hash), small=True))
    lines.append(PaperLine(texts("handover.record"), small=True))
    lines.append(PaperLine(_grouped(slip.digest()), small=True))
    lines += [PaperLine(f"{texts(code)} ____________", gap=True) for code in _SIGNED]
    lines.append(PaperLine(texts("handover.scan"), small=True, gap=True))
    return CodedPage(_title(page, texts), tuple(lines), page.qr)


def draw(page: HandOverPage, code: Modules, texts: Texts) -> bytes:
    """The PDF's bytes."""
    return made_pdf(_html(page, texts), f"{texts('handover.title')} {page.slip.terminal} {page.at}", code)


def _html(page: HandOverPage, texts: Texts) -> str:
    slip, counts = page.slip, page.slip.what.counts()
    devices = [
        tuple(map(escape, (texts(f"slot.{each.slot}"), texts(f"handover.outcome.{each.outcome}"),
                           why(texts, each.why), each.driver or "—", each.link or "—")))
        for each in slip.what.devices
    ]  # fmt: skip
    checks = [
        tuple(map(escape, (_name(texts, each), texts(f"handover.state.{each.state}"), _said(texts, each))))
        for each in slip.what.checks
    ]
    entry = texts("handover.entry", seq=page.entry.seq, epoch=page.entry.epoch)
    hashes = [(escape(entry), page.entry.hash.hex()), (escape(texts("handover.record")), slip.digest().hex())]
    parts = [
        f"<h1>{escape(_title(page, texts))}</h1>",
        *(f"<p>{escape(line)}</p>" for line in _head(page, texts)),
        f"<h2>{escape(_count(texts, 'devices', counts))}</h2>",
        table(devices, [texts(f"handover.head.{name}") for name in DEVICE_HEAD]),
        f"<h2>{escape(_count(texts, 'checks', counts))}</h2>",
        table(checks, [texts(f"handover.head.{name}") for name in CHECK_HEAD]),
        f"<h2>{escape(texts('handover.keys'))}</h2>",
        table([(escape(name), escape(key)) for name, key in _keys(page, texts)], cell="mono"),
        f"<h2>{escape(texts('handover.recorded'))}</h2>",
        table(hashes, cell="mono"),
        signed_foot(map(texts, _SIGNED), (texts("handover.scan"), texts("handover.whole"))),
    ]
    return f"<html><body>{''.join(parts)}</body></html>"


# -- what both say -------------------------------------------------------------------------------------


def _title(page: HandOverPage, texts: Texts) -> str:
    return texts("handover.title") + (f" · {texts('handover.again')}" if page.again else "")


def _head(page: HandOverPage, texts: Texts) -> Iterable[str]:
    slip, what = page.slip, page.slip.what
    yield texts("handover.where", branch=slip.branch, terminal=slip.terminal)
    yield texts("handover.taken", operator=page.operator, when=page.at)
    yield texts("handover.technician")
    yield texts("handover.version", version=what.version, way=texts(f"assistant.way_{what.way}"))
    yield texts("handover.backup_on" if what.backup else "handover.backup_off")


def _count(texts: Texts, of: str, counts: dict[str, int]) -> str:
    if of == "devices":
        found = {name: counts[name] for name in ("ready", "failed", "skipped")}
        return texts("handover.devices", **found)
    return texts("handover.checks", **{name: counts[name] for name in ("checks", "warned", "wrong")})


def _line(texts: Texts, each: HandedCheck) -> str:
    return texts("console.finding", name=_name(texts, each), what=_said(texts, each))


def _name(texts: Texts, each: HandedCheck) -> str:
    return texts(f"slot.{each.of}") if each.of else texts(f"doctor.name.{each.name}")


def _said(texts: Texts, each: HandedCheck) -> str:
    return texts.what(each.code, {**each.facts, **({"slot": each.of} if each.of else {})})


def _keys(page: HandOverPage, texts: Texts) -> Iterable[tuple[str, str]]:
    for name in KEYS:
        yield texts(f"handover.key.{name}"), page.slip.keys[name]
    yield texts("handover.key.authority"), page.slip.what.authority or "—"


def _grouped(digest: bytes) -> str:
    text = digest.hex()
    return " ".join(text[at : at + 8] for at in range(0, len(text), 8))
