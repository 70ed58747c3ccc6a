"""The technician sees device bytes: nothing that came from a card, a code or a label, in any form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from PySide6.QtWidgets import QApplication

from core.config import parse_config
from core.devices import CardRead, CodeScanned, PrintJob, PrintOutcome, Slot
from core.technician import TrafficLine
from devices.printer.queue import PrinterLane
from devices.rack import Rack
from devices.simulators.cards import Person, load_people
from devices.simulators.desk import SimulatedDesk
from devices.simulators.scanner import QR_CODE
from program.device_commands import NoLog
from program.slot_rows import lines_of, traffic_of
from program.terminal import drivers
from tests.devices.printer.labels import PLAIN
from tests.devices.rig import Told, until
from ui.technician.traffic import TrafficPanel
from ui.text import Texts

_WAYBILL = "EA473124829CN"
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
_HEAD = '[station]\nbranch="1"\nterminal="1-1"\n[headquarters]\nurl="https://127.0.0.1:9"\n'
_PIECE, _ASCII_PIECE = 4, 8  # shorter figures stand in any time and any hex
SECRETS = (_WAYBILL, PLAIN.recipient_phone, PLAIN.recipient_address, PLAIN.token)


class _Log(NoLog):
    """Pages may be printed; what became of them."""

    def __init__(self) -> None:
        self.outcomes: list[PrintOutcome] = []

    def starting(self, job: PrintJob) -> bool:
        return True

    def ended(self, job: PrintJob, outcome: PrintOutcome, fault: str = "") -> None:
        self.outcomes.append(outcome)


def traffic(folder: Path, person: Person) -> Mapping[Slot, tuple[TrafficLine, ...]]:
    """What the page would get of each slot after a card, a code and a label."""
    told, log = Told(), _Log()
    with SimulatedDesk(folder, read_s=0.0) as desk:
        slots = json.loads((folder / "devices.json").read_text(encoding="utf-8"))["slots"]
        tables = "".join(
            f'[devices.{slot}]\ndriver = "{entry["driver"]}"\nlink = "{entry["link"]}"\n'
            for slot, entry in slots.items()
        )
        config = parse_config((_HEAD + tables).encode(), "counter.toml")
        rack = Rack(list(config.devices.values()), drivers(log), told)
        rack.start()
        try:
            desk.reader.place(person)
            until(lambda: isinstance(told.next(), CardRead), "the card is read")
            desk.scanner.scan(_WAYBILL, QR_CODE)
            until(lambda: isinstance(told.next(), CodeScanned), "the code is here")
            printer = rack.lane(Slot.LABEL_PRINTER)
            assert isinstance(printer, PrinterLane)
            printer.submit(PrintJob("job-1", Slot.LABEL_PRINTER, 1, PLAIN))
            until(lambda: log.outcomes == [PrintOutcome.PRINTED], "the label is printed")
            logs = {slot: traffic_of(rack, slot) for slot in config.devices}
            return {slot: lines_of(log) for slot, log in logs.items() if log is not None}
        finally:
            rack.stop()


def pieces(texts: Iterable[str]) -> set[str]:
    """Every run of four characters; of eight where all of them are ASCII."""
    found: set[str] = set()
    for text in texts:
        size = _ASCII_PIECE if text.isascii() else _PIECE
        found |= {text[at : at + size] for at in range(max(1, len(text) - size + 1))}
    return {piece for piece in found if not piece.isascii() or len(piece) >= _ASCII_PIECE}


def test_no_personal_byte_is_in_the_traffic(qapp: QApplication, tmp_path: Path) -> None:
    """All three went over their links; of each the page knows the size alone."""
    person = next(iter(load_people().values()))
    lines = traffic(tmp_path / "desk", person)
    assert max(line.hidden for line in lines[Slot.ID_READER]) >= 256
    assert [line.hidden for line in lines[Slot.SCANNER]] == [len(_WAYBILL)]
    assert max(line.hidden for line in lines[Slot.LABEL_PRINTER]) > 1000
    shown = b"\0".join(line.shown for each in lines.values() for line in each)
    panel, painted = TrafficPanel(), ""
    for each in lines.values():
        panel.show_lines(Texts("zh"), each)
        painted += "\n".join(panel.words()) + panel.accessibleDescription()
    fields = [text for name, text in person.fields.items() if name in ("name", "number", "address")]
    assert len(fields) == 3
    for piece in pieces([*fields, *SECRETS]):
        assert piece not in painted
        for encoding in ENCODINGS:
            form = piece.encode(encoding)
            assert form not in shown, encoding
            assert form.hex(" ").upper() not in painted, encoding
