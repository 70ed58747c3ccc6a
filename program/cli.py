"""The command line of the terminal.  Exit codes: 0 done, 1 not sound, 2 usage, 3 environment."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from core.errors import (
    ConfigError,
    CounterError,
    DeviceError,
    EntryError,
    HqError,
    RuleError,
    StoreError,
    StoreFault,
    TransferError,
)
from program.cores import leave_no_core

DONE, UNSOUND, USAGE, ENVIRONMENT = 0, 1, 2, 3
Handler = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str]) -> int:
    """Parse, run, and turn every known error into one sentence and an exit code."""
    leave_no_core()
    options = parser().parse_args(arguments)
    try:
        return handler(options.command)(options)
    except CounterError as error:
        return tell(error, options.lang or "zh")
    except KeyboardInterrupt:
        return ENVIRONMENT


def parser() -> argparse.ArgumentParser:
    """Every command, with the words that outside.md gives."""
    root = argparse.ArgumentParser(
        prog="main.py", description="实名收寄柜台终端 · real-name counter terminal"
    )
    root.set_defaults(command="open")
    _common(root)
    root.add_argument(
        "--simulate", action="store_true", help="simulated devices instead of the configured ones"
    )
    root.add_argument(
        "--demonstration", action="store_true", help="simulated devices, own headquarters, invented people"
    )
    root.add_argument(
        "--screenshots", metavar="DIR", type=Path, help="one picture of every screen, no display needed"
    )
    commands = root.add_subparsers(metavar="COMMAND")
    init = _command(commands, "init", "first run without the assistant; the new password on standard input")
    init.add_argument("--headquarters", required=True, metavar="URL")
    init.add_argument("--ca", required=True, type=Path, metavar="FILE")
    init.add_argument("--proxy", default="", metavar="URL", help="http://HOST:PORT that leads there, if any")
    init.add_argument("--enrol-code", required=True, metavar="CODE")
    init.add_argument("--operator", required=True, metavar="ID")
    init.add_argument("--activation-code", required=True, metavar="CODE")
    recover = _command(commands, "recover", "the journal back from headquarters, in a new epoch")
    recover.add_argument("--enrol-code", required=True, metavar="CODE", help="from hq epoch grant")
    recover.add_argument("--operator", required=True, metavar="ID")
    recover.add_argument(
        "--ca", type=Path, metavar="FILE", help="headquarters' ca.pem, for an empty directory"
    )
    _json(recover)
    activate = _command(
        commands, "activate", "a new operator's keys, made here; two passwords on standard input"
    )
    activate.add_argument("--operator", required=True, metavar="ID", help="who is new")
    activate.add_argument("--activation-code", required=True, metavar="CODE")
    activate.add_argument("--opened-by", required=True, metavar="ID", help="whose password opens the counter")
    doctor = _command(commands, "doctor", "a line for each thing that must be right; exit 0 only if sound")
    doctor.add_argument("--operator", metavar="ID")
    _json(doctor)
    journal = _command(commands, "journal", "check or export the journal; password on standard input")
    actions = journal.add_subparsers(dest="action", required=True, metavar="verify|export")
    for name in ("verify", "export"):
        action = actions.add_parser(name)
        _common(action, nested=True)
        action.add_argument("--operator", required=True, metavar="ID")
        _json(action)
        if name == "export":
            action.add_argument("file", type=Path, metavar="FILE")
    for add in (_evidence, _backups, _configurations):
        add(commands)
    device = _command(commands, "device", "list the devices, test one, read one document")
    actions = device.add_subparsers(dest="action", required=True, metavar="list|ports|test|read|calibrate")
    for name in ("list", "ports", "test", "read", "calibrate"):
        action = actions.add_parser(name)
        _common(action, nested=True)
        _json(action)
        if name not in ("list", "ports"):
            action.add_argument("slot", metavar="SLOT")
        if name == "calibrate":
            action.add_argument("--png", type=Path, metavar="FILE", help="the page as a picture, not printed")
    receipt = _command(commands, "receipt", "check a receipt's or slip's code, offline, by a public key")
    action = receipt.add_subparsers(dest="action", required=True, metavar="verify").add_parser("verify")
    _common(action, nested=True)
    action.add_argument(
        "receipt", metavar="TEXT|PNG|JSON", help="the code, a picture of it, a slip's file, or -"
    )
    action.add_argument("--keys", required=True, type=Path, metavar="FILE", help="public keys, one a line")
    _json(action)
    return root


def _evidence(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    bundle = _command(commands, "diagnostics", "how this machine and its devices are, sealed to headquarters")
    bundle.add_argument("file", type=Path, metavar="FILE")
    evidence = _command(
        commands, "evidence", "what stands under your name for a business day, to be checked by anybody"
    )
    evidence.add_argument("file", type=Path, metavar="FILE")
    evidence.add_argument(
        "--operator", required=True, metavar="ID", help="whose; her password on standard input"
    )
    evidence.add_argument("--day", default="", metavar="N|DATE", help="the last business day without it")
    _json(evidence)


def _configurations(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from program.configuration import add_to

    shared = _command(commands, "config", "this counter's devices for the next one, signed; and back again")
    for action in add_to(shared.add_subparsers(dest="action", required=True, metavar="export|import|undo")):
        _common(action, nested=True)
        _json(action)


def _backups(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, text in (
        ("backup", "the journal into a folder elsewhere, read back; password on standard input"),
        ("restore", "a backup brought back; recover opens a new epoch afterwards"),
    ):
        action = _command(commands, name, text)
        action.add_argument("folder", type=Path, metavar="DIR")
        action.add_argument("--operator", required=True, metavar="ID")
        _json(action)


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str
) -> argparse.ArgumentParser:
    made = commands.add_parser(name, help=text, description=text)
    made.set_defaults(command=name)
    _common(made, nested=True)
    return made


def _common(target: argparse.ArgumentParser, *, nested: bool = False) -> None:
    # A nested command must not put its own default over what stood before the command's name.
    default = argparse.SUPPRESS if nested else None
    target.add_argument("--data", type=Path, metavar="DIR", default=default)
    target.add_argument("--config", type=Path, metavar="FILE", default=default)
    target.add_argument("--lang", choices=("zh", "en"), default=default)


def _json(target: argparse.ArgumentParser) -> None:
    target.add_argument("--json", action="store_true", help="answer as JSON lines")


def handler(command: str) -> Handler:
    """The function of a command; imported only now, so that a start pays for nothing else."""
    if command == "open":
        from program.opening import run as opening

        return opening
    if command == "init":
        from program.first_run import run as first_run

        return first_run
    if command == "recover":
        from program.recovery import run as recovery

        return recovery
    if command == "activate":
        from program.activation import run as activation

        return activation
    if command == "doctor":
        from program.doctor import run as doctor

        return doctor
    if command == "diagnostics":
        from program.diagnostics import run as diagnostics

        return diagnostics
    if command == "journal":
        from program.journals import run as journals

        return journals
    if command == "evidence":
        from program.evidence import run as evidence

        return evidence
    if command == "config":
        from program.configuration import run as configuration

        return configuration
    if command in ("backup", "restore"):
        from program.backups import run as backups

        return backups
    if command == "receipt":
        from program.receipts import run as receipts

        return receipts
    from program.device_commands import run as device

    return device


def tell(error: CounterError, language: str) -> int:
    """The error's sentence on standard error; its exit code."""
    from ui.text import Texts

    print(Texts(language).error(error), file=sys.stderr)
    return exit_code(error)


def exit_code(error: CounterError) -> int:
    """2 for what the caller wrote wrong, 1 for what was found unsound, 3 for the environment."""
    if isinstance(error, ConfigError):
        return USAGE
    if isinstance(error, EntryError | TransferError) or error.code in (
        StoreFault.DAMAGED,
        StoreFault.BACKUP_DAMAGED,
    ):
        return UNSOUND
    if isinstance(error, RuleError):
        return USAGE
    assert isinstance(error, DeviceError | StoreError | HqError | CounterError)
    return ENVIRONMENT
