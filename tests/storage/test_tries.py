"""The try counter: waits grow, survive restarts, and no clock shortens them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from core.errors import StoreError, StoreFault
from storage.tries import TryCounter, default_wait
from storage.vault import TRIES_NAME, FileVault
from tests.core.machine import SetClock
from tests.storage.counters import PASSWORD, Counter


def wait(failures: int) -> int:
    """Two free tries, then 10, 20, 40 … seconds."""
    return 0 if failures < 2 else 10 * 2 ** (failures - 2)


@pytest.fixture
def locked(counter: Counter) -> Counter:
    """Two wrong passwords were typed."""
    FileVault.create(counter.directory, counter.new_vault())
    vault = counter.vault(wait)
    for _ in range(2):
        with pytest.raises(StoreError) as caught:
            vault.unlock("OP10001", "wrong")
        assert caught.value.code is StoreFault.WRONG_KEY
    return counter


def seconds(counter: Counter, operator: str = "OP10001", password: str = PASSWORD) -> object:
    """What a fresh process says: the seconds of a lockout, or the code, or None."""
    try:
        counter.vault(wait).unlock(operator, password)
    except StoreError as error:
        return error.facts.get("seconds", str(error.code))
    return None


def test_even_the_right_password_waits(locked: Counter) -> None:
    assert seconds(locked) == 10
    locked.book.machine.advance(9.5)
    assert seconds(locked) == 1
    locked.book.machine.advance(0.5)
    assert seconds(locked) is None
    assert seconds(locked) is None


def test_each_further_failure_doubles_the_wait(locked: Counter) -> None:
    locked.book.machine.advance(10)
    assert seconds(locked, password="wrong") == StoreFault.WRONG_KEY
    assert seconds(locked) == 20
    locked.book.machine.advance(20)
    assert seconds(locked, password="wrong") == StoreFault.WRONG_KEY
    assert seconds(locked) == 40


def test_success_begins_anew(locked: Counter) -> None:
    locked.book.machine.advance(10)
    assert seconds(locked) is None
    assert seconds(locked, password="wrong") == StoreFault.WRONG_KEY
    assert seconds(locked) is None


def test_a_restart_of_the_machine_forgets_nothing(locked: Counter) -> None:
    machine = locked.book.machine
    machine.reboot(machine.moment + dt.timedelta(seconds=4))
    assert seconds(locked) == 6
    machine.advance(6)
    assert seconds(locked) is None


def test_the_wall_clock_does_not_shorten_the_wait(locked: Counter) -> None:
    machine = locked.book.machine
    machine.moment += dt.timedelta(days=1)  # set forward while the machine runs
    assert seconds(locked) == 10
    machine.moment -= dt.timedelta(days=400)  # and back, over a restart: the wait begins again
    machine.reboot(machine.moment)
    assert seconds(locked) == 10
    machine.advance(10)
    assert seconds(locked) is None


def test_others_do_not_wait(locked: Counter) -> None:
    assert seconds(locked, "OP77777") == StoreFault.WRONG_KEY
    assert seconds(locked, "OP88888") == StoreFault.WRONG_KEY  # every unknown number is the same nobody
    assert seconds(locked, "OP99999") == 10
    assert seconds(locked) == 10


def test_a_try_counts_before_it_is_made(counter: Counter) -> None:
    """Pulling the plug during the derivation gives no free guess."""
    path = counter.directory / TRIES_NAME
    clock = SetClock()
    TryCounter(path, clock, wait).begin("OP10001")
    TryCounter(path, clock, wait).begin("OP10001")
    with pytest.raises(StoreError) as caught:
        TryCounter(path, clock, wait).begin("OP10001")
    assert caught.value.code is StoreFault.LOCKED_OUT


@pytest.mark.parametrize("rows", ['{"OP10001": 3}', "[]", '{"OP10001": {"failures": 0}}', "null"])
def test_a_damaged_counter_lets_nobody_in(tmp_path: Path, rows: str) -> None:
    (tmp_path / TRIES_NAME).write_text(f'{{"format": 1, "rows": {rows}}}')
    with pytest.raises(StoreError) as caught:
        TryCounter(tmp_path / TRIES_NAME, SetClock(), wait).begin("OP10001")
    assert caught.value.code is StoreFault.DAMAGED


def test_the_default_waits_grow_to_a_limit() -> None:
    waits = [default_wait(failures) for failures in range(100)]
    assert waits[:5] == [0] * 5
    assert waits[5] > 0
    assert waits == sorted(waits)
    assert waits[-1] == 900
