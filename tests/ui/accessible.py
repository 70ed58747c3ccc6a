"""The accessibility tree as a screen reader gets it: over the bus, from another process."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, MatchRule, MessageType, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

LIMIT = 20.0
_ACCESSIBLE = "org.a11y.atspi.Accessible"
_ROOT = "/org/a11y/atspi/accessible/root"
_LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
# atspi-constants.h, AtspiStateType: the number of the bit.
FOCUSABLE, FOCUSED, SHOWING, SELECTED = 11, 12, 25, 22


@dataclass(frozen=True)
class Node:
    """One object of the tree."""

    bus: str
    path: str
    name: str
    description: str
    role: str
    states: int
    identity: str  # the object name, as Qt tells it

    def has(self, state: int) -> bool:
        """Whether that bit of its states stands."""
        return bool(self.states >> state & 1)


class Tree:
    """Reads the tree of one program."""

    def __init__(self, address: str) -> None:
        self._connection: DBusConnection = open_dbus_connection(address)

    def close(self) -> None:
        """Let the bus go."""
        self._connection.close()

    def _call(self, bus: str, path: str, interface: str, member: str, *body: Any) -> tuple[Any, ...]:
        signature = {0: None, 1: "s", 2: "ss"}[len(body)]
        where = DBusAddress(path, bus_name=bus, interface=interface)
        reply = self._connection.send_and_get_reply(
            new_method_call(where, member, signature, body), timeout=LIMIT
        )
        if reply.header.message_type is MessageType.error:
            raise LookupError(f"{path} {member}: {reply.body}")
        return tuple(reply.body)

    def _property(self, bus: str, path: str, name: str) -> str:
        value = self._call(bus, path, "org.freedesktop.DBus.Properties", "Get", _ACCESSIBLE, name)[0]
        return str(value[1])

    def program(self) -> tuple[str, str]:
        """Bus name and path of the only program on the bus, as soon as it is there."""
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            children = self._call("org.a11y.atspi.Registry", _ROOT, _ACCESSIBLE, "GetChildren")[0]
            if children:
                return str(children[0][0]), str(children[0][1])
            time.sleep(0.1)
        raise TimeoutError("no program on the accessibility bus")

    def walk(self, bus: str, path: str) -> Iterator[Node]:
        """The object and everything below it."""
        yield self.node(bus, path)
        for child_bus, child in self._call(bus, path, _ACCESSIBLE, "GetChildren")[0]:
            yield from self.walk(str(child_bus), str(child))

    def node(self, bus: str, path: str) -> Node:
        """One object, as it is now."""
        low, high = self._call(bus, path, _ACCESSIBLE, "GetState")[0]
        return Node(
            bus, path, self._property(bus, path, "Name"), self._property(bus, path, "Description"),
            str(self._call(bus, path, _ACCESSIBLE, "GetRoleName")[0]), low | high << 32,
            self._property(bus, path, "AccessibleId").rpartition(".")[2],
        )  # fmt: skip

    def nodes(self) -> list[Node]:
        """Everything the program shows now."""
        return list(self.walk(*self.program()))

    def listen(self, member: str) -> None:
        """From now on events of that name are kept until :meth:`heard`."""
        rule = MatchRule(type="signal", interface="org.a11y.atspi.Event.Object", member=member)
        self._connection.send_and_get_reply(message_bus.AddMatch(rule), timeout=LIMIT)
        kind = f"object:{member.lower()}"
        registry = DBusAddress("/org/a11y/atspi/registry", bus_name="org.a11y.atspi.Registry",
                               interface="org.a11y.atspi.Registry")  # fmt: skip
        self._connection.send_and_get_reply(
            new_method_call(registry, "RegisterEvent", "sass", (kind, [], ""))
        )

    def heard(self, member: str, cause: Callable[[], None]) -> str:
        """The text of the event of that name which ``cause`` makes.

        The program learns from the registry, in its own time, that somebody listens and tells nothing
        before: so the cause is repeated until it is heard.
        """
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            cause()
            try:
                return self._next(member, time.monotonic() + 1.0)
            except TimeoutError:
                continue
        raise TimeoutError(member)

    def _next(self, member: str, deadline: float) -> str:
        while (left := deadline - time.monotonic()) > 0:
            message = self._connection.receive(timeout=left)
            fields = {int(key): value for key, value in message.header.fields.items()}
            if fields.get(3) == member:
                return str(message.body[3][1])
        raise TimeoutError(member)


@contextmanager
def accessibility_bus(display: str, folder: Path) -> Iterator[tuple[dict[str, str], str]]:
    """A session bus and an accessibility bus of this test's own; environment for programs, address."""
    launcher = next((path for path in _LAUNCHERS if Path(path).exists()), None)
    daemon = shutil.which("dbus-daemon")
    assert launcher, "at-spi2-core is not installed: see packaging/debian-test.txt"
    assert daemon, "dbus is not installed: see packaging/debian-test.txt"
    folder.chmod(0o700)
    env = {**os.environ, "DISPLAY": display, "XDG_RUNTIME_DIR": str(folder), "QT_QPA_PLATFORM": "xcb",
           "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "NO_AT_BRIDGE": "0"}  # fmt: skip
    env.pop("AT_SPI_BUS_ADDRESS", None)
    session = subprocess.Popen([daemon, "--session", "--nofork", "--print-address=1"], env=env,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # fmt: skip
    assert session.stdout is not None
    env["DBUS_SESSION_BUS_ADDRESS"] = session.stdout.readline().strip()
    bus = subprocess.Popen([launcher, "--launch-immediately"], env=env, stderr=subprocess.DEVNULL)
    try:
        yield env, _address(env["DBUS_SESSION_BUS_ADDRESS"])
    finally:
        for process in (bus, session):
            process.terminate()
            process.wait(LIMIT)
        session.stdout.close()


def _address(session: str) -> str:
    """Where the accessibility bus is, once it is there."""
    where = DBusAddress("/org/a11y/bus", bus_name="org.a11y.Bus", interface="org.a11y.Bus")
    deadline = time.monotonic() + LIMIT
    with open_dbus_connection(session) as connection:
        while time.monotonic() < deadline:
            reply = connection.send_and_get_reply(new_method_call(where, "GetAddress"), timeout=LIMIT)
            if reply.header.message_type is MessageType.method_return:
                return str(reply.body[0])
            time.sleep(0.1)
    raise TimeoutError("no accessibility bus")
