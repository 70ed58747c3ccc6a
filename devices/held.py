"""The link of one lane: opened and closed by the lane's own thread, cut by any other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from devices.link import Link, make_link


class HeldLink:
    """Of a URL that was checked; one lane's, used for one link after the other."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._link: Link | None = None

    def cancel(self) -> None:
        """From any thread: whoever waits on the link gets DeviceError CANCELLED at once."""
        link = self._link
        if link is not None:
            link.cancel()

    @contextmanager
    def opened(self, stop: threading.Event) -> Iterator[Link | None]:
        """The opened link, closed afterwards; None where the lane was stopped before.

        Raises what ``make_link`` and :meth:`Link.open` raise.
        """
        link = self._link = make_link(self._url)
        try:
            if stop.is_set():  # set before ``cancel`` could see this link
                yield None
                return
            link.open()
            yield link
        finally:
            self._link = None
            link.close()
