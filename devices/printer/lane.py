"""The printers that this version serves: which page, which language, which options."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

from core.devices import PrintJob
from core.ports import PrintLog
from devices.link import Link
from devices.printer.escpos_session import EscPosSession
from devices.printer.form import OwnPages, PageForm, PageMaker, label_form, receipt_form
from devices.printer.queue import FirstByte, PrinterLane
from devices.printer.session import PrinterSession, Timing, TsplSession
from devices.printer.zpl_session import ZplSession
from devices.rack import DeviceConfig, LaneReport

# Who talks to the printer, by its language.
LABEL_LANGUAGES: Mapping[str, type[PrinterSession]] = {
    "tspl": TsplSession,
    "zpl": ZplSession,
    "escpos": EscPosSession,
}


class FormLane(PrinterLane):
    """A printer whose pages a :class:`PageMaker` makes; in the lane's own thread unless one is given."""

    def __init__(
        self,
        config: DeviceConfig,
        report: LaneReport,
        log: PrintLog,
        *,
        pages: PageMaker | None = None,
        first_byte: FirstByte | None = None,
        timing: Timing | None = None,
    ) -> None:
        """Raises ConfigError WRONG_VALUE: unknown driver, option out of range, size without template."""
        super().__init__(config, report, log, first_byte=first_byte, timing=timing)
        self._form = self._form_of(config)
        self._pages = pages or OwnPages()

    @abstractmethod
    def _form_of(self, config: DeviceConfig) -> PageForm:
        """What the configured printer takes."""

    def _open(self) -> None:
        self._pages.prepare(self._form)

    def _page_of(self, job: PrintJob) -> bytes:
        return self._pages.make(self._form, job)


class LabelPrinterLane(FormLane):
    """A label or sticker printer."""

    def _form_of(self, config: DeviceConfig) -> PageForm:
        return label_form(config)

    def _session(self, link: Link) -> PrinterSession:
        return LABEL_LANGUAGES[self._form.language](link, self.traffic, self._timing)


class ReceiptPrinterLane(FormLane):
    """An ESC/POS receipt printer."""

    def _form_of(self, config: DeviceConfig) -> PageForm:
        return receipt_form(config)

    def _session(self, link: Link) -> PrinterSession:
        return EscPosSession(link, self.traffic, self._timing)
