"""What the technician's page says of a device, in words, with its sign and tone."""

from __future__ import annotations

import datetime as dt

from core.devices import DeviceState, Slot
from core.technician import SlotRow, Verdict
from ui.text import CHINA, Texts

BREAK = "\u200b"  # a long address may go on in the next line
SIGNS = {
    DeviceState.READY: ("●", "good"),
    DeviceState.BUSY: ("◆", "good"),
    DeviceState.ATTENTION: ("▲", "warn"),
    DeviceState.GONE: ("■", "bad"),
    DeviceState.CONNECTING: ("○", "quiet"),
    DeviceState.UNKNOWN: ("◇", "quiet"),
    DeviceState.DISABLED: ("–", "quiet"),
}
VERDICTS = {
    Verdict.OK: ("✓", "good"),
    Verdict.WARN: ("▲", "warn"),
    Verdict.BAD: ("■", "bad"),
    Verdict.SKIPPED: ("○", "quiet"),
}
LEVELS = {"info": ("●", "quiet"), "good": ("✓", "good"), "warning": ("▲", "warn"), "error": ("■", "bad")}
_PAGES = ("tspl", "zpl")
PRINTERS = (Slot.LABEL_PRINTER, Slot.STICKER_PRINTER, Slot.RECEIPT_PRINTER)


def breakable(link: str) -> str:
    """A link that may be broken where it has a sign."""
    return "".join(f"{sign}{BREAK}" if sign in "/:-_.?=" else sign for sign in link)


def link_words(texts: Texts, row: SlotRow) -> str:
    """Where it hangs: kind of link and stable name, without what only the program needs."""
    if not row.link:
        return texts("console.keyboard")
    scheme, _, rest = row.link.partition("://")
    place = rest.partition("?")[0].removeprefix("/dev/serial/").removeprefix("/dev/")
    return breakable(f"{scheme} {place}")


def title(texts: Texts, row: SlotRow) -> str:
    """Its name, or what the driver is for, with the number that the device gives itself."""
    named = row.name or texts(f"driver.{row.slot.value}.{row.driver}")
    if row.driver in _PAGES and not row.name:
        named += f" {row.options.get('dpi', 203)} dpi"
    sam = row.truth.facts.get("sam")
    return f"SAM {sam}" if sam and not row.name else named


def detail(texts: Texts, row: SlotRow) -> str:
    """The second line: what to do where something is wrong, else what is known of the device."""
    if row.truth.fault:
        return texts.todo(row.truth.fault, row.truth.facts)
    known = []
    if row.name or "sam" in row.truth.facts:
        known.append(texts(f"driver.{row.slot.value}.{row.driver}"))
    width, height = row.options.get("width_mm"), row.options.get("height_mm")
    if width:
        known.append(f"{width} × {height} mm" if height else f"{width} mm")
    known += [str(row.truth.facts[name]) for name in ("sam",) if row.name and name in row.truth.facts]
    if row.truth.facts.get("baud"):
        known.append(f"{row.truth.facts['baud']} baud")
    if row.messages:
        known.append(texts("console.messages", count=f"{row.messages:,}"))
    if row.fault is not None and row.fault_at is not None:
        said = texts.what(row.fault.fault, row.fault.facts)
        known.append(texts("console.last_fault", fault_text=said, clock=clock(row.fault_at)))
    return " · ".join(known)


def state(texts: Texts, row: SlotRow) -> tuple[str, str]:
    """(tone, line) of the badge: sign and words."""
    sign, tone = SIGNS[row.truth.state]
    fault, facts = row.truth.fault, row.truth.facts
    said = texts.what(fault, facts) if fault else texts(f"device_state.{row.truth.state.value}")
    return tone, f"{sign} {said}"


def clock(at: dt.datetime) -> str:
    """Hour and minute in China."""
    return f"{at.astimezone(CHINA):%H:%M}"
