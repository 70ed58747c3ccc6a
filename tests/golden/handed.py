"""A hand-over for the golden journal, and for the tests of its slip: something of everything."""

from __future__ import annotations

from core.ledger.handover import Delivered, HandedCheck, HandedDevice, HandOver

DELIVERED = Delivered(
    version="1.9.0", way="new", authority="09AF " * 15 + "77C1", backup=False,
    devices=(
        HandedDevice("id_reader", "ok", "tested", "sam", "serial:/dev/serial/by-id/usb-reader-0007"),
        HandedDevice("scanner", "ok", "untested", "serial", "serial:/dev/serial/by-id/usb-scanner-21"),
        HandedDevice("label_printer", "failed", "device.paper_out", "tspl", "tcp://192.0.2.40:9100"),
        HandedDevice("receipt_printer", "ok", "tested", "escpos", "tcp://192.0.2.41:9100"),
        HandedDevice("scale", "skipped", "no_device"),
        HandedDevice("card_reader", "skipped", "switched_off", "pcsc", "pcsc:"),
    ),
    checks=(
        HandedCheck("config", "ok", "doctor.fine"),
        HandedCheck("disk", "ok", "doctor.disk", facts={"free_mb": 51200}),
        HandedCheck("backup", "warn", "doctor.backup_off"),
        HandedCheck("device", "bad", "device.paper_out", "label_printer"),
        HandedCheck("vault", "not_opened", "doctor.not_opened"),
    ),
)  # fmt: skip
KEYS = {"terminal": "A" * 22, "headquarters": "B" * 22, "opening": "C" * 22}
HANDED = HandOver("990100-01", "990100-01-03", 1, KEYS, DELIVERED)
