"""A bug: a number for the screen, a place for the log, never the exception's text: it may quote a person."""

from __future__ import annotations

import secrets
from pathlib import PurePath
from types import TracebackType


def new_number() -> str:
    """Six hexadecimal digits that the screen shows and the log repeats."""
    return secrets.token_hex(3).upper()


def place(trace: TracebackType | None) -> str:
    """Folder, file and line of the innermost frame, "?" without one; no values, and no home directory."""
    if trace is None:
        return "?"
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{'/'.join(PurePath(trace.tb_frame.f_code.co_filename).parts[-2:])}:{trace.tb_lineno}"
