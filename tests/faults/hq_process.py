"""Headquarters that kills itself: ``python -m tests.faults.hq_process DIR PORT STEP NTH``."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from hq.cli import set_up_logging
from hq.database import Database
from hq.home import default_database, open_home
from hq.server import listen, serve
from hq.service import build_service


def main(directory: Path, port: int, step: str, nth: int) -> None:
    """As ``hq serve``, but dead at the ``nth`` time that ``step`` is reached."""
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


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
