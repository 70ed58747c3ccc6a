"""Plays the window's tones with whatever player this machine has, in a thread and a process of its own.

A player is a small program of the sound system (PipeWire, PulseAudio, ALSA, macOS): a machine without
one, or without a sound card, stays silent and says so by its answer.
"""

from __future__ import annotations

import contextlib
import queue
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from ui.sounds import Sound, wave_of

PLAYERS: Sequence[Sequence[str]] = (("pw-play",), ("paplay",), ("aplay", "-q"), ("afplay",))
_LIMIT_S = 3.0  # a tone lasts half a second; a player that hangs is ended
_MOST_WAITING = 2  # later than that a tone would be about something else


class Speaker:
    """:meth:`play` returns at once; nothing is looked for or read before the first tone."""

    def __init__(self, players: Sequence[Sequence[str]] = PLAYERS) -> None:
        """``players``: commands in the order of preference; a file's path is put behind each."""
        self._players = [list(player) for player in players]
        self._queue: queue.Queue[Sound | None] = queue.Queue(_MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)

    def play(self, sound: Sound) -> bool:
        """False once nothing here could play a tone.  Where tones still wait, this one is left out."""
        if not self._players:
            return False
        if self._thread.ident is None:
            self._thread.start()
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(sound)
        return True

    def stop(self) -> None:
        """Ends within the limit of one tone."""
        if self._thread.ident is None:
            return
        with contextlib.suppress(queue.Empty):
            while True:
                self._queue.get_nowait()
        self._queue.put(None)
        self._thread.join(_LIMIT_S + 1.0)

    def _run(self) -> None:
        with tempfile.TemporaryDirectory(prefix="counter-tones-") as name:
            files = {sound: Path(name) / f"{sound.value}.wav" for sound in Sound}
            try:
                for sound, path in files.items():
                    path.write_bytes(wave_of(sound))
            except OSError:  # no room for 100 kB: the counter has other worries
                self._players = []
                return
            while (wanted := self._queue.get()) is not None:
                self._play(files, wanted)

    def _play(self, files: Mapping[Sound, Path], sound: Sound) -> None:
        while self._players:
            if _runs([*self._players[0], str(files[sound])]):
                return
            self._players = self._players[1:]  # it cannot, here: the next one, or the bell


def _runs(command: Sequence[str]) -> bool:
    import shutil
    import subprocess

    if shutil.which(command[0]) is None:
        return False
    quiet = subprocess.DEVNULL
    try:
        done = subprocess.run(  # noqa: S603
            command, stdin=quiet, stdout=quiet, stderr=quiet, timeout=_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
