"""A registered sender's code at the scanner: as good as a read document, once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from core import commands as c
from core.crypto.keys import new_signer
from core.devices import CodeScanned, Slot
from core.errors import EntryError
from core.identity.sender_code import Span, make_code
from core.ledger.directives import Directive, DirectiveKind, make_directive
from core.ledger.entry import Entry
from core.ledger.sender_codes import SUBJECT, issuers_attachment, issuers_body
from core.ledger.state import fold
from core.view import CounterView
from tests.core.identity.test_sender_code import CONTENT, PERSON
from tests.core.memory import TERMINAL
from tests.core.station.desk import WAYBILLS, Counter, card

pytestmark = pytest.mark.requirement("R5", "R12")

ISSUER = new_signer()


def vouch(counter: Counter) -> None:
    """Headquarters names the issuer."""
    head = counter.vault.journal.directive_head()
    body = issuers_body("v1", [("shili_app", ISSUER.public)])
    at = counter.vault.machine.wall()
    kind = DirectiveKind.SENDER_CODES
    said = Directive(TERMINAL, head.number + 1, head.hash, kind, SUBJECT, at, 1, body)
    attachment = issuers_attachment({"shili_app": CONTENT})
    counter.station.directives_told([make_directive(said, counter.vault.headquarters, attachment)])
    counter.shown()


def code(counter: Counter, own: str = "A", **person: str) -> str:
    at = counter.live.now().at
    span = Span(own * 22, at, at + dt.timedelta(minutes=10))
    return make_code("shili_app", ISSUER, CONTENT, span, {**PERSON, **person})


def scan(counter: Counter, text: str) -> CounterView:
    counter.station.device_event(CodeScanned(Slot.SCANNER, text))
    return counter.shown()


def rest(counter: Counter, waybill: str) -> None:
    counter.do(c.ConfirmOriginal(), c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
    counter.parcel(waybill)
    counter.do(c.Commit())


def senders(counter: Counter) -> list[Entry]:
    return [one for one in counter.vault.journal.rows if one.header.kind == "SenderVerified"]


def test_scanned_seen_and_accepted(counter: Counter) -> None:
    vouch(counter)
    view = scan(counter, code(counter))
    assert counter.message() == "msg.sender_code_read"
    assert view.visit is not None
    assert view.visit.sender is not None
    assert (view.visit.sender.method, view.visit.sender.still_on_reader) == ("code", False)
    counter.do(c.Commit())
    assert counter.message() == "msg.not_ready"  # the original is looked at all the same
    rest(counter, WAYBILLS[0])
    assert counter.message() == "msg.accepted"
    (entry,) = senders(counter)
    assert (entry.data["method"], entry.data["read"], entry.data["document"]) == (
        "code",
        "A" * 22,
        "resident",
    )
    row = counter.vault.journal.item(counter.vault.journal.rows[-1].header.seq)
    assert row is not None
    assert row.annex["hint"]  # found again by her document, as everybody


def test_it_counts_once_for_whoever_comes_next(counter: Counter) -> None:
    vouch(counter)
    same = code(counter)
    scan(counter, same)
    rest(counter, WAYBILLS[0])
    counter.do(c.NextCustomer())
    view = scan(counter, same)
    assert counter.message() == "rule.sender_code_used"
    assert view.visit is not None
    assert view.visit.sender is None
    scan(counter, code(counter, "B"))
    rest(counter, WAYBILLS[1])
    assert [one.data["read"][0] for one in senders(counter)] == ["A", "B"]


def test_two_customers_waiting_with_one_code_and_the_second_is_told_at_f9(counter: Counter) -> None:
    """Scanned for one, parked; scanned again for whoever comes next, and accepted."""
    vouch(counter)
    same = code(counter)
    scan(counter, same)
    counter.do(c.ConfirmOriginal(), c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
    counter.parcel(WAYBILLS[0])
    counter.do(c.Park())
    scan(counter, same)
    rest(counter, WAYBILLS[1])
    counter.do(c.NextCustomer())
    counter.do(c.Resume(counter.shown().parked[0].draft))
    counter.do(c.ConfirmOriginal(), c.ConfirmInspected(), c.SetSecurity(c.Security.HERE), c.Commit())
    assert counter.message() == "rule.sender_code_used"
    assert len(senders(counter)) == 1
    view = counter.place(card())  # her card: nothing that was typed is lost
    assert view.visit is not None
    assert view.visit.fields[c.Field.CONTENTS].text
    counter.do(c.ConfirmOriginal(), c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
    counter.do(c.ConfirmInspected(), c.SetSecurity(c.Security.HERE), c.Commit())
    assert [one.data["method"] for one in senders(counter)] == ["code", "chip"]


def test_the_same_customers_next_parcel_asks_for_no_other_code(counter: Counter) -> None:
    vouch(counter)
    scan(counter, code(counter))
    rest(counter, WAYBILLS[0])
    counter.do(c.NextItem())
    counter.parcel(WAYBILLS[1])
    counter.do(c.Commit())
    assert counter.message() == "msg.accepted"
    assert len(senders(counter)) == 1


def test_the_fold_refuses_a_code_that_was_taken(counter: Counter) -> None:
    vouch(counter)
    scan(counter, code(counter))
    rest(counter, WAYBILLS[0])
    again = senders(counter)[0]
    state = counter.live.state
    # As if a program without the check had written it: the same facts after the head.
    header = replace(again.header, seq=state.head.seq + 1, previous=state.head.hash)
    signatures = again.terminal_signature, again.session_signature
    forged = Entry.made(header, again.data, again.body, signatures, ())
    with pytest.raises(EntryError):
        fold(state, forged)


def test_contact_fills_what_is_empty_and_leaves_what_was_typed(counter: Counter) -> None:
    vouch(counter)
    counter.type(sender_phone="13700137000")
    view = scan(counter, code(counter))
    assert view.visit is not None
    fields = view.visit.fields
    assert fields[c.Field.SENDER_PHONE].text == "13700137000"
    assert fields[c.Field.SENDER_ADDRESS].text == PERSON["address"]
    assert fields[c.Field.SENDER_NAME].text == PERSON["name"]


def test_without_headquarters_word_no_code_is_believed(counter: Counter) -> None:
    scan(counter, code(counter))
    assert counter.message() == "rule.sender_code_none"


def test_another_person_is_not_mixed_in(counter: Counter) -> None:
    vouch(counter)
    counter.place(card())
    counter.do(c.ConfirmOriginal())
    other = {"number": "990101199507200311", "name": "示例丙", "birth": "1995-07-20", "sex": "1"}
    view = scan(counter, code(counter, **other))
    assert counter.message() == "rule.visit_busy"
    assert view.visit is not None
    assert view.visit.sender is not None
    assert view.visit.sender.method == "chip"


def test_where_nobody_is_identified_nothing_of_hers_is_taken(counter: Counter) -> None:
    vouch(counter)
    counter.do(c.SetSenderKind(c.SenderKind.LETTER))
    view = scan(counter, code(counter))
    assert counter.message() == "msg.sender_code_unasked"
    assert view.visit is not None
    assert not view.visit.fields[c.Field.SENDER_PHONE].text
