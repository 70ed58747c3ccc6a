"""The vault opened by a card: her keys stay on it, and nothing else opens her slot."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import CardError, CardFault, CounterError, StoreFault
from core.ports import StaffRow
from storage.slots import OperatorKeys, card_form, new_card_keys
from storage.tries import default_wait
from storage.vault import TRIES_NAME, FileVault
from tests.devices.smartcard.readers import PIN, WRONG, Readers
from tests.storage.counters import PASSWORD, Counter

HER = "OP10002"


@pytest.fixture
def readers(tmp_path: Path) -> Iterator[Readers]:
    with Readers(tmp_path / "cards") as made:
        yield made


@pytest.fixture
def hers(counter: Counter, readers: Readers) -> OperatorKeys:
    """A vault whose second operator has a card, which is in."""
    FileVault.create(counter.directory, counter.new_vault())
    readers.insert("hers")
    keys = new_card_keys(HER, PIN, readers)
    keys.release()
    opened = counter.vault()
    opened.unlock(counter.book.operator, PASSWORD)
    opened.settle([row(keys)])
    return keys


def row(keys: OperatorKeys) -> StaffRow:
    """As headquarters' directive says it."""
    return StaffRow(keys.operator, "clerk", "示例乙", keys.signer.public, keys.agreement.public, keys.wrapped)


def vault(counter: Counter, readers: Readers) -> FileVault:
    """A fresh process's."""
    return FileVault(counter.directory, counter.book.machine, default_wait, cards=readers)


def fault(vault: FileVault, pin: str = PIN, operator: str = HER) -> tuple[object, object]:
    try:
        vault.unlock(operator, pin)
    except CounterError as error:
        return error.code, error.facts.get("left")
    finally:
        vault.let_go()
    return "", None


def test_a_card_opens_the_shut_vault_and_signs(
    counter: Counter, readers: Readers, hers: OperatorKeys
) -> None:
    opened = vault(counter, readers)
    unlocked = opened.unlock(HER, PIN)
    assert (unlocked.operator, unlocked.vault_was_shut, unlocked.failures) == (HER, True, 0)
    assert unlocked.card == readers.present()[0].facts.serial
    assert unlocked.signer.public.verify(unlocked.signer.sign(b"m"), b"m")
    assert opened.terminal_signer().public == counter.book.key.public
    assert opened.holder(unlocked.signer.public.text, "") == (HER, "")
    opened.let_go()  # and the card is shut, whoever kept the signer
    with pytest.raises(CardError):
        unlocked.signer.sign(b"m")
    assert card_form(unlocked.card) == hers.wrapped
    by_password = opened.unlock(counter.book.operator, PASSWORD)
    assert by_password.card == ""


def test_tries_count_here_and_on_the_card_and_survive_a_restart(
    counter: Counter, readers: Readers, hers: OperatorKeys
) -> None:
    assert fault(vault(counter, readers), WRONG) == (CardFault.PIN_WRONG, 2)
    assert fault(vault(counter, readers), WRONG) == (CardFault.PIN_WRONG, 1)
    again = vault(counter, readers)
    assert again.failures(HER) == 2
    assert again.unlock(HER, PIN).failures == 2  # told to her, and to the journal
    assert (again.failures(HER), again.seconds_left(HER)) == (0, 0)
    for _ in range(3):
        fault(vault(counter, readers), WRONG)
    assert fault(vault(counter, readers)) == (CardFault.PIN_BLOCKED, None)
    assert vault(counter, readers).failures(HER) == 4
    # The counter's own waits stand over a card with more tries than theirs.
    assert fault(vault(counter, readers)) == (CardFault.PIN_BLOCKED, None)
    assert fault(vault(counter, readers)) == (StoreFault.LOCKED_OUT, None)


@pytest.mark.parametrize("step", ["verify", "agree"])
def test_pulled_while_it_opens_counts_as_no_guess(
    counter: Counter, readers: Readers, hers: OperatorKeys, step: str
) -> None:
    fault(vault(counter, readers), WRONG)
    before = (counter.directory / TRIES_NAME).read_bytes()
    readers.readers.at(step, readers.pull)
    opened = vault(counter, readers)
    assert fault(opened) == (CardFault.PULLED, None)
    assert not opened.is_open()
    assert (counter.directory / TRIES_NAME).read_bytes() == before
    assert fault(opened) == (CardFault.MISSING, None)
    assert (counter.directory / TRIES_NAME).read_bytes() == before
    readers.insert("hers")
    assert fault(opened) == ("", None)


def test_other_cards_open_nothing_of_hers(counter: Counter, readers: Readers, hers: OperatorKeys) -> None:
    readers.insert("colleague")
    colleague = new_card_keys("OP10003", PIN, readers)
    colleague.release()
    shut = vault(counter, readers)
    with pytest.raises(CardError) as caught:
        shut.unlock(HER, PIN)
    assert (caught.value.code, caught.value.facts["card"]) == (CardFault.OTHER, "OP10003")
    assert fault(shut, operator="OP10003")[0] is StoreFault.WRONG_KEY  # nobody of this counter
    assert shut.holder(colleague.signer.public.text, "OP10003") == ("", CardFault.UNKNOWN)
    readers.insert("rsa", algorithm="rsa2048")
    assert fault(shut)[0] is CardFault.UNSUPPORTED
    with pytest.raises(CardError) as caught:
        new_card_keys(HER, PIN, readers)
    assert caught.value.code is CardFault.UNSUPPORTED
    assert shut.failures(HER) == 0


def test_a_copied_vault_opens_nothing_without_the_card(
    counter: Counter, readers: Readers, hers: OperatorKeys, tmp_path: Path
) -> None:
    """Neither her PIN nor another card with her number on it; nothing in the file is a secret of hers."""
    copy = tmp_path / "copy"
    shutil.copytree(counter.directory, copy)
    (copy / TRIES_NAME).unlink(missing_ok=True)
    readers.pull()
    taken = FileVault(copy, counter.book.machine, default_wait, cards=readers)
    assert fault(taken) == (CardFault.MISSING, None)
    readers.insert("forged")
    forged = new_card_keys(HER, PIN, readers)
    forged.release()
    assert fault(taken)[0] is CardFault.OTHER
    assert taken.holder(forged.signer.public.text, HER) == ("", CardFault.REPLACED)
    # Her record swapped for the forged card's keys: her slot is sealed to the other key.
    text = (copy / "vault.json").read_text()
    for mine, theirs in (
        (hers.signer.public.text, forged.signer.public.text),
        (hers.agreement.public.text, forged.agreement.public.text),
    ):
        assert mine in text
        text = text.replace(mine, theirs)
    (copy / "vault.json").write_text(text)
    assert fault(taken)[0] is StoreFault.DAMAGED


def test_lost_card_and_removed_operator(counter: Counter, readers: Readers, hers: OperatorKeys) -> None:
    """A new activation takes the old card's slot away; a removal takes both."""
    opened = vault(counter, readers)
    opened.unlock(counter.book.operator, PASSWORD)
    readers.insert("second")
    anew = new_card_keys(HER, PIN, readers)
    anew.release()
    assert opened.settle([row(anew)])
    assert fault(vault(counter, readers)) == ("", None)
    readers.insert("hers")
    assert fault(vault(counter, readers))[0] is CardFault.OTHER
    assert opened.holder(hers.signer.public.text, HER) == ("", CardFault.REPLACED)
    readers.insert("second")
    assert opened.settle([StaffRow(HER, "")])
    assert opened.holder(anew.signer.public.text, HER) == ("", CardFault.UNKNOWN)
    assert fault(vault(counter, readers))[0] is StoreFault.WRONG_KEY
    # Back to a password after a lost card.
    words = counter.another_operator(HER)
    opened.settle([row(words)])
    assert fault(vault(counter, readers), PASSWORD + HER) == ("", None)


def test_a_card_that_holds_keys_is_nobody_elses(
    counter: Counter, readers: Readers, hers: OperatorKeys
) -> None:
    with pytest.raises(CardError) as caught:
        new_card_keys("OP10003", PIN, readers)
    assert caught.value.code is CardFault.TAKEN
    again = new_card_keys(HER, PIN, readers)  # an activation that was cut off: the same keys
    again.release()
    assert again.signer.public == hers.signer.public


@pytest.mark.parametrize("wrapped", [b"", b"{}", b'{"format":1,"type":"card"}', b"\xff"])
def test_a_form_that_is_none_never_gets_into_the_file(
    counter: Counter, readers: Readers, hers: OperatorKeys, wrapped: bytes
) -> None:
    opened = vault(counter, readers)
    opened.unlock(HER, PIN)
    bad = StaffRow("OP10003", "clerk", "示例丙", hers.signer.public, hers.agreement.public, wrapped)
    assert not opened.settle([bad])
    assert fault(vault(counter, readers)) == ("", None)
