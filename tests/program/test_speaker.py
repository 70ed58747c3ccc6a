"""Tones go to the first player that works; a machine without one says so and stays silent."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from program.speaker import Speaker
from ui.sounds import Sound, wave_of

LIMIT = 20.0


def player(folder: Path, name: str, body: str) -> str:
    """A sound player of our own."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o700)
    return str(path)


def until_gone(speaker: Speaker) -> None:
    end = time.monotonic() + LIMIT
    while speaker.play(Sound.CARD) and time.monotonic() < end:
        time.sleep(0.01)


def test_a_player_that_cannot_is_left_for_the_next(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    broken = player(tmp_path, "broken", "exit 1")
    works = player(tmp_path, "works", f'cat "$1" >> {heard}; echo >> {heard}.times')
    speaker = Speaker([("no-such-player-anywhere",), (broken,), (works,)])
    assert speaker.play(Sound.ERROR)
    end = time.monotonic() + LIMIT
    while not Path(f"{heard}.times").exists() and time.monotonic() < end:
        time.sleep(0.01)
    speaker.stop()
    assert heard.read_bytes() == wave_of(Sound.ERROR)


def test_a_machine_without_a_player_says_so(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    speaker = Speaker([("no-such-player-anywhere",), (player(tmp_path, "mute", "echo no card >&2; exit 1"),)])
    until_gone(speaker)
    assert not speaker.play(Sound.ERROR)
    speaker.stop()
    assert capfd.readouterr().err == ""
    assert not [thread for thread in threading.enumerate() if thread.name == "speaker"]
