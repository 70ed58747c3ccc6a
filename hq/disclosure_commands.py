"""``hq disclosure``: what counters asked for is listed, reviewed, decided and released."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection

from core.errors import CounterError, HqError, HqFault, RuleError, StoreError, StoreFault
from core.ledger.disclosures import Outcome, Way
from hq.admin_effects import RELEASE, publication_effect
from hq.clock import utc_now
from hq.disclosures import Standing, decide, list_asked, need_givable, need_other, stands
from hq.messages import sentence
from hq.opened import Opened, to_json
from hq.partners import PARTNER_COMMANDS
from hq.release_page import Release, write_release

NONE = "none"


def _place(opened: Opened) -> tuple[str, int]:
    """As the printed record says it: terminal and entry."""
    terminal, _, filed = opened.options.reference.rpartition("/")
    if not terminal or not filed.isdecimal():
        raise HqError(HqFault.CONFLICT, what="a reference is TERMINAL/NUMBER, as on the printed record")
    return terminal, int(filed)


def _line(row: Mapping[str, Any]) -> str:
    state = row["outcome"] or "asked"
    told = "" if row["told"] else "  its counter has not heard yet"
    until = f"until {row['until']} ({row['days']} d)"
    what = f"{row['reference']}  {row['way']:<8} {row['recipient']:<22} item {row['item']:<8}"
    return f"{what} {until}  {state}{told}"


def _list(opened: Opened) -> None:
    rows = list_asked(opened.database, opened.options.terminal)
    text = "\n".join(map(_line, rows)) or "nothing is asked for"
    opened.say(to_json(rows) if opened.options.json else text)


def _show(opened: Opened) -> None:
    """Codes; with ``--open`` what was typed at the counter too, by the opening service."""
    terminal, filed = _place(opened)
    with opened.database.read() as connection:
        one = stands(connection, terminal, filed)
        try:
            need_givable(connection, one)
            against = ""
        except CounterError as error:  # said, not raised: whoever reviews has to see the rest
            against = sentence(error)
    said = {**_said(one), "against": against}
    if opened.options.open:
        # Imported here: whoever serves counters never loads it.
        from hq.opening import ask_texts

        said["texts"] = ask_texts(opened.home.directory, terminal, filed)
    if opened.options.json:
        opened.say(to_json(said))
        return
    for name, value in said.items():
        if isinstance(value, Mapping):
            for inner, text in value.items():
                opened.say(f"{inner:<12} {text}")
        elif value not in ("", []):
            opened.say(f"{name:<12} {' '.join(value) if isinstance(value, list) else value}")


def _decide(opened: Opened) -> None:
    asked, (terminal, filed) = opened.options, _place(opened)
    outcome = Outcome(asked.outcome)
    if (outcome is Outcome.REFUSED) != (asked.reason != NONE):
        raise HqError(HqFault.CONFLICT, what="a refusal has a --reason, an approval has none")
    with opened.database.write() as connection:
        one = stands(connection, terminal, filed)
        _need_others(opened, connection, one)
        if outcome is Outcome.APPROVED:
            need_givable(connection, one)
        number = decide(connection, one, outcome, asked.reason)
        opened.effects.append(publication_effect(connection, number))
    told = {"publication": number, "reference": asked.reference, "outcome": outcome.value}
    opened.answer(told, f"{outcome.value}: {terminal} is told by publication {number}")


def _release(opened: Opened) -> None:
    """Everything is asked again by the opening service; told first, written then."""
    from hq.opening import ask_release

    asked, (terminal, filed) = opened.options, _place(opened)
    if asked.file.exists() or asked.file.is_symlink():
        raise StoreError(StoreFault.IO, what="File exists")
    with opened.database.read() as connection:
        one = stands(connection, terminal, filed)
        _need_others(opened, connection, one)
    texts, fields = ask_release(opened.home.directory, terminal, filed)
    with opened.database.write() as connection:
        # Consent, partner, restriction: what ended while the service opened it ends the release too.
        one = stands(connection, terminal, filed)
        _need_others(opened, connection, one)
        need_givable(connection, one)
        number = decide(connection, one, Outcome.RELEASED)
        opened.effects.append(publication_effect(connection, number))
    given, witness = opened.people
    rules, data = one.rules.disclosure, one.filed.data
    digest = write_release(
        asked.file,
        Release(
            reference=asked.reference,
            number=number,
            way=Way(data["way"]),
            recipient=one.recipient.names["zh"],
            basis=rules.bases[data["basis"]].names["zh"],
            purpose=rules.purposes[data["purpose"]].names["zh"],
            texts=texts,
            fields=fields,
            given=given or "总部",
            witness=witness or "",
            at=utc_now(),
        ),
    )
    opened.note(RELEASE, asked.reference, digest)
    told = {"file": str(asked.file), "reference": asked.reference, "publication": number}
    text = f"{asked.file}: hand it over, keep the signed last page, delete the file"
    opened.answer({**told, "fields": sorted(fields)}, text)


def _said(one: Standing) -> dict[str, Any]:
    data = one.filed.data
    return {
        "reference": f"{one.terminal}/{one.filed.header.seq}",
        "way": data["way"],
        "recipient": _recipient(one),
        "basis": data["basis"],
        "purpose": data["purpose"],
        "fields": list(data["fields"]),
        "item": data["item"],
        "consent": data["consent"] or "",
        "until": data["until"],
        "filed by": one.row["by"],
        "signed by": one.signed or "nobody yet",
        "outcome": one.outcome or "asked",
        "reason": "" if one.reason == NONE else one.reason,
        "told": "yes" if one.told else "its counter has not heard yet",
    }


def _recipient(one: Standing) -> str:
    """The code alone where the edition knows no such recipient: that it stands against it is said beside."""
    code = str(one.filed.data["recipient"])
    with suppress(RuleError):
        code += f" {one.recipient.names['zh']}"
    return code


def _need_others(opened: Opened, connection: Connection, one: Standing) -> None:
    for who in filter(None, opened.people):
        need_other(connection, one, who)


DISCLOSURES: Mapping[str, Callable[[Opened], None]] = {
    **PARTNER_COMMANDS,
    "disclosure list": _list,
    "disclosure show": _show,
    "disclosure decide": _decide,
    "disclosure release": _release,
}
