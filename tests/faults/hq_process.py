"""Headquarters that kills itself; its arguments are DIR PORT STEP NTH."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

from hq.cli import set_up_logging
from hq.database import Database
from hq.home import default_database, open_home
from hq.server import listen, serve
from hq.service import build_service


def main(arguments: Sequence[str]) -> None:
    """As ``hq serve``, but dead at the NTH time that STEP is reached."""
    directory, port, step, nth = Path(arguments[0]), int(arguments[1]), arguments[2], int(arguments[3])
    set_up_logging()
    home, database, hits, lock = (
        open_home(directory),
        Database(default_database(directory)),
        [0],
        threading.Lock(),
    )

    def probe(name: str, /) -> None:
        with lock:
            hits[0] += name == step
            if name == step and hits[0] == nth:
                os.kill(os.getpid(), signal.SIGKILL)

    keyring = home.keyring(None)
    service = build_service(home, keyring, database, probe=probe)
    serve(service, home, keyring, listen("127.0.0.1", port), lambda said: print(said, flush=True))
