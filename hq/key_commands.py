"""``hq keys``: each signing key of headquarters, who does not know the last one yet, roll and retire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict

from core.ledger.entry import stamp
from hq import rolling
from hq.opened import Opened, to_json


def _roll(opened: Opened) -> None:
    done = rolling.roll(opened.home, opened.home.keyring(opened.passphrase()), opened.database)
    text = (
        f"key {done.number + 1} signs; counters are told by publication {done.publications[-1]}. "
        "Copy the keys directory now; when hq keys list names nobody: hq keys retire"
    )
    if done.went_on:
        text = f"the roll to key {done.number + 1} goes on: told again as publication {done.publications[-1]}"
    opened.answer(asdict(done), text)


def _list(opened: Opened) -> None:
    keyring, chain = opened.home.keyring(opened.passphrase()), opened.home.rolls().now()
    held, last = keyring.places(), len(chain.keys) - 1
    waits = rolling.waiting(opened.database, chain)
    since = ["", *(stamp(each.read().at) for each in chain.rolls)]
    rows = [
        {"number": place + 1, "key": key.text, "since": since[place], "signs": place == last}
        | {"here": place in held}
        for place, key in enumerate(chain.keys)
    ]
    if opened.options.json:
        opened.say(to_json({"keys": rows, "waiting": [asdict(each) for each in waits]}))
        return
    for row in rows:
        state = (
            "signs" if row["signs"] else "kept for who does not know the next" if row["here"] else "retired"
        )
        opened.say(f"key {row['number']}  {row['key']}  {row['since'] or 'the first':<24}  {state}")
    for each in waits:
        opened.say(
            f"  {each.terminal}  does not know key {last + 1} yet; last contact {each.contact or 'never'}"
        )
    if last and not waits:
        opened.say(f"every terminal knows key {last + 1}")


def _retire(opened: Opened) -> None:
    asked, keyring = opened.options, opened.home.keyring(opened.passphrase())
    waits = rolling.waiting(opened.database, opened.home.rolls().now()) if asked.anyway else []
    count = rolling.retire(opened.home, keyring, opened.database, anyway=asked.anyway)
    text = f"{count} key destroyed"
    if waits:
        text += f"; {len(waits)} terminals did not know the new one yet, and ask for it when they come"
    opened.answer({"retired": count, "waiting": [each.terminal for each in waits]}, text)


KEYS: Mapping[str, Callable[[Opened], None]] = {
    "keys roll": _roll,
    "keys list": _list,
    "keys retire": _retire,
}
