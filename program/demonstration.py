"""``./run``: headquarters and simulated devices as real processes beside the counter, invented people.

Both children end with this process (their standard input is a pipe of ours).  The second start finds
everything made and uses no network but loopback.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from core.config import Config, DeviceConfig, load_config
from core.devices import Slot
from core.errors import CounterError, HqError, HqFault
from devices.simulators.control import ControlClient
from program.first_run import first_run
from program.relay import Relay
from program.sender_app import make_issuer

BRANCH, TERMINAL = "990100-01", "990100-01-03"  # no such administrative division: invented
OPERATOR, NAME, PASSWORD = "OP10001", "示例甲", "shili-2026-guitai"
SECOND, SECOND_NAME = "OP10002", "示例乙"  # a supervisor, whose keys a visitor makes on a card
_ROOT = Path(__file__).parents[1]
_NEWCOMER = "activation-code"
_NICE = 10
_START_SECONDS = 30.0


class Demonstration:
    """A context manager: everything around the counter is up inside it."""

    def __init__(
        self,
        data: Path,
        config: Path | None,
        *,
        whole: bool,
        database: str | None = None,
        role: str = "clerk",
        read_s: float | None = None,
        relayed: bool = False,
        cards: bool = False,
        papers: bool = False,
    ) -> None:
        """``whole``: headquarters too and a first run; else simulated devices only.

        ``database`` is headquarters' (a SQLite file of its own where None), ``role`` the first operator's,
        ``read_s`` how long a chip takes to be read (as real ones do where None).  ``relayed``: the counter
        reaches headquarters over :attr:`relay`, a line that can be cut.  ``cards``: there is a reader for
        operators' cards, and a second operator with an activation code (:attr:`newcomer`).  ``papers``: a
        scanner that writes files, where this machine has memory for its folder.
        """
        self.data = data / "counter" if whole else data
        self.config_path = config or data / "counter.toml"
        self._around = data / "around"
        self._whole = whole
        self._database = ["--database", database] if database else []
        self._role = role
        self._pace = [] if read_s is None else ["--read-seconds", str(read_s)]
        self._own_config = config is None or not config.exists()
        self._children: list[subprocess.Popen[bytes]] = []
        self._hq: subprocess.Popen[bytes] | None = None
        self._opening: subprocess.Popen[bytes] | None = None
        self._relayed = relayed
        self._cards, self._papers = cards, papers
        self._gives_way = False
        self.relay: Relay | None = None

    @property
    def devices(self) -> Path:
        """The simulators' directory, with ``devices.json`` and the control socket."""
        return self._around / "devices"

    def give_way(self) -> None:
        """From now on the counter's work goes first: at a branch, devices and headquarters have processors
        of their own."""
        self._gives_way = True
        for child in self._children:
            _lower(child.pid)

    def links(self) -> dict[Slot, DeviceConfig]:
        """The simulated devices as configuration."""
        listing = json.loads((self.devices / "devices.json").read_text("utf-8"))
        return {Slot(name): DeviceConfig(Slot(name), row["driver"], row["link"])
                for name, row in listing["slots"].items()}  # fmt: skip

    def missing_links(self, config: Config) -> dict[Slot, DeviceConfig]:
        """Simulated devices for the slots that a configuration leaves open."""
        return {slot: device for slot, device in self.links().items() if slot not in config.devices}

    @property
    def sender_app(self) -> Path:
        """Where the app of senders who registered beforehand keeps its keys."""
        return self._around / "sender-app"

    def control(self) -> ControlClient:
        """To place cards, scan codes and take the paper away."""
        return ControlClient.of_directory(self.devices)

    def __enter__(self) -> Demonstration:
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stop()

    def _start(self) -> None:
        self._around.mkdir(parents=True, exist_ok=True)
        self._simulate()
        if self._whole:
            url = self._headquarters()
            if self._relayed:
                url = self._lay_line(url)
            if not (self.data / "vault.json").exists():
                self._first_run(url)
            if self._own_config:
                self._write_config(url)

    # -- headquarters --------------------------------------------------------------------------------

    def _headquarters(self) -> str:
        if not (self._around / "headquarters" / "ca.pem").exists():
            self.ask_headquarters("init", "--demonstration")
        return self.start_headquarters()

    def start_headquarters(self) -> str:
        """Its URL, as soon as it answers."""
        port = self._port()
        home = str(self._around / "headquarters")
        command = ["serve", "--data", home, *self._database, "--listen", f"127.0.0.1:{port}"]
        tethered = ["-m", "program.tether", sys.executable, "-m", "hq", *command]
        self._hq = self._child(tethered, "headquarters.log")
        self._wait(lambda: _answers(port), self._hq, "headquarters")
        if self._opening is None:
            self._open_service(home)
        return f"https://127.0.0.1:{port}"

    def _open_service(self, home: str) -> None:
        """Headquarters' opening service: the one process that has the key of sealed parts."""
        listening = Path(home) / "open.sock"
        listening.unlink(missing_ok=True)
        command = ["open", "serve", "--data", home, *self._database]
        tethered = ["-m", "program.tether", sys.executable, "-m", "hq", *command]
        self._opening = self._child(tethered, "opening.log")
        self._wait(listening.exists, self._opening, "opening service")

    def stop_headquarters(self) -> None:
        """As if the line were cut; :meth:`start_headquarters` brings it back at the same address."""
        if self._hq is not None:
            self._end(self._hq)
            self._children.remove(self._hq)
            self._hq = None

    def _lay_line(self, url: str) -> str:
        """Headquarters' URL as the counter sees it."""
        self.relay = Relay(int(url.rpartition(":")[2]), self._port("line-port"))
        self.relay.__enter__()
        return f"https://127.0.0.1:{self.relay.port}"

    def _port(self, name: str = "port") -> int:
        """The port of the last time if it is free: the configuration stays the same then.

        In a configuration of the caller's own stands the port that the counter connects to.
        """
        kept = self._around / name
        if not self._own_config and (name == "line-port") == self._relayed:
            return int(load_config(self.config_path).headquarters.url.rpartition(":")[2])
        wanted = int(kept.read_text()) if kept.exists() else 0
        for port in (wanted, 0):
            try:
                with socket.create_server(("127.0.0.1", port)) as server:
                    found = int(server.getsockname()[1])
                    break
            except OSError:
                continue
        kept.write_text(str(found))
        return found

    def ask_headquarters(self, *arguments: str) -> Any:
        """The JSON answer of one ``python -m hq`` command, its last line."""
        home = str(self._around / "headquarters")
        command = [sys.executable, "-m", "hq", *arguments, "--data", home, *self._database, "--json"]
        done = subprocess.run(  # noqa: S603
            command, cwd=_ROOT, capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode != 0:
            raise HqError(HqFault.UNREACHABLE, what=f"hq {arguments[0]}", exit=done.returncode)
        return json.loads(done.stdout.splitlines()[-1])

    def _first_run(self, url: str) -> None:
        issuers = make_issuer(self.sender_app)
        self.ask_headquarters("directive", "publish", str(issuers))
        code = self.ask_headquarters("enrol-code", "--branch", BRANCH, "--terminal", TERMINAL)["code"]
        person = (OPERATOR, "--name", NAME, "--role", self._role)
        added = self.ask_headquarters("operator", "add", *person)["code"]
        first_run(self.data, url=url, authority=self._around / "headquarters" / "ca.pem", code=code,
                  operator=OPERATOR, activation=added, password=PASSWORD)  # fmt: skip
        if self._cards:
            person = (SECOND, "--name", SECOND_NAME, "--role", "supervisor")
            second = self.ask_headquarters("operator", "add", *person)["code"]
            (self._around / _NEWCOMER).write_text(second, "ascii")

    @property
    def newcomer(self) -> tuple[str, str]:
        """A second operator who has not activated yet, and her code; ("", "") where there is none."""
        kept = self._around / _NEWCOMER
        return (SECOND, kept.read_text("ascii")) if kept.exists() else ("", "")

    def _write_config(self, url: str) -> None:
        text = (
            "# Written anew at every ./run; give --config FILE for one of your own.\n"
            f'[station]\nbranch = "{BRANCH}"\nterminal = "{TERMINAL}"\n\n[headquarters]\nurl = "{url}"\n'
        )
        for device in self.links().values():
            slot = f"[devices.{device.slot.value}]"
            text += f'\n{slot}\ndriver = "{device.driver}"\nlink = "{device.link}"\n'
        self.config_path.write_text(text, "utf-8")

    # -- children --------------------------------------------------------------------------------------

    def _simulate(self) -> None:
        listing = self.devices / "devices.json"
        listing.unlink(missing_ok=True)
        options = ["--directory", str(self.devices), "--end-with-stdin", *self._pace]
        options += ["--cards"] if self._cards else []
        options += ["--papers"] if self._papers else []
        command = ["-m", "devices.simulators", *options]
        child = self._child(command, "devices.log")
        self._wait(listing.exists, child, "devices")

    def _child(self, arguments: list[str], log: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, *arguments]
        with (self._around / log).open("ab") as out:
            child = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=out, stderr=out)  # noqa: S603
        self._children.append(child)
        if self._gives_way:
            self.give_way()
        return child

    def _wait(self, ready: Callable[[], bool], child: subprocess.Popen[bytes], name: str) -> None:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and child.poll() is None:
            if ready():
                return
            time.sleep(0.05)
        raise CounterError(HqFault.UNREACHABLE, what=name, log=str(self._around))

    def _stop(self) -> None:
        if self.relay is not None:
            self.relay.__exit__(None, None, None)
            self.relay = None
        for child in reversed(self._children):
            self._end(child)
        self._children.clear()

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        if child.stdin is not None:
            child.stdin.close()
        child.terminate()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(5)


def _lower(pid: int) -> None:
    """The priority of a process, which is that of each of its threads, and of what it started."""
    with suppress(OSError):  # one that has ended
        for task in Path(f"/proc/{pid}/task").iterdir():
            os.setpriority(os.PRIO_PROCESS, int(task.name), _NICE)
            for child in (task / "children").read_text("ascii").split():
                _lower(int(child))


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
