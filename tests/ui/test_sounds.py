"""Which tone follows which view, and that the tones are five different ones."""

from __future__ import annotations

import io
import wave
from dataclasses import replace
from itertools import pairwise

import pytest
from pytestqt.qtbot import QtBot

from core.view import CounterView, Message, Screen
from tests.ui.small_station import Recorder
from ui.bridge import Bridge
from ui.settings import Settings
from ui.sounds import RATE, Sound, sound_of, wave_of
from ui.specimens import BASE, EMPTY, HALF
from ui.window import MainWindow

BEFORE = replace(BASE, visit=EMPTY, message=Message("msg.welcome", {}, "info", 4))


def said(code: str, level: str, serial: int = 5) -> CounterView:
    """The view after it, with a message."""
    return replace(BEFORE, message=Message(code, {}, level, serial))


def test_each_tone_is_short_and_another() -> None:
    heard = {}
    for sound in Sound:
        with wave.open(io.BytesIO(wave_of(sound))) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
            assert file.getnframes() < RATE // 2
            frames = memoryview(file.readframes(file.getnframes())).cast("h")
        # A tone that begins, ends or goes on with a jump clicks; it is loud enough in between.
        assert max(abs(a - b) for a, b in pairwise([0, *frames, 0])) < 5000
        assert max(frames) > 8000
        crossings = sum(1 for a, b in pairwise(frames) if a < 0 <= b)
        heard[crossings, len(frames)] = sound
    assert len(heard) == len(Sound)


@pytest.mark.parametrize(
    ("after", "sound"),
    [
        (said("device.card_unreadable", "error"), Sound.ERROR),
        (said("msg.not_ready", "warning"), Sound.WARNING),
        (said("msg.accepted", "good"), Sound.ACCEPTED),
        (said("msg.waybill_scanned", "info"), Sound.SCANNED),
        (said("msg.affixed", "good"), Sound.SCANNED),
        (said("msg.locked", "info"), None),
        (said("msg.welcome", "error", serial=4), None),  # it stood already
        (BEFORE, None),
    ],
)
def test_a_message_is_heard_once(after: CounterView, sound: Sound | None) -> None:
    assert sound_of(BEFORE, after) is sound
    assert sound_of(after, after) is None


def test_a_card_is_heard_when_it_was_read_and_only_then() -> None:
    sender = HALF.sender
    assert sender is not None
    lifted = replace(BEFORE, visit=replace(HALF, sender=replace(sender, still_on_reader=False)))
    typed = replace(
        BEFORE, visit=replace(HALF, sender=replace(sender, method="manual", still_on_reader=False))
    )
    lying = replace(BEFORE, visit=replace(HALF, sender=replace(sender, still_on_reader=True)))
    assert sound_of(BEFORE, lying) is Sound.CARD
    assert sound_of(lying, lying) is None
    assert sound_of(lying, lifted) is None
    assert sound_of(lifted, lying) is Sound.CARD  # the same one again
    assert sound_of(BEFORE, lifted) is None  # a draft that came back
    assert sound_of(BEFORE, typed) is None
    worse = replace(lying, message=Message("rule.visit_busy", {}, "error", 9))
    assert sound_of(BEFORE, worse) is Sound.ERROR


def test_the_window_makes_them_until_it_is_muted(qtbot: QtBot) -> None:
    played: list[Sound] = []
    recorder = Recorder(Bridge())

    def play(sound: Sound) -> bool:
        played.append(sound)
        return True

    window = MainWindow(recorder, recorder.bridge, settings=Settings(), play=play)
    qtbot.addWidget(window)
    window.show_view(replace(BASE, screen=Screen.LOGIN, message=None))
    window.show_view(BEFORE)
    window.show_view(said("msg.accepted", "good"))
    window.clerk.say("msg.panel_open")
    assert played == [Sound.ACCEPTED, Sound.WARNING]
    window.change(replace(window.settings, sound=False))
    window.show_view(said("msg.not_ready", "warning", 6))
    window.clerk.say("msg.panel_open")
    assert len(played) == 2
    window.close()
