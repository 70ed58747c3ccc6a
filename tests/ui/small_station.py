"""Two small stations: one only keeps commands, one answers like the real one on its own thread."""

from __future__ import annotations

import queue
import threading
from dataclasses import replace

from core.commands import (
    AcknowledgeNotice,
    CloseLookUp,
    Command,
    Commit,
    ConfirmInspected,
    ConfirmOriginal,
    DismissMessage,
    Field,
    Lock,
    LogIn,
    LookUp,
    NewAcceptance,
    NextCustomer,
    NextItem,
    SetField,
    SetSecurity,
)
from core.view import CounterView, FieldView, Message, Screen, VisitView
from ui.bridge import Bridge
from ui.specimens import BASE, EMPTY, LOGIN, READY, SENDER, item


class Recorder:
    """Keeps commands in order; views are played by the test."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge
        self.commands: list[Command] = []

    def submit(self, command: Command) -> None:
        """Keep it."""
        self.commands.append(command)

    def of(self, kind: type) -> list[Command]:
        """The commands of one kind."""
        return [command for command in self.commands if isinstance(command, kind)]


class ConfirmCard:
    """Not a command of the screen: what the reader's lane would tell the station."""


_OPEN = ("missing.identity", "missing.original", "missing.inspected", "missing.security", "missing.notice")
_KEPT = (Field.SENDER_NAME, Field.SENDER_PHONE, Field.SENDER_ADDRESS)


class SmallStation:
    """Takes commands on any thread, works on one of its own, publishes a view after each.

    It knows only as much as a window can see: what is typed stands in the next view, confirmations
    are ticked, F9 accepts what is complete, once.
    """

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge
        self.commands: list[Command] = []
        self.accepted: list[dict[Field, str]] = []
        self._queue: queue.SimpleQueue[Command | ConfirmCard | None] = queue.SimpleQueue()
        self._view: CounterView = LOGIN
        self._serial = 0
        self._texts = dict.fromkeys(Field, "")
        self._open = set(_OPEN)
        self._visit: VisitView = EMPTY
        self._thread = threading.Thread(target=self._run, name="small-station")
        self._thread.start()

    def submit(self, command: Command) -> None:
        """Returns at once."""
        self._queue.put(command)

    def stop(self) -> None:
        """Ends the thread."""
        self._queue.put(None)
        self._thread.join(10)

    def read_card(self) -> None:
        """A document is read: as if the lane had told it."""
        self._queue.put(ConfirmCard())

    def _run(self) -> None:
        self.bridge.post(self._view)
        while True:
            command = self._queue.get(timeout=60)
            if command is None:
                return
            if not isinstance(command, ConfirmCard):
                self.commands.append(command)
            self._do(command)
            self.bridge.post(self._view)

    def _say(self, code: str, level: str = "info", **facts: str) -> None:
        self._serial += 1
        self._view = replace(self._view, message=Message(code, facts, level, self._serial))

    def _do(self, command: Command | ConfirmCard) -> None:
        match command:
            case LogIn():
                if command.password != "an invented password":
                    self._say("store.wrong_key", "error")
                    return
                self._view = replace(BASE, operator=command.operator)
                self._say("msg.welcome", operator=command.operator)
                self._new(keep_sender=False)
            case Lock():
                self._view = replace(BASE, screen=Screen.LOCKED, visit=None)
            case SetField():
                self._texts[command.name] = command.text
                self._show()
            case ConfirmCard():
                self._texts[Field.SENDER_NAME] = SENDER.name
                self._open.discard("missing.identity")
                self._visit = replace(self._visit, sender=SENDER, revision=self._visit.revision + 1)
                self._show()
            case ConfirmOriginal():
                self._tick("missing.original")
            case ConfirmInspected():
                self._tick("missing.inspected")
            case SetSecurity():
                self._visit = replace(self._visit, security=command.security)
                self._tick("missing.security")
            case AcknowledgeNotice():
                self._visit = replace(self._visit, acknowledged=command.how)
                self._tick("missing.notice")
            case Commit():
                self._commit()
            case NextItem():
                self._new(keep_sender=True)
            case NextCustomer() | NewAcceptance():
                self._new(keep_sender=False)
            case LookUp():
                self._view = replace(
                    self._view, found=tuple(item(n) for n in range(1, 1 + len(self.accepted)))
                )
            case CloseLookUp():
                self._view = replace(self._view, found=None)
            case DismissMessage():
                self._view = replace(self._view, message=None)

    def _tick(self, code: str) -> None:
        self._open.discard(code)
        self._show()

    def _missing(self) -> tuple[str, ...]:
        typed = [f"missing.{name.value}" for name, text in self._texts.items() if not text]
        return (*sorted(self._open), *typed)

    def _show(self) -> None:
        self._visit = replace(
            self._visit,
            fields={name: FieldView(text, source="typed") for name, text in self._texts.items()},
            missing=self._missing(),
            gates=READY.gates,
        )
        self._view = replace(self._view, visit=self._visit)

    def _new(self, *, keep_sender: bool) -> None:
        for name in Field:
            if not (keep_sender and name in _KEPT):
                self._texts[name] = ""
        again = {"missing.inspected", "missing.security"}
        self._open = again if keep_sender else set(_OPEN)
        kept = self._visit if keep_sender else EMPTY
        items = self._visit.items if keep_sender else ()
        self._visit = replace(kept, security=None, items=items, revision=self._visit.revision + 1)
        self._show()

    def _commit(self) -> None:
        if self._visit.missing == ("missing.next",):
            self._say("msg.already_accepted", "good")
        elif self._missing():
            self._say("msg.not_ready", "warning", first=self._missing()[0])
        else:
            self.accepted.append(dict(self._texts))
            done = item(len(self.accepted))
            self._visit = replace(
                self._visit,
                missing=("missing.next",),
                items=(*self._visit.items, done),
                revision=self._visit.revision + 1,
            )
            self._view = replace(self._view, visit=self._visit, last=done)
            self._say("msg.accepted", "good", number=done.number)
