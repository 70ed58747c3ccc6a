"""F5: contacts that probably the same person used before, masked; and the line under what was taken."""

from __future__ import annotations

from collections.abc import Sequence

from core.commands import Command, Field, Party, TakeKnown
from core.view import KnownView, VisitView
from ui.clerk.choices import Answer, Question
from ui.clerk.command_bar import NEXT
from ui.clerk.shortcuts import key_of
from ui.text import Texts

_MOST = 5  # answers of two lines and more
_FIRST = {Party.SENDER: Field.SENDER_PHONE, Party.RECIPIENT: Field.RECIPIENT_NAME}


def known_question(visit: VisitView, party: Party | None = None) -> Question:
    """All that is offered, or of one party only; the customer is asked before a digit is pressed."""
    return _page([each for each in visit.known if party in (None, each.party)])


def _page(offered: Sequence[KnownView]) -> Question:
    """As many as stand beside the form, and what follows."""
    first = offered if len(offered) <= _MOST else offered[: _MOST - 1]
    answers = [_answer(each) for each in first]
    if len(first) < len(offered):
        answers.append(Answer("answer.more", _page(offered[len(first) :])))
    return Question("known", tuple(answers))


def _answer(known: KnownView) -> Answer:
    texts = {name.value.partition("_")[2]: text for name, text in known.shown.items()}
    code = f"answer.known_{known.party.value}"
    return Answer(code, TakeKnown(known.party, known.seq), {**texts, "day": known.day[5:]})


def after_known(visit: VisitView | None, command: Command) -> Question | None:
    """After the sender's own contact the recipients, where none stands yet: one key fewer."""
    taken = isinstance(command, TakeKnown) and command.party is Party.SENDER
    if visit is None or not taken or visit.fields[_FIRST[Party.RECIPIENT]].text:
        return None
    then = known_question(visit, Party.RECIPIENT)
    return then if then.answers else None


def known_line(visit: VisitView | None, party: Party, texts: Texts) -> tuple[str, str]:
    """(tone, words) under a row: what stands there by reference, or that F5 knows something."""
    if visit is None:
        return "", ""
    standing = visit.as_in.get(party)
    if standing is not None:
        line = texts(f"known.as_in_{party.value}", day=standing.day, number=standing.number)
        return "good", f"✓ {line}"
    if party is Party.RECIPIENT or visit.missing == (NEXT,):
        return "", ""
    count = {each: sum(1 for known in visit.known if known.party is each) for each in Party}
    open_parties = [each for each in Party if count[each] and not visit.fields[_FIRST[each]].text]
    if not open_parties:
        return "", ""
    facts = {"sender": count[Party.SENDER], "recipient": count[Party.RECIPIENT]}
    return "plain", f"○ {texts('known.offered', key=key_of('known'), **facts)}"
