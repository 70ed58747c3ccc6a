"""A real PostgreSQL for tests and benches: a throw-away cluster of Debian's package, fsync on.

    with PostgresCluster() as cluster:
        with cluster.database() as url: …

Listens on loopback only, on a port of its own.  PostgreSQL refuses to run as root: then its processes
run as the user ``postgres`` that Debian's package makes.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import psycopg
from psycopg import sql

START_SECONDS = 60.0
STOP_SECONDS = 60.0
_SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "'64MB'",
    "max_connections": "100",
    "log_min_messages": "warning",
    "logging_collector": "off",
    "jit": "off",
    "timezone": "'UTC'",
}


def binaries() -> Path:
    """Where ``initdb`` and ``postgres`` are; the newest of Debian's versions."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    found = [path for path in found if (path / "initdb").is_file() and (path / "postgres").is_file()]
    if not found:
        raise RuntimeError("no PostgreSQL here: apt-get install postgresql")
    return found[-1]


class PostgresCluster:
    """Made at ``start``, gone at ``stop``; ``kill`` and ``start`` again for fault tests."""

    def __init__(self) -> None:
        self._binaries = binaries()
        self._directory = Path(tempfile.mkdtemp(prefix="counter-pg-"))
        self._data = self._directory / "data"
        self._password = secrets.token_hex(16)
        self._process: subprocess.Popen[bytes] | None = None
        self._user: str | None = "postgres" if os.geteuid() == 0 else None
        self.port = _free_port()
        if self._user:
            account = pwd.getpwnam(self._user)
            os.chown(self._directory, account.pw_uid, account.pw_gid)

    @property
    def pid(self) -> int:
        """Of the postmaster, while it runs."""
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> PostgresCluster:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def start(self) -> None:
        """Make the cluster if it is not made yet, start it, wait until it answers."""
        if not self._data.exists():
            self._initialise()
        command = [str(self._binaries / "postgres"), "-D", str(self._data)]
        log = (self._directory / "log").open("ab")
        with log:
            self._process = subprocess.Popen(
                self._as_user(command), stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/"
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self._conninfo("postgres"), connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    said = (self._directory / "log").read_text("utf-8", "replace")[-2000:]
                    raise RuntimeError(f"PostgreSQL did not start: {said}") from None
                time.sleep(0.1)

    def stop(self) -> None:
        """A fast shutdown; the data stay."""
        if self._process is not None and self._process.poll() is None:
            self._signal("fast")
            self._process.wait(STOP_SECONDS)
        self._process = None

    def kill(self) -> None:
        """As a power cut would: no checkpoint, no goodbye; the data stay as they are on the disk."""
        if self._process is not None and self._process.poll() is None:
            self._signal("immediate")
            self._process.wait(STOP_SECONDS)
        self._process = None

    def remove(self) -> None:
        """Stop, and delete everything."""
        self.kill()
        shutil.rmtree(self._directory, ignore_errors=True)

    @contextmanager
    def database(self) -> Iterator[str]:
        """An empty database of its own; gives its SQLAlchemy URL, drops it afterwards."""
        name = f"hq_{secrets.token_hex(6)}"
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"postgresql+psycopg://postgres:{self._password}@127.0.0.1:{self.port}/{name}"
        finally:
            with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
                drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
                connection.execute(drop.format(sql.Identifier(name)))

    def empty(self, url: str) -> None:
        """Make a database of this cluster as if new, in a third of the time that a new one takes."""
        name = url.rpartition("/")[2]
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s"
        with psycopg.connect(self._conninfo(name), autocommit=True) as connection:
            connection.execute(others, (name, connection.info.backend_pid))
            connection.execute(sql.SQL("ALTER DATABASE {} RESET ALL").format(sql.Identifier(name)))
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")

    def _initialise(self) -> None:
        passwords = self._directory / "password"
        passwords.write_text(self._password + "\n", "ascii")
        if self._user:
            account = pwd.getpwnam(self._user)
            os.chown(passwords, account.pw_uid, account.pw_gid)
        passwords.chmod(0o600)
        made = [str(self._binaries / "initdb"), "-D", str(self._data), "-U", "postgres", "-E", "UTF8"]
        made += ["--locale=C", "-A", "scram-sha-256", f"--pwfile={passwords}"]
        subprocess.run(self._as_user(made), check=True, capture_output=True, timeout=120, cwd="/")
        lines = [f"{name} = {value}" for name, value in _SETTINGS.items()]
        lines += [f"port = {self.port}", f"unix_socket_directories = '{self._directory}'"]
        with (self._data / "postgresql.conf").open("a", encoding="ascii") as configuration:
            configuration.write("\n".join(["", *lines, ""]))

    def _signal(self, mode: str) -> None:
        stop = [str(self._binaries / "pg_ctl"), "stop", "-D", str(self._data), "-m", mode, "-w", "-t", "60"]
        subprocess.run(self._as_user(stop), check=True, capture_output=True, timeout=90, cwd="/")

    def _as_user(self, command: Sequence[str]) -> list[str]:
        return (
            ["setpriv", f"--reuid={self._user}", f"--regid={self._user}", "--init-groups", *command]
            if (self._user)
            else list(command)
        )

    def _conninfo(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres password={self._password} dbname={database}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
