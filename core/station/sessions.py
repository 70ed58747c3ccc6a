"""Log-in, lock, log-out: sessions with a key of their own, certified by the operator's key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

from core import wire
from core.access.rights import Action, need
from core.commands import LogIn
from core.crypto.keys import new_signer
from core.errors import StoreError, StoreFault
from core.ledger.documents import SessionCertificate, make_session
from core.ledger.state import State
from core.ledger.writer import EntryWriter, LiveSession, Proposal
from core.ports import UnlockedOperator
from core.station import (
    cards,
    complaint_views,
    configuring,
    gating,
    grace,
    incidents,
    item_exceptions,
    late,
    lockouts,
    looking,
    newcomers,
    papers,
    people,
    refusals,
    rights,
    second,
    shifting,
    turned,
)
from core.station.days import day_proposals, stock_proposals
from core.station.live import Live, new_id
from core.view import Screen


def log_in(
    live: Live,
    asked: LogIn,
    adopted: Callable[[], None] = lambda: None,
    newer: Callable[[], bool] = lambda: False,
) -> bool:
    """Unlock, open the store where it is shut, begin a session.

    ``adopted`` brings what the opened store keeps of headquarters' directives into effect, ``newer`` waits a
    moment for more of them.
    Returns whether the store was opened by this log-in (then what a restart left open is put right).
    Raises StoreError WRONG_KEY, LOCKED_OUT, DAMAGED, TOO_NEW, BUSY; RuleError ROLE, OPERATOR_REMOVED,
    OFFLINE_TOO_LONG, CARD_REQUIRED, PAPER_MISSING, PAPER_ENDED; CardError as the vault's, and as
    :func:`core.station.newcomers.accepted` does.
    """
    opened = live.journal is None

    def ready() -> None:
        if live.journal is None:
            _open_store(live)
            adopted()
            live.probe("login.opened")

    try:
        unlocked = _unlock_or_release(live, asked, ready)
        need(unlocked.role, Action.LOG_IN)
        live.probe("login.unlocked")
        ready()
        grace.check(live, unlocked.operator)
        cards.need_factors(live, unlocked)
        papers.check(live, unlocked.operator, newer)
        accepted = newcomers.accepted(live, unlocked, lambda: _endorser(live, asked))
        accepted += lockouts.proposals(unlocked)
        name = live.store.staff_name(unlocked.operator)
        _begin(live, unlocked, accepted, restarted=opened)
    except BaseException:
        # Shut again: the log-in that stands finds what a restart left open, and puts it right.
        if opened and live.vault.is_open():
            shut(live)
        raise
    live.probe("login.recorded")
    live.operator_name = name
    live.failed_tries = unlocked.failures
    live.session_card = unlocked.card
    live.present.add(unlocked.operator)
    live.last_operator = unlocked.operator
    live.screen = Screen.CLERK
    return opened


def greet(live: Live, operator: str) -> None:
    """What she has to know first; of several things the last one stands on the screen."""
    live.say("msg.welcome", operator=operator)
    papers.warn(live, operator)
    grace.warn(live)
    late.remind(live)
    second.remind(live)
    looking.remind(live)
    rights.remind(live)
    complaint_views.remind(live)
    item_exceptions.remind(live)
    shifting.remind(live)
    incidents.remind(live)
    live.remind()
    configuring.warn(live)
    gating.warn(live)
    turned.warn(live)
    if live.failed_tries:
        live.say("msg.tries_failed", "warning", count=live.failed_tries)


def tell_double(live: Live, operator: str) -> None:
    """That she was logged in somewhere else as well; it stands over every other greeting, said once, and
    is the last of them: what stands now was heard."""
    if (double := live.doubles.pop(operator, None)) is not None:
        live.say("msg.session_double", "warning", **double)
    live.stood()


def _unlock_or_release(live: Live, asked: LogIn, ready: Callable[[], None]) -> UnlockedOperator:
    """Where she is locked out and a supervisor stands by, her password counts at once."""
    try:
        return _unlock(live, asked.operator, asked.password)
    except StoreError as error:
        if error.code is not StoreFault.LOCKED_OUT or not asked.endorser:
            raise
    beside = _endorser(live, asked)
    if beside is not None:
        need(beside.role, Action.RELEASE)
        ready()
        lockouts.release(live, asked.operator, beside)
    return _unlock(live, asked.operator, asked.password)


def _unlock(live: Live, operator: str, password: str) -> UnlockedOperator:
    try:
        unlocked = live.vault.unlock(operator, password)
    except StoreError as error:
        if error.code is StoreFault.LOCKED_OUT:
            live.lockout_seconds = int(error.facts.get("seconds") or 0)
        raise
    live.lockout_seconds = 0
    return unlocked


def _endorser(live: Live, asked: LogIn) -> UnlockedOperator | None:
    """Who stands by a newcomer, if anybody typed a password for her."""
    if not asked.endorser:
        return None
    people.need_another(live, asked.endorser, asked.operator)
    return _unlock(live, asked.endorser, asked.endorser_password)


def lock(live: Live, cause: str) -> None:
    """Ends the session and wipes its key; the vault, devices and sync go on.

    A store that refuses is said, behind the lock: the next log-in then records that the session ended.
    """
    try:
        if live.session is not None:
            live.unrecorded_lock = cause
            live.commit([*refusals.proposals(live), _ending(live, "OperatorLocked", cause)])
            live.unrecorded_lock = ""
            refusals.forget(live)
            live.probe("lock.recorded")
    finally:
        live.session, live.session_card = None, ""
        live.forget_rows()
        live.screen = Screen.LOCKED


def _ending(live: Live, kind: str, cause: str) -> Proposal:
    """By her own signature; by the system where her certificate has run out and she can sign no more."""
    session = live.session
    if session is not None and live.session_over():
        data = {"operator": session.operator, "session": session.session, "cause": "expired"}
        return Proposal("SessionEnded", data, new_id())
    return Proposal(kind, {"cause": cause}, new_id(), by_person=True)


def log_out(live: Live) -> bool:
    """Ends the session; returns whether that was the last operator, so that the vault was shut."""
    session = live.need_session()
    live.commit([*refusals.proposals(live), _ending(live, "OperatorLoggedOut", "key")])
    refusals.forget(live)
    live.session, live.session_card = None, ""
    live.operator_name = ""
    live.present.discard(session.operator)
    live.forget_rows()
    if live.present:
        live.screen = Screen.LOCKED
        return False
    shut(live)
    return True


def shut(live: Live) -> None:
    """Forget keys and close the store; what is durable stays."""
    for rest in live.resting:
        rest()
    if (
        live.journal is not None and live.sync.serial
    ):  # with the vault shut nothing is sent, nothing is awaited
        unsent = max(0, live.state.head.seq - live.received)
        live.sync = replace(live.sync, unsent=unsent, state="stopped", due_s=None)
    live.session, live.session_card = None, ""
    live.writer = None
    live.journal = None
    live.forget_rows()
    live.store.close()
    live.vault.close()
    live.screen = Screen.LOGIN


def _open_store(live: Live) -> None:
    live.reached.clear()
    live.word.begin(asked=live.store.asks)
    journal = live.journal = live.store.open()
    live.contact = journal.contact()
    live.state = journal.state()
    head = live.state.head
    last = next(iter(journal.entries(head.seq, head.seq)), None) if head.seq else None
    live.clock.restore(live.state.value["time"], last.header.trusted.at if last else None)
    keys = live.vault.headquarters_keys()
    signer = live.vault.terminal_signer()
    live.writer = EntryWriter(live.settings.terminal, head.epoch, signer, keys.opening, live.clock)


def _begin(live: Live, unlocked: UnlockedOperator, accepted: Sequence[Proposal], *, restarted: bool) -> None:
    """One transaction: what was left open, the day, and the log-in on top of that head."""
    before = refusals.proposals(live)  # of a session that ended without a word
    if live.session is not None or live.state.value["session"] is not None:
        left = live.state.value["session"]
        if left is not None:
            locked = f"locked.{live.unrecorded_lock}" if live.unrecorded_lock else "switched"
            cause = "restart" if restarted else locked
            data = {"operator": left["operator"], "session": left["session"], "cause": cause}
            before.append(Proposal("SessionEnded", data, new_id()))
    configuring.note(live)
    before += [*day_proposals(live), *configuring.proposals(live), *gating.proposals(live)]
    before += [*stock_proposals(live), *accepted]
    name, signer = new_id(), new_signer()
    end = live.now().at + dt.timedelta(minutes=live.rules.limits.session_minutes)

    def certified(state: State) -> dict[str, str]:
        certificate = SessionCertificate(
            live.settings.terminal,
            state.head.epoch,
            state.head,
            unlocked.operator,
            unlocked.role,
            name,
            signer.public,
            end,
        )
        body, signature = make_session(certificate, unlocked.signer)
        return {"certificate": wire.b64(body), "certificate_signature": wire.b64(signature)}

    old, live.session = live.session, LiveSession(unlocked.operator, unlocked.role, name, signer, end)
    # Read before the log-in, which ends the list: from then on they were told.
    lapsed = [row["cause"] for row in live.state.value["lapsed"] if row["operator"] == unlocked.operator]
    try:
        live.commit([*before, Proposal("OperatorLoggedIn", certified, new_id(), by_person=True)])
    except BaseException:
        live.session = old
        raise
    live.lapsed = lapsed
    gating.settle(live)
    live.unrecorded_lock = ""
    refusals.forget(live)
