"""All simulated devices of one counter in one process, at stable links, driven through one socket."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from devices.simulators.cards import Person, load_people
from devices.simulators.control import ControlServer, OrderError, Orders, Reply, number, text
from devices.simulators.drawer import Trouble, load_drawer
from devices.simulators.label_printer import LabelPrinterSimulator
from devices.simulators.operator_cards import CardReaders
from devices.simulators.paper_scanner import PAPERS, PaperScannerSimulator, memory_root
from devices.simulators.port import Device, Port, PtyPort, TcpPort
from devices.simulators.printer import PrinterSimulator
from devices.simulators.reader import ReaderSimulator
from devices.simulators.receipt_printer import ReceiptPrinterSimulator
from devices.simulators.scale import ScaleSimulator
from devices.simulators.scanner import CODE_128, QR_CODE, ScannerSimulator

READER_BAUD = 115_200
SCANNER_BAUD = 9_600
SCALE_BAUD = 9_600
PRINTER_BAUD = 4_000_000  # printers stand on the network: a page in a fifth of a second
READ_S = 0.4  # a chip takes its time; tests and the bench set 0
SOCKET_PATH_LIMIT = 100  # the system allows 107 bytes
LISTING = "devices.json"
MOST_GRAMS = 100_000
PIN = "246810"  # of every card of the demonstration
OPERATOR_CARDS = {"card_1": "", "card_2": "", "rsa": "rsa2048"}  # by name: the keys that it came with


class SimulatedDesk:
    """Reader, scanner, scale, label and receipt printer, perhaps one for stickers; a context manager."""

    def __init__(
        self,
        directory: Path,
        *,
        tcp: bool = False,
        read_s: float = READ_S,
        stickers: bool = False,
        cards: bool = False,
        papers: bool = False,
    ) -> None:
        """``directory`` is made; ``devices.json`` in it lists links.  ``cards``: operators' have readers too.

        Reader, scanner and scale are ptys under their slots' names there, or TCP; the printers are TCP.
        ``papers``: a scanner that writes files, where this machine has a folder in memory for it.
        """
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._people, self._drawer = load_people(), load_drawer()
        self._last_trouble = Trouble()
        self.reader = ReaderSimulator(_port(directory / "id_reader", READER_BAUD, tcp), read_s=read_s)
        self.scanner = ScannerSimulator(_port(directory / "scanner", SCANNER_BAUD, tcp))
        self.scale = ScaleSimulator(_port(directory / "scale", SCALE_BAUD, tcp))
        self.printer = LabelPrinterSimulator(TcpPort(PRINTER_BAUD), directory / "labels")
        self.receipts = ReceiptPrinterSimulator(TcpPort(PRINTER_BAUD), directory / "receipts")
        self.stickers = LabelPrinterSimulator(TcpPort(PRINTER_BAUD), directory / "stickers")
        self.cards = CardReaders(directory / "operator_cards") if cards else None
        root = memory_root() if papers else None
        self.papers = PaperScannerSimulator(root) if root is not None else None
        self._devices: Mapping[str, Device] = {
            "id_reader": self.reader,
            "scanner": self.scanner,
            "scale": self.scale,
            "label_printer": self.printer,
            "receipt_printer": self.receipts,
            **({"sticker_printer": self.stickers} if stickers else {}),
            **({"camera": self.papers} if self.papers is not None else {}),
        }
        self._socket = _socket_path(directory)
        self._control = ControlServer(self._socket, self._orders())

    def start(self) -> None:
        """Plug everything in, open the control socket, write the listing."""
        for device in self._devices.values():
            device.start()
        if self.cards is not None:
            self.cards.start()
        self._control.start()
        fresh = self._directory / f".{LISTING}.new"
        fresh.write_text(json.dumps(self.listing(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        fresh.replace(self._directory / LISTING)

    def stop(self) -> None:
        """Unplug everything; the listing goes."""
        (self._directory / LISTING).unlink(missing_ok=True)
        self._control.stop()
        if self.cards is not None:
            self.cards.stop()
        for device in self._devices.values():
            device.stop()

    def __enter__(self) -> SimulatedDesk:
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()

    def listing(self) -> dict[str, object]:
        """What ``devices.json`` says: driver and link by slot, and the control socket."""
        drivers = {
            "id_reader": "sam", "scanner": "serial", "scale": "ascii", "label_printer": "tspl",
            "receipt_printer": "escpos", "sticker_printer": "tspl",
            "camera": "folder",
        }  # fmt: skip
        slots = {slot: {"driver": drivers[slot], "link": self._devices[slot].url} for slot in self._devices}
        if self.cards is not None:
            slots["card_reader"] = {"driver": "software", "link": self.cards.url}
        return {"slots": slots, "control": str(self._socket), "pid": os.getpid()}

    # -- what can be ordered through the socket -----------------------------------------------------

    def _orders(self) -> Orders:
        return {
            "place": self._place,
            "lift": lambda _order: self._done(self._lift),
            "scan": self._scan,
            "scan_page": self._scan_page,
            "quirk": self._quirk,
            "silence": self._silence,
            "unplug": lambda order: self._done(self._port_of(order).unplug),
            "replug": lambda order: self._done(self._port_of(order).replug),
            "paper_out": lambda order: self._condition("paper_out", order),
            "cover": lambda order: self._condition("head_open", order),
            "condition": lambda order: self._condition(text(order, "name"), order),
            "weigh": lambda order: self._done(lambda: self.scale.put(_grams(order))),
            "unstable": lambda order: self._done(lambda: self.scale.set_unstable(_on(order))),
            "over": lambda order: self._done(lambda: self.scale.set_over(_on(order))),
            "tare": lambda _order: self._done(self.scale.tare),
            "paper": self._paper,
            "card_in": self._card_in,
            "card_out": lambda order: self._done(lambda: self._readers().pull(number(order, "reader", 1))),
            "people": lambda _order: {"people": list(self._people)},
            "drawer": lambda _order: self._visitors(),
            "state": lambda _order: self._state(),
        }

    def _done(self, action: Callable[[], None]) -> Reply:
        action()
        return {}

    def _paper(self, order: Mapping[str, object]) -> Reply:
        """Into the scanner that writes files: what a visitor of the drawer shows, or anybody's."""
        kind, key = str(order.get("kind", "good")), str(order.get("of", ""))
        if self.papers is None:
            raise OrderError("no paper scanner")
        if kind not in PAPERS:
            raise OrderError("no such paper", known=list(PAPERS))
        visitor = self._drawer.get(key)
        if key and visitor is None:
            raise OrderError("no such visitor", known=list(self._drawer))
        self.papers.put(kind, visitor.paper if visitor is not None else None)
        return {}

    def _readers(self) -> CardReaders:
        if self.cards is None:
            raise OrderError("no card reader")
        return self.cards

    def _card_in(self, order: Mapping[str, object]) -> Reply:
        """An operator's card by name into ``reader``; of a new name an empty one, with :data:`PIN`."""
        name, readers = text(order, "card"), self._readers()
        if name not in OPERATOR_CARDS:
            raise OrderError("no such card", known=list(OPERATOR_CARDS))
        card = readers.card(name, PIN, algorithm=OPERATOR_CARDS[name])
        readers.insert(card, number(order, "reader", 1))
        return {}

    def _visitors(self) -> Reply:
        """Everybody in the drawer, see :meth:`devices.simulators.drawer.Visitor.listed`."""
        return {"drawer": [visitor.listed() for visitor in self._drawer.values()]}

    def _person(self, key: str) -> Person:
        if key not in self._people:
            raise OrderError("no such card", known=list(self._people))
        return self._people[key]

    def _place(self, order: Mapping[str, object]) -> Reply:
        """A card by its key, or what a visitor of the drawer puts there: perhaps nothing, perhaps trouble.

        With ``pulled`` it is taken away again in the middle of the read.
        """
        key = text(order, "card")
        if order.get("pulled"):
            self.reader.at(0x3001, self.reader.lift)
        visitor = self._drawer.get(key)
        if visitor is None or order.get("beside"):
            person = self._person(key)
            place = self.reader.place_beside if order.get("beside") else self.reader.place
            return self._done(lambda: place(person))
        self._trouble(visitor.trouble)
        if visitor.card:
            self.reader.place(self._person(visitor.card))
        return {}

    def _trouble(self, trouble: Trouble) -> None:
        """Instead of the last visitor's; what was ordered by ``quirk`` stays."""
        if trouble == self._last_trouble:
            return
        self._last_trouble, quirks = trouble, self.reader.quirks
        quirks.garbage, quirks.bad_reads = trouble.garbage, trouble.bad_reads
        quirks.read_error = trouble.read_error
        if trouble.pulled:
            self.reader.at(0x3001, self.reader.lift)

    def _lift(self) -> None:
        self.reader.lift()
        self._trouble(Trouble())

    def _scan(self, order: Mapping[str, object]) -> Reply:
        symbology = text(order, "symbology") if "symbology" in order else CODE_128
        self.scanner.scan(text(order, "code"), symbology)
        return {}

    def _scan_page(self, order: Mapping[str, object]) -> Reply:
        """The code on a page that really came out: the newest of a printer, or its n-th."""
        from devices.scanner.picture import open_picture, read_codes  # large, and rarely needed here

        pages = self._printer(order).pages()
        at = number(order, "page", len(pages))
        if not 1 <= at <= len(pages):
            raise OrderError("no such page")
        try:
            codes = read_codes(open_picture(pages[at - 1]))
        except ValueError:
            codes = []
        if not codes:
            raise OrderError("no code on that page")
        self.scanner.scan(max(codes, key=len), QR_CODE)  # a label has its waybill as a bar code too
        return {"codes": len(codes)}

    def _quirk(self, order: Mapping[str, object]) -> Reply:
        name, quirks = text(order, "name"), self.reader.quirks
        if not isinstance(getattr(quirks, name, None), int):  # bool is one; bytes and floats are for tests
            known = [key for key, value in vars(quirks).items() if isinstance(value, int)]
            raise OrderError("no such quirk", known=known)
        setattr(quirks, name, type(getattr(quirks, name))(number(order, "value")))
        return {}

    def _silence(self, order: Mapping[str, object]) -> Reply:
        on = bool(number(order, "on", 1))
        if order.get("slot", "id_reader") in self._printers():
            self._printer(order).set_condition("silent", on)
        else:
            self.reader.quirks.silent = on
        return {}

    def _condition(self, name: str, order: Mapping[str, object]) -> Reply:
        try:
            self._printer(order).set_condition(name, bool(number(order, "on", 1)))
        except KeyError:
            raise OrderError("no such condition") from None
        return {}

    def _printers(self) -> Mapping[str, PrinterSimulator]:
        found = {
            "label_printer": self.printer,
            "receipt_printer": self.receipts,
            "sticker_printer": self.stickers,
        }
        return {slot: printer for slot, printer in found.items() if slot in self._devices}

    def _printer(self, order: Mapping[str, object]) -> PrinterSimulator:
        slot = text(order, "slot") if "slot" in order else "label_printer"
        if slot not in self._printers():
            raise OrderError("no such printer", known=list(self._printers()))
        return self._printers()[slot]

    def _port_of(self, order: Mapping[str, object]) -> Port:
        slot = text(order, "slot")
        if slot not in self._devices:
            raise OrderError("no such slot", known=list(self._devices))
        return self._devices[slot].port

    def _state(self) -> Reply:
        return {
            "card": self.reader.lying(),
            "commands": self.reader.received,
            "conditions": sorted(self.printer.conditions()),
            "labels": [path.name for path in self.printer.pages()],
            "receipt_conditions": sorted(self.receipts.conditions()),
            "receipts": [path.name for path in self.receipts.pages()],
            "stickers": [path.name for path in self.stickers.pages()],
            "sticker_conditions": sorted(self.stickers.conditions()),
            "scale": self.scale.state(),
            "silent": self.reader.quirks.silent,
            "operator_cards": self.cards.lying() if self.cards is not None else None,
            "slots": list(self._devices),
            "unplugged": [slot for slot, device in self._devices.items() if not device.port.wanted],
        }


def _port(path: Path, baud: int, tcp: bool) -> Port:
    return TcpPort(baud) if tcp else PtyPort(path, baud)


def _grams(order: Mapping[str, object]) -> int:
    grams = number(order, "grams")
    if not 0 <= grams <= MOST_GRAMS:
        raise OrderError(f"grams must lie between 0 and {MOST_GRAMS}")
    return grams


def _on(order: Mapping[str, object]) -> bool:
    return bool(number(order, "on", 1))


def _socket_path(directory: Path) -> Path:
    """In the directory; elsewhere where that makes the path longer than a socket's may be."""
    path = directory.absolute() / "control.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
        return path
    return Path(tempfile.mkdtemp(prefix="desk-")) / "control.sock"
