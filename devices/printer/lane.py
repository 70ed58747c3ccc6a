"""The printers that this version serves: which page, which language, which options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.devices import NoPaperSlip, PrintJob
from core.errors import ConfigError, ConfigFault
from core.ports import PrintLog
from devices.link import Link
from devices.options import Ranges, whole_options
from devices.printer import escpos, tspl, zpl
from devices.printer.escpos_session import EscPosSession
from devices.printer.fonts import FontBook
from devices.printer.label import LabelRenderer
from devices.printer.page import Bitmap
from devices.printer.queue import FirstByte, PrinterLane
from devices.printer.receipt import ReceiptRenderer
from devices.printer.receipt_template import DEFAULT_RECEIPTS, load_receipt_template, load_receipt_words
from devices.printer.session import PrinterSession, Timing, TsplSession
from devices.printer.slip import SlipRenderer, load_slip
from devices.printer.template import DEFAULT_TEMPLATES, load_template
from devices.printer.zpl_session import ZplSession
from devices.rack import DeviceConfig, LaneReport

# outside.md, configuration.
LABEL_OPTIONS: Ranges = {
    "width_mm": (76, 20, 110),
    "height_mm": (130, 20, 300),
    "dpi": (203, 150, 600),
    "gap_mm": (2, 0, 20),
}
RECEIPT_OPTIONS: Ranges = {"width_mm": (80, 40, 120), "dpi": (203, 150, 600)}


@dataclass(frozen=True, slots=True)
class Language:
    """How a label's picture becomes bytes, and who talks to the printer."""

    encode: Callable[[Bitmap, Mapping[str, int]], bytes]
    session: type[PrinterSession]


LABEL_LANGUAGES: Mapping[str, Language] = {
    "tspl": Language(
        lambda page, option: tspl.encode_page(
            page, option["width_mm"], option["height_mm"], gap_mm=option["gap_mm"]
        ),
        TsplSession,
    ),
    "zpl": Language(lambda page, _option: zpl.encode_page(page), ZplSession),
    "escpos": Language(
        lambda page, _option: escpos.encode_page(page, escpos.Ending.NEXT_LABEL), EscPosSession
    ),
}


class LabelPrinterLane(PrinterLane):
    """A label or sticker printer."""

    def __init__(
        self,
        config: DeviceConfig,
        report: LaneReport,
        log: PrintLog,
        *,
        first_byte: FirstByte | None = None,
        timing: Timing | None = None,
    ) -> None:
        """Raises ConfigError WRONG_VALUE: unknown driver, option out of range, size without template."""
        super().__init__(config, report, log, first_byte=first_byte, timing=timing)
        self._language = _language(config)
        self._option = whole_options(config, LABEL_OPTIONS)
        self._template = load_template(DEFAULT_TEMPLATES, self._option["width_mm"], self._option["height_mm"])
        self._renderer: LabelRenderer | None = None
        self._slips: SlipRenderer | None = None

    def _open(self) -> None:
        if self._renderer is None:  # here and not at construction: opening the fonts takes 20 ms
            fonts, option = FontBook(), self._option
            self._renderer = LabelRenderer(fonts, self._template, option["dpi"])
            self._slips = SlipRenderer(
                fonts, load_slip(), option["width_mm"], option["dpi"], option["height_mm"]
            )

    def _page_of(self, job: PrintJob) -> bytes:
        assert self._renderer is not None
        assert self._slips is not None
        if isinstance(job.page, NoPaperSlip):
            return self._language.encode(self._slips.render(job.page).bitmap, self._option)
        return self._language.encode(self._renderer.render(job.label).bitmap, self._option)

    def _session(self, link: Link) -> PrinterSession:
        return self._language.session(link, self.traffic, self._timing)


class ReceiptPrinterLane(PrinterLane):
    """An ESC/POS receipt printer."""

    def __init__(
        self,
        config: DeviceConfig,
        report: LaneReport,
        log: PrintLog,
        *,
        first_byte: FirstByte | None = None,
        timing: Timing | None = None,
    ) -> None:
        """Raises ConfigError WRONG_VALUE: option out of range, paper width without template."""
        super().__init__(config, report, log, first_byte=first_byte, timing=timing)
        self._option = whole_options(config, RECEIPT_OPTIONS)
        self._template = load_receipt_template(DEFAULT_RECEIPTS, self._option["width_mm"])
        self._words = load_receipt_words(DEFAULT_RECEIPTS)
        self._renderer: ReceiptRenderer | None = None
        self._slips: SlipRenderer | None = None

    def _open(self) -> None:
        if self._renderer is None:
            fonts, dpi = FontBook(), self._option["dpi"]
            self._renderer = ReceiptRenderer(fonts, self._template, self._words, dpi)
            self._slips = SlipRenderer(fonts, load_slip(), self._template.printed_mm, dpi)

    def _page_of(self, job: PrintJob) -> bytes:
        assert self._renderer is not None
        assert self._slips is not None
        if isinstance(job.page, NoPaperSlip):
            return escpos.encode_page(self._slips.render(job.page).bitmap)
        return escpos.encode_page(self._renderer.render(job.receipt).bitmap)

    def _session(self, link: Link) -> PrinterSession:
        return EscPosSession(link, self.traffic, self._timing)


def _language(config: DeviceConfig) -> Language:
    if config.driver not in LABEL_LANGUAGES:
        raise ConfigError(
            ConfigFault.WRONG_VALUE,
            key=f"devices.{config.slot.value}.driver",
            value=config.driver,
            expected=", ".join(LABEL_LANGUAGES),
        )
    return LABEL_LANGUAGES[config.driver]
