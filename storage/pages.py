"""The file's pages looked through beside the walk over its entries.

The look through every page is one call of SQLCipher, which works without the interpreter's lock, and at the
beginning and the end of a walk the processes that check signatures have nothing to do yet, or nothing more.
"""

from __future__ import annotations

import threading

from core.errors import CounterError
from storage.database import Database

_UNSEEN = ["unseen"]  # the look itself failed: whoever looks again without a thread is told how


class PagesBeside:
    """Looks through the pages from now on, in a thread of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found = _UNSEEN
        self._thread = threading.Thread(target=self._look, name="pages", daemon=True)
        self._thread.start()

    def _look(self) -> None:
        try:
            self._found = self._database.damaged_pages()
        except CounterError:
            return

    def found(self) -> list[str]:
        """As :meth:`Database.damaged_pages`, once it is through; something too where it could not look."""
        self._thread.join()
        return self._found
