"""From a page's texts to a printer's bytes: which page, in which language, on which paper."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from core.devices import (
    CalibrationPage,
    ComplaintRecord,
    DisclosureRecord,
    NoPaperSlip,
    PersonRecord,
    PrintJob,
)
from core.errors import ConfigError, ConfigFault, DeviceError, DeviceFault, Fact
from core.handover import CodedPage
from core.label_template import parse_template
from core.records import ExceptionRecord, WarningRecord
from core.slips import SlipPage
from devices.options import Ranges, whole_options
from devices.printer import escpos, tspl, zpl
from devices.printer.calibration import CalibrationRenderer, load_calibration
from devices.printer.complaint_slip import ComplaintRenderer, load_complaint
from devices.printer.day_slip import DaySlipRenderer, load_day_slip
from devices.printer.disclosure_slip import DisclosureRenderer, load_disclosure
from devices.printer.exception_slip import ExceptionRenderer, load_exception
from devices.printer.fonts import FontBook
from devices.printer.label import LabelRenderer
from devices.printer.page import Bitmap, moved
from devices.printer.receipt import ReceiptRenderer
from devices.printer.receipt_template import DEFAULT_RECEIPTS, load_receipt_template, load_receipt_words
from devices.printer.record import RecordRenderer, load_record
from devices.printer.slip import SlipRenderer, load_slip
from devices.printer.template import DEFAULT_TEMPLATES, load_template
from devices.printer.warning_slip import WarningRenderer, load_warning
from devices.rack import DeviceConfig

AS_IT_IS = -1  # what the printer itself is set to
# outside.md, configuration.
LABEL_OPTIONS: Ranges = {
    "width_mm": (76, 20, 110),
    "height_mm": (130, 20, 300),
    "dpi": (203, 150, 600),
    "gap_mm": (2, 0, 20),
    "speed": (AS_IT_IS, 1, 14),  # inches a second
    "density": (AS_IT_IS, 0, 15),  # of TSPL; ZPL has twice as many steps
    "right_dots": (0, -200, 200),
    "down_dots": (0, -200, 200),
}
RECEIPT_OPTIONS: Ranges = {"width_mm": (80, 40, 120), "dpi": (203, 150, 600)}

_LABEL_ENCODERS: Mapping[str, Callable[[Bitmap, PageForm], bytes]] = {
    "tspl": lambda page, form: tspl.encode_page(
        page, form.width_mm, form.height_mm, gap_mm=form.gap_mm, speed=form.speed, density=form.density
    ),
    "zpl": lambda page, form: zpl.encode_page(page, speed=form.speed, density=form.density),
    "escpos": lambda page, _form: escpos.encode_page(page, escpos.Ending.NEXT_LABEL),
}


@dataclass(frozen=True, slots=True)
class PageForm:
    """What a printer takes: language, millimetres of its paper, dots.  ``height_mm`` 0: a receipt roll."""

    language: str
    width_mm: int
    dpi: int
    height_mm: int = 0
    gap_mm: int = 0
    speed: int = AS_IT_IS
    density: int = AS_IT_IS
    right_dots: int = 0  # how far the page is moved on its paper
    down_dots: int = 0


def label_form(config: DeviceConfig) -> PageForm:
    """Of a label printer.  Raises ConfigError WRONG_VALUE: driver, an option, a size without template."""
    if config.driver not in _LABEL_ENCODERS:
        raise ConfigError(
            ConfigFault.WRONG_VALUE,
            key=f"devices.{config.slot.value}.driver",
            value=config.driver,
            expected=", ".join(_LABEL_ENCODERS),
        )
    option = whole_options(config, LABEL_OPTIONS)
    for name in ("speed", "density"):
        if config.driver == "escpos" and option[name] != AS_IT_IS:
            key = f"devices.{config.slot.value}.{name}"
            raise ConfigError(ConfigFault.WRONG_VALUE, key=key, value=option[name], expected="tspl or zpl")
    load_template(DEFAULT_TEMPLATES, option["width_mm"], option["height_mm"])
    return PageForm(config.driver, **option)


def receipt_form(config: DeviceConfig) -> PageForm:
    """Of a receipt printer.  Raises ConfigError WRONG_VALUE: an option, paper width without template."""
    option = whole_options(config, RECEIPT_OPTIONS)
    load_receipt_template(DEFAULT_RECEIPTS, option["width_mm"])
    return PageForm("escpos", **option)


def label_size(config: DeviceConfig) -> tuple[int, int]:
    """Width and height of a label printer's paper, mm; raises as :func:`label_form`."""
    form = label_form(config)
    return form.width_mm, form.height_mm


@dataclass(frozen=True, slots=True)
class Made:
    """The page, or why there is none: what another process answers."""

    page: bytes
    fault: DeviceFault | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)


class PageMaker(Protocol):
    """Makes the bytes of pages; any thread."""

    def prepare(self, form: PageForm) -> None:
        """What takes its time, such as opening fonts, so that the first page need not wait for it."""
        ...

    def make(self, form: PageForm, job: PrintJob) -> bytes:
        """The page as the printer wants it.  Raises DeviceError GLYPH_MISSING, LABEL_LAYOUT."""
        ...


class _Renderers:
    """The drawing of one form's pages."""

    def __init__(self, fonts: FontBook, form: PageForm) -> None:
        self._form = form
        self._fonts = fonts
        self._others: dict[str, LabelRenderer] = {}  # the last one: another comes once in a while
        self._label: LabelRenderer | None = None
        self._receipt: ReceiptRenderer | None = None
        if form.height_mm:
            template = load_template(DEFAULT_TEMPLATES, form.width_mm, form.height_mm)
            self._label = LabelRenderer(fonts, template, form.dpi)
            self._printed_mm: float = form.width_mm
            sized: tuple[float, int, float] = (form.width_mm, form.dpi, form.height_mm)
        else:
            paper = load_receipt_template(DEFAULT_RECEIPTS, form.width_mm)
            words = load_receipt_words(DEFAULT_RECEIPTS)
            self._receipt = ReceiptRenderer(fonts, paper, words, form.dpi)
            self._printed_mm = paper.printed_mm
            sized = (paper.printed_mm, form.dpi, 0.0)
        self._slip = SlipRenderer(fonts, load_slip(), *sized)
        self._record = RecordRenderer(fonts, load_record(), *sized)
        self._complaint = ComplaintRenderer(fonts, load_complaint(), *sized)
        self._disclosure = DisclosureRenderer(fonts, load_disclosure(), *sized)
        self._exception = ExceptionRenderer(fonts, load_exception(), *sized)
        self._warning = WarningRenderer(fonts, load_warning(), *sized)
        self._day = DaySlipRenderer(fonts, load_day_slip(), *sized[:2])

    def _published(self, text: str) -> LabelRenderer:
        """Of a template that headquarters published; raises DeviceError LABEL_LAYOUT for another size."""
        if text not in self._others:
            template = parse_template(text, "published")
            if (template.width_mm, template.height_mm) != (self._form.width_mm, self._form.height_mm):
                raise DeviceError(DeviceFault.LABEL_LAYOUT, field="template")
            self._others = {text: LabelRenderer(self._fonts, template, self._form.dpi)}
        return self._others[text]

    def page(self, job: PrintJob) -> bytes:
        if isinstance(job.page, NoPaperSlip):
            bitmap = self._slip.render(job.page).bitmap
        elif isinstance(job.page, CalibrationPage):
            words = load_calibration()
            bitmap = CalibrationRenderer(self._fonts, words, self._form, self._printed_mm).render().bitmap
        elif isinstance(job.page, PersonRecord):
            bitmap = self._record.render(job.page).bitmap
        elif isinstance(job.page, DisclosureRecord):
            bitmap = self._disclosure.render(job.page).bitmap
        elif isinstance(job.page, ComplaintRecord):
            bitmap = self._complaint.render(job.page).bitmap
        elif isinstance(job.page, ExceptionRecord):
            bitmap = self._exception.render(job.page).bitmap
        elif isinstance(job.page, WarningRecord):
            bitmap = self._warning.render(job.page).bitmap
        elif isinstance(job.page, SlipPage):
            bitmap = self._day.render(job.page).bitmap
        elif isinstance(job.page, CodedPage):
            bitmap = self._day.page(job.page).bitmap
        elif self._label is not None:
            renderer = self._published(job.template) if job.template else self._label
            bitmap = renderer.render(job.label).bitmap
        else:
            assert self._receipt is not None
            bitmap = self._receipt.render(job.receipt).bitmap
        if self._form.height_mm:
            cut = isinstance(job.page, CalibrationPage)  # its rulers reach the edges
            bitmap = moved(bitmap, self._form.right_dots, self._form.down_dots, cut=cut)
            return _LABEL_ENCODERS[self._form.language](bitmap, self._form)
        return escpos.encode_page(bitmap)


class OwnPages:
    """A :class:`PageMaker` that works in the caller's thread, one page at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fonts: FontBook | None = None
        self._made: dict[PageForm, _Renderers] = {}

    def prepare(self, form: PageForm) -> None:
        """See :class:`PageMaker`."""
        with self._lock:
            self._of(form)

    def make(self, form: PageForm, job: PrintJob) -> bytes:
        """See :class:`PageMaker`."""
        with self._lock:
            return self._of(form).page(job)

    def _of(self, form: PageForm) -> _Renderers:
        if form not in self._made:
            self._fonts = self._fonts or FontBook()
            self._made[form] = _Renderers(self._fonts, form)
        return self._made[form]
