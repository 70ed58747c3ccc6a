"""``main.py config export|import|undo``: one counter's devices and proxy for the next one, signed."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from core.access.rights import Action
from core.config_plan import Line, Plan, differences
from core.config_transfer import fingerprint
from core.errors import CounterError
from program import sharing
from program.configured_file import ConfigurationFile
from program.gate_trace import GateTrace
from program.places import config_path, default_data
from ui.text import CHINA, Texts
from ui.transfer_words import line_words, note_words

_TRACES = {"export": "share"}  # the act's name on the technician's page, where it is another


def add_to(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> list[argparse.ArgumentParser]:
    """The three, for :mod:`program.cli`."""
    export = actions.add_parser("export")
    export.add_argument("file", type=Path, metavar="FILE")
    export.add_argument("--operator", required=True, metavar="ID", help="opens the vault: password on input")
    taken = actions.add_parser("import")
    taken.add_argument("file", type=Path, metavar="FILE")
    taken.add_argument("--dry-run", action="store_true", help="the lines that would change; writes nothing")
    taken.add_argument(
        "--trust",
        default="",
        metavar="FINGERPRINT",
        help="before init: what the other counter showed at its export",
    )
    return [export, taken, actions.add_parser("undo")]


def run(options: argparse.Namespace) -> int:
    """0 where it is done; nothing has changed where anything is raised."""
    data = options.data or default_data(demonstration=False)
    path = options.config or config_path(data)
    act = {"export": _export, "import": _import, "undo": _undo}[options.action]
    try:
        act(options, data, path)
    except CounterError as error:
        _leave_trace(options, data, str(error.code))
        raise
    _leave_trace(options, data, "done")
    return 0


def _leave_trace(options: argparse.Namespace, data: Path, outcome: str) -> None:
    """As on the technician's page; a look leaves none; before ``init`` there is nowhere to write it."""
    if not getattr(options, "dry_run", False) and data.is_dir():
        GateTrace(data, lambda: None).leave(_TRACES.get(options.action, options.action), None, outcome)


def _export(options: argparse.Namespace, data: Path, path: Path) -> None:
    from program.journals import open_vault

    vault = open_vault(data, options.operator, Action.LOG_IN)
    try:
        key = sharing.export(vault, path, options.file)
    finally:
        vault.close()
    if options.json:
        print(json.dumps({"file": str(options.file), "fingerprint": fingerprint(key)}))
    else:
        texts = Texts(options.lang or "zh")
        print(texts("transfer.exported", file=str(options.file), fingerprint=fingerprint(key)))


def _import(options: argparse.Namespace, data: Path, path: Path) -> None:
    value, origin = sharing.read(options.file, data)
    if options.trust or not options.dry_run:
        sharing.need_trust(origin, options.trust)
    made = sharing.planned(value, origin, path)
    if not options.dry_run:
        sharing.write(made, ConfigurationFile(path))
    written = bool(made.lines) and not options.dry_run
    if options.json:
        print(json.dumps(_value(made, written=written), ensure_ascii=False))
        return
    texts = Texts(options.lang or "zh")
    print(
        texts("transfer.from", terminal=value.terminal, when=f"{value.at.astimezone(CHINA):%Y-%m-%d %H:%M}")
    )
    known = "transfer.known" if origin.known else "transfer.compare"
    print(texts(known, fingerprint=origin.fingerprint))
    _say(texts, made.lines)
    for line in made.kept:
        print(texts("transfer.stays", line=line_words(texts, line)))
    if written:
        print(texts("transfer.written", file=str(path)))


def _undo(options: argparse.Namespace, _data: Path, path: Path) -> None:
    now, before = ConfigurationFile(path).exchange()
    lines = differences(now, before)
    if options.json:
        print(json.dumps({"lines": [_line(line) for line in lines]}, ensure_ascii=False))
        return
    texts = Texts(options.lang or "zh")
    _say(texts, lines)
    print(texts("transfer.undone", file=str(path)))


def _say(texts: Texts, lines: tuple[Line, ...]) -> None:
    for line in lines:
        note = note_words(texts, line)
        print(line_words(texts, line) + (f"  ({note})" if note else ""))
    if not lines:
        print(texts("transfer.same"))


def _value(made: Plan, *, written: bool) -> dict[str, object]:
    shared, origin = made.shared, made.origin
    return {
        "terminal": shared.terminal,
        "branch": shared.branch,
        "at": shared.at.isoformat(),
        "known": origin.known,
        "fingerprint": origin.fingerprint,
        "lines": [_line(line) for line in made.lines],
        "kept": [_line(line) for line in made.kept],
        "written": written,
    }


def _line(line: Line) -> dict[str, object]:
    return {
        "part": line.part,
        "key": line.key,
        "old": line.old,
        "new": line.new,
        "note": line.note.value,
    }
