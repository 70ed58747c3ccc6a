"""The vault: who gets in, what it gives, and that nobody changes it unseen."""

from __future__ import annotations

import json

import pytest

from core import wire
from core.crypto import sealing
from core.crypto.keys import AgreementKey, SoftwareSigner, new_agreement, new_signer
from core.errors import EntryError, RuleError, RuleFault, StoreError, StoreFault
from core.ledger.documents import Grant, make_grant
from core.ledger.entry import EMPTY_HEAD
from core.ledger.rolls import KeyChain, make_roll
from storage.slots import (
    OperatorKeys,
    cost_of,
    new_operator_keys,
    open_operator_keys,
    recovery_info,
    tuned_cost,
)
from storage.vault import VAULT_NAME, FileVault
from storage.vaultfile import OperatorRecord
from tests.storage.counters import CHEAP, PASSWORD, Counter
from tests.storage.stub_hq import NOW

pytestmark = pytest.mark.requirement("R57")


@pytest.fixture
def opened(counter: Counter) -> FileVault:
    """Made and unlocked."""
    FileVault.create(counter.directory, counter.new_vault())
    vault = counter.vault()
    vault.unlock(counter.book.operator, PASSWORD)
    return vault


def record(keys: OperatorKeys, role: str = "clerk") -> OperatorRecord:
    return OperatorRecord(keys.operator, role, keys.signer.public, keys.agreement.public, keys.wrapped)


def fault(counter: Counter, operator: str, password: str) -> str:
    try:
        counter.vault().unlock(operator, password)
    except StoreError as error:
        return str(error.code)
    return ""


def test_it_opens_with_the_password_and_gives_the_keys(counter: Counter) -> None:
    FileVault.create(counter.directory, counter.new_vault())
    vault = counter.vault()
    assert not vault.is_open()
    unlocked = vault.unlock(counter.book.operator, PASSWORD)
    assert (unlocked.operator, unlocked.role, unlocked.vault_was_shut) == ("OP10001", "clerk", True)
    assert unlocked.signer.public == counter.keys.signer.public
    assert unlocked.agreement == counter.keys.agreement.public
    assert vault.terminal_signer().public == counter.book.key.public
    assert vault.headquarters_keys().signing == counter.book.headquarters.public
    assert vault.headquarters_keys().opening == counter.book.opening.public
    assert vault.grant().terminal == counter.book.terminal
    assert not vault.unlock(counter.book.operator, PASSWORD).vault_was_shut
    vault.close()
    assert not vault.is_open()
    for ask in (vault.terminal_signer, vault.headquarters_keys, vault.grant, vault.operators):
        with pytest.raises(RuleError) as caught:
            ask()
        assert caught.value.code is RuleFault.NOT_LOGGED_IN


def test_subkeys_differ_by_purpose_and_stay_the_same(counter: Counter, opened: FileVault) -> None:
    keys = {purpose: opened.subkey(purpose) for purpose in ("database", "keyfile", "tls")}
    assert len(set(keys.values())) == 3
    assert counter.data_key not in keys.values()
    again = counter.vault()
    again.unlock(counter.book.operator, PASSWORD)
    assert {purpose: again.subkey(purpose) for purpose in keys} == keys


@pytest.mark.parametrize(("operator", "password"), [("OP10001", PASSWORD + " "), ("OP99999", PASSWORD)])
def test_wrong_password_and_unknown_operator_are_told_alike(
    counter: Counter, operator: str, password: str
) -> None:
    FileVault.create(counter.directory, counter.new_vault())
    assert fault(counter, operator, password) == StoreFault.WRONG_KEY
    assert fault(counter, "OP10001", PASSWORD) == ""


def test_no_secret_and_no_name_stands_in_the_file(counter: Counter, opened: FileVault) -> None:
    text = (counter.directory / VAULT_NAME).read_text()
    assert isinstance(counter.keys.signer, SoftwareSigner)
    assert isinstance(counter.keys.agreement, AgreementKey)
    secrets = (
        counter.data_key,
        counter.book.key.private_bytes(),
        counter.keys.signer.private_bytes(),
        counter.keys.agreement.private_bytes(),
    )
    assert not any(wire.b64(secret) in text or secret.hex() in text for secret in secrets)
    assert "name" not in json.loads(text)["operators"]["OP10001"]


def test_another_operator_is_let_in_without_being_there(counter: Counter, opened: FileVault) -> None:
    keys = counter.another_operator()
    opened.add_operator(record(keys, "supervisor"))
    unlocked = counter.vault().unlock("OP10002", PASSWORD + "OP10002")
    assert unlocked.role == "supervisor"
    assert unlocked.signer.public == keys.signer.public
    assert fault(counter, "OP10002", PASSWORD) == StoreFault.WRONG_KEY
    assert fault(counter, "OP10001", PASSWORD) == ""


def test_an_auditor_is_known_but_opens_nothing(counter: Counter, opened: FileVault) -> None:
    opened.add_operator(record(counter.another_operator(), "auditor"), slot=False)
    assert "OP10002" in opened.operators()
    assert fault(counter, "OP10002", PASSWORD) == StoreFault.WRONG_KEY
    for _ in range(6):  # her password is right: told who may, and never locked out for it
        with pytest.raises(RuleError) as caught:
            counter.vault().unlock("OP10002", PASSWORD + "OP10002")
        assert caught.value.code is RuleFault.ROLE
        assert caught.value.facts["who"] == "fact.who.clerk_supervisor"


def test_a_removed_operator_is_out_and_the_last_one_stays(counter: Counter, opened: FileVault) -> None:
    opened.add_operator(record(counter.another_operator()))
    opened.remove_operator("OP10001")
    assert fault(counter, "OP10001", PASSWORD) == StoreFault.WRONG_KEY
    with pytest.raises(StoreError) as caught:
        opened.remove_operator("OP10002")
    assert caught.value.code is StoreFault.CONFLICT
    assert fault(counter, "OP10002", PASSWORD + "OP10002") == ""


def test_headquarters_recovers_the_data_key_and_not_the_terminals(counter: Counter) -> None:
    FileVault.create(counter.directory, counter.new_vault())
    slot = wire.unb64(json.loads((counter.directory / VAULT_NAME).read_bytes())["recovery"])
    opening = counter.book.opening
    plain = sealing.unseal(opening, slot, recovery_info(counter.book.terminal, 1, opening.public))
    assert plain == counter.data_key
    with pytest.raises(StoreError):
        sealing.unseal(opening, slot, recovery_info(counter.book.terminal, 2, opening.public))


def test_a_vault_is_never_made_over_another(counter: Counter) -> None:
    FileVault.create(counter.directory, counter.new_vault())
    with pytest.raises(StoreError) as caught:
        FileVault.create(counter.directory, counter.new_vault())
    assert caught.value.code is StoreFault.EXISTS


def test_a_grant_for_another_key_makes_no_vault(counter: Counter) -> None:
    grant = Grant("x", "b", 1, new_signer().public, EMPTY_HEAD, counter.book.opening.public)
    counter.grant = make_grant(grant, counter.book.headquarters)
    with pytest.raises(StoreError) as caught:
        FileVault.create(counter.directory, counter.new_vault())
    assert caught.value.code is StoreFault.DAMAGED
    assert not (counter.directory / VAULT_NAME).exists()


def test_a_missing_and_a_newer_file_are_named(counter: Counter) -> None:
    assert fault(counter, "OP10001", PASSWORD) == StoreFault.MISSING
    FileVault.create(counter.directory, counter.new_vault())
    path = counter.directory / VAULT_NAME
    newer = json.loads(path.read_bytes()) | {"format": 2, "more": 1}
    path.write_text(json.dumps(newer))
    kept = path.read_bytes()
    assert fault(counter, "OP10001", PASSWORD) == StoreFault.TOO_NEW
    assert path.read_bytes() == kept


def test_no_byte_of_the_file_can_be_changed_unseen(counter: Counter) -> None:
    """T16 for the vault: each changed byte is refused, or, in a wrapped key, is a wrong password."""
    FileVault.create(counter.directory, counter.new_vault())
    path = counter.directory / VAULT_NAME
    good = path.read_bytes()
    allowed = {StoreFault.DAMAGED, StoreFault.WRONG_KEY, StoreFault.TOO_NEW}
    for at in range(0, len(good), 3):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x01]) + good[at + 1 :])
        assert fault(counter, "OP10001", PASSWORD) in allowed, (at, good[at - 20 : at + 20])
        (counter.directory / "vault.tries").unlink(missing_ok=True)
    path.write_bytes(good)
    assert fault(counter, "OP10001", PASSWORD) == ""


@pytest.mark.parametrize("member", ["signing", "opening"])
def test_headquarters_keys_cannot_be_swapped(counter: Counter, member: str) -> None:
    """Not even with a grant that the planted key signed."""
    FileVault.create(counter.directory, counter.new_vault())
    path = counter.directory / VAULT_NAME
    value = json.loads(path.read_bytes())
    planted, opening = new_signer(), new_agreement().public
    if member == "signing":
        opening = counter.book.opening.public
    grant = Grant(counter.book.terminal, "990100-01", 1, counter.book.key.public, EMPTY_HEAD, opening)
    signer = planted if member == "signing" else counter.book.headquarters
    document, signature = make_grant(grant, signer)
    value |= {
        "signing": signer.public.text,
        "opening": opening.text,
        "grant": wire.b64(document),
        "grant_signature": wire.b64(signature),
    }
    path.write_text(json.dumps(value))
    assert fault(counter, "OP10001", PASSWORD) == StoreFault.DAMAGED


def test_the_next_key_of_headquarters_is_pinned_as_the_first_is(counter: Counter, opened: FileVault) -> None:
    """It follows the one before by its roll; a roll planted in the file or taken out is found."""
    old, new, path = counter.book.headquarters, new_signer(), counter.directory / VAULT_NAME
    before, roll = path.read_text(), make_roll(1, old, new, NOW)
    chain = KeyChain((old.public,)).extended(roll)
    assert [opened.settle_keys(chain) for _ in range(2)] == [True, False]
    assert opened.settle_keys(KeyChain((old.public,))) is False  # nothing is ever taken back
    with pytest.raises(EntryError):
        opened.settle_keys(KeyChain((old.public,)).extended(make_roll(1, old, new_signer(), NOW)))
    again = counter.vault()
    again.unlock("OP10001", PASSWORD)
    keys = again.headquarters_keys()
    assert (keys.signing, keys.chain, keys.granted) == (new.public, chain, 0)
    assert again.grant() == opened.grant()  # which the old one signed
    rolled = json.loads(path.read_text())
    for changed in (
        {name: value for name, value in rolled.items() if name != "rolls"},
        json.loads(before) | {"rolls": rolled["rolls"]},
    ):
        path.write_text(json.dumps(changed))
        assert fault(counter, "OP10001", PASSWORD) == StoreFault.DAMAGED


def test_a_planted_operator_is_found(counter: Counter, opened: FileVault) -> None:
    """A colleague's slot copied under another name, or a role raised, fails the file's MAC."""
    path = counter.directory / VAULT_NAME
    value = json.loads(path.read_bytes())
    value["operators"]["OP10001"]["role"] = "supervisor"
    path.write_text(json.dumps(value))
    assert fault(counter, "OP10001", PASSWORD) == StoreFault.DAMAGED


def test_a_failed_write_leaves_the_old_vault(counter: Counter, opened: FileVault) -> None:
    def probe(step: str) -> None:
        if step == "file.written":
            raise StoreError(StoreFault.DISK_FULL)

    full = FileVault(counter.directory, counter.book.machine, probe=probe)
    full.unlock(counter.book.operator, PASSWORD)
    with pytest.raises(StoreError):
        full.add_operator(record(counter.another_operator()))
    assert "OP10002" not in full.operators()
    assert fault(counter, "OP10001", PASSWORD) == ""
    assert fault(counter, "OP10002", PASSWORD + "OP10002") == StoreFault.WRONG_KEY


def test_wrapped_keys_travel_as_opaque_bytes() -> None:
    """What HQ keeps and hands to her other terminals opens there with her password alone."""
    keys = new_operator_keys("OP10001", PASSWORD, CHEAP)
    signing, agreement = keys.signer.public, keys.agreement.public
    again = open_operator_keys("OP10001", PASSWORD, signing, agreement, keys.wrapped)
    assert isinstance(again.signer, SoftwareSigner)
    assert isinstance(keys.signer, SoftwareSigner)
    assert again.signer.private_bytes() == keys.signer.private_bytes()
    assert cost_of(keys.wrapped) == CHEAP
    with pytest.raises(StoreError) as caught:
        open_operator_keys("OP10003", PASSWORD, signing, agreement, keys.wrapped)
    assert caught.value.code is StoreFault.WRONG_KEY


def test_hostile_cost_in_a_file_is_refused() -> None:
    keys = new_operator_keys("OP10001", PASSWORD, CHEAP)
    value = wire.decode(keys.wrapped)
    for change in ({"memory_kib": 2**40}, {"iterations": 10**9}, {"lanes": 0}, {"memory_kib": True}):
        with pytest.raises(StoreError) as caught:
            cost_of(wire.encode(value | change))
        assert caught.value.code is StoreFault.DAMAGED


def test_the_tuned_cost_is_never_less_than_the_floor() -> None:
    cost = tuned_cost(0.05)
    assert cost.iterations >= 3
    assert cost.memory_kib >= 64 * 1024
