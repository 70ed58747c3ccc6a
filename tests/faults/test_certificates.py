"""Certificates that ended, are unknown or revoked, and clocks that are wrong: the journal still arrives."""

from __future__ import annotations

import datetime as dt
import ssl
from pathlib import Path

import pytest
from sqlalchemy import delete

from core.commands import Lock
from core.errors import HqError
from hq import authority, certificates
from hq.schema import CERTIFICATES
from hq.terminals import record_certificate, revoke
from program.bench_clock import BenchClock
from program.machine import SystemClock
from storage import tls
from storage.vault import SUBKEY_TLS, FileVault
from tests.faults.around import Headquarters
from tests.faults.counter import PASSWORD
from tests.faults.rig import Rig
from tests.faults.test_bad_line import assert_equal
from tests.faults.work import day, each
from tests.guards import ExpectedLogs

DAY = 86_400


def issued(rig: Rig, days_ago: int) -> None:
    """The counter's certificate is one that headquarters gave it so many days ago."""
    home, name = rig.headquarters.home, rig.terminal_name
    vault = FileVault(rig.data, SystemClock())
    vault.unlock(rig.operator, PASSWORD)
    subkey = vault.subkey(SUBKEY_TLS)
    vault.close()
    then = dt.datetime.now(dt.UTC) - dt.timedelta(days=days_ago)
    csr = tls.renewal_request(rig.data, subkey)
    made = certificates.make_client(csr, name, home.keyring(None).authority(), home.authority(), then)
    with rig.headquarters.database.write() as connection:
        record_certificate(connection, name, 1, made, then)
    tls.replace_certificate(rig.data, subkey, made.pem.decode("ascii"))


def left(rig: Rig) -> int:
    """Days until the certificate that is here ends."""
    return (tls.certificate_end(rig.data) - dt.datetime.now(dt.UTC)).days


def test_a_certificate_is_renewed_before_and_after_its_end(
    headquarters: Headquarters, tmp_path: Path
) -> None:
    """In its last third, a month after it ended (as after weeks offline), and where nobody knows it."""
    with Rig(headquarters, tmp_path, 51) as rig:
        for days_ago in (certificates.CLIENT_DAYS - 40, certificates.CLIENT_DAYS + 30):
            rig.stop()
            issued(rig, days_ago)
            assert left(rig) < 50
            rig.start()
            rig.log_in()  # an entry that has to arrive
            rig.wait_synced()
            rig.stop()
            assert left(rig) > certificates.CLIENT_DAYS - 3
        with headquarters.database.write() as connection:  # a restored headquarters never issued it
            mine = CERTIFICATES.c.terminal == rig.terminal_name
            connection.execute(delete(CERTIFICATES).where(mine))
        rig.start()
        rig.log_in()
        rig.wait_synced()
        rig.stop()
        assert_equal(rig)


def test_a_revoked_counter_stops_and_keeps_what_it_has(
    headquarters: Headquarters, tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("storage.pump", "hq.auth_lost .*revoked")
    with Rig(headquarters, tmp_path, 52) as rig:
        rig.log_in()
        rig.clerk.accept(*next(each(day(1, first=520))))  # its own waybill: headquarters is shared
        rig.wait_synced()
        before = headquarters.listed(rig.terminal_name)["received"]
        rig.stop()
        assert revoke(headquarters.database, rig.terminal_name) >= 1
        rig.start()
        rig.log_in()
        rig.eyes.wait(lambda view: (view.sync.state, view.sync.what) == ("refused", "revoked"), "revoked")
        assert rig.terminal is not None
        assert rig.terminal.station._live.stopped == "revoked"
        assert rig.eyes.view.sync.unsent > 0
        rig.stop()
        assert rig.look().findings == []
        assert headquarters.listed(rig.terminal_name)["received"] == before


def test_a_clock_that_is_wrong_or_steps_loses_nothing(
    headquarters: Headquarters, tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    """1970 from the start, a day ahead, and a step while it runs: dated by headquarters, order by seq."""
    expected_logs.expect("core.station.turned", "before the last entry")  # 1970
    clock = BenchClock()
    clock.kill_battery()
    with Rig(headquarters, tmp_path, 53, clock=clock) as rig:
        work = each(day(4, first=530))
        rig.log_in()
        rig.eyes.wait(lambda view: view.time_confirmed, "headquarters' time")
        # Where it was begun in 1970, the session is over as soon as the time is known.
        assert rig.terminal is not None
        rig.terminal.station.submit(Lock("key")).result(10)
        rig.log_in()
        rig.clerk.accept(*next(work))
        clock.jump(DAY)  # forward while it runs; its boot-time clock, which dates entries, never goes back
        rig.terminal.station.submit(Lock("key")).result(10)  # after a day her session is over
        rig.log_in()
        rig.clerk.accept(*next(work))
        rig.wait_synced()
        rig.stop()
        clock.right()
        clock.jump(DAY)  # a wall clock a day ahead at the start
        rig.start()
        rig.log_in()
        rig.clerk.accept(*next(work))
        rig.wait_synced()
        rig.stop()
        assert_equal(rig, raised={"clock.back"})


def restarted(headquarters: Headquarters) -> None:
    """Killed and up again at the same address."""
    headquarters.kill()
    headquarters.start()


def test_headquarters_certificate_changes_and_nobody_notices(
    headquarters: Headquarters, tmp_path: Path
) -> None:
    """Renewed under the same authority; then another authority takes over, which the counter heard of."""
    home = headquarters.home
    with Rig(headquarters, tmp_path, 54) as rig:
        work = each(day(2, first=540))
        rig.log_in()
        before = ssl.get_server_certificate(headquarters.address)
        home.server_file.unlink()
        restarted(headquarters)
        assert ssl.get_server_certificate(headquarters.address) != before
        rig.clerk.accept(*next(work))
        rig.wait_synced()
        rig.stop()
        trusted = home.authority()
        authority.begin(home, home.keyring(None), dt.datetime.now(dt.UTC))
        restarted(headquarters)
        issued(rig, certificates.CLIENT_DAYS - 40)
        assert rig.terminal_name in authority.waiting(home, headquarters.database)
        with pytest.raises(HqError, match="not heard of"):
            authority.switch(home, home.keyring(None), headquarters.database, dt.datetime.now(dt.UTC))
        rig.start()  # its certificate is due, and with the new one come both authorities
        rig.log_in()
        rig.wait_synced()
        rig.stop()
        assert (rig.data / tls.FOLDER / tls.AUTHORITY).read_bytes() == home.authority() != trusted
        assert rig.terminal_name not in authority.waiting(home, headquarters.database)
        rig.start()
        rig.log_in()
        now = dt.datetime.now(dt.UTC)  # other tests' counters, who are switched off, have not heard of it
        authority.switch(home, home.keyring(None), headquarters.database, now, anyway=True)
        restarted(headquarters)
        rig.clerk.accept(*next(work))  # over the connections of a pump that runs
        rig.wait_synced()
        rig.stop()
        assert_equal(rig)


def test_an_authority_that_nobody_knows_is_one_clear_sentence(
    headquarters: Headquarters, tmp_path: Path
) -> None:
    with Rig(headquarters, tmp_path, 55) as rig:
        rig.log_in()
        rig.wait_synced()
        home, keyring = headquarters.home, headquarters.home.keyring(None)
        kept = {
            path: path.read_bytes()
            for path in (home.authority_file, home.server_file, keyring.directory / "ca.key")
        }
        authority.begin(home, keyring, dt.datetime.now(dt.UTC))
        authority.switch(home, keyring, headquarters.database, dt.datetime.now(dt.UTC), anyway=True)
        restarted(headquarters)
        rig.clerk.accept(*next(each(day(1, first=550))))
        view = rig.eyes.wait(lambda view: view.sync.fault == "hq.tls", "the wrong certificate")
        assert view.sync.unsent > 0
        for path, data in kept.items():
            path.write_bytes(data)
        restarted(headquarters)
        rig.wait_synced()
        rig.stop()
        assert_equal(rig)
