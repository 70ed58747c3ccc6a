"""An exemption approved at a real vault: Argon2id, slots on the disk, and the counter of tries."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core import commands as c
from core.crypto.keys import new_agreement
from core.ledger.documents import Grant, make_grant
from core.ledger.entry import EMPTY_HEAD
from core.ports import HeadquartersKeys, UnlockedOperator
from storage.slots import OperatorKeys, VaultSecret, new_operator_keys
from storage.vault import FileVault, NewVault, new_data_key
from storage.vaultfile import OperatorRecord
from tests.core.memory import BRANCH, TERMINAL, MemoryVault
from tests.core.station.desk import WAYBILLS, Counter
from tests.peers.checker import check
from tests.peers.exports import export
from tests.storage.counters import CHEAP

SUPERVISOR, CLERK = "OP20001", "OP10001"
PASSWORDS = {CLERK: "Mian-Hua-Tang 7", SUPERVISOR: "Xiang-Ri-Kui 42"}


@dataclass
class FiledVault(MemoryVault):
    """The memory journal, with operators in a vault file."""

    directory: Path = field(default_factory=Path)

    def __post_init__(self) -> None:
        self.opening = new_agreement()
        keys = {name: new_operator_keys(name, password, CHEAP) for name, password in PASSWORDS.items()}
        self.people = {name: each.signer for name, each in keys.items()}
        self.roles = {CLERK: "clerk", SUPERVISOR: "supervisor"}
        self._found()
        self.file = self._filed(keys)

    def _filed(self, keys: dict[str, OperatorKeys]) -> FileVault:
        body, signature = make_grant(
            Grant(TERMINAL, BRANCH, 1, self.key.public, EMPTY_HEAD, self.opening.public), self.headquarters
        )
        pinned = HeadquartersKeys(self.headquarters.public, self.opening.public)
        secret = VaultSecret(new_data_key(), self.key)
        new = NewVault(body, signature, pinned, secret, keys[SUPERVISOR], "supervisor", CHEAP)
        FileVault.create(self.directory, new)
        vault = FileVault(self.directory, self.machine)
        vault.unlock(SUPERVISOR, PASSWORDS[SUPERVISOR])
        clerk = keys[CLERK]
        vault.add_operator(
            OperatorRecord(CLERK, "clerk", clerk.signer.public, clerk.agreement.public, clerk.wrapped)
        )
        vault.close()
        return vault

    def unlock(self, operator: str, password: str) -> UnlockedOperator:
        unlocked = self.file.unlock(operator, password)
        self.opened = True
        return unlocked

    def failures(self, operator: str) -> int:
        return self.file.failures(operator)

    def release(self, operator: str) -> None:
        self.file.release(operator)


def test_tries_count_as_at_log_in_and_the_session_goes_on(tmp_path: Path) -> None:
    vault = FiledVault(directory=tmp_path)
    counter = Counter(vault)
    counter.log_in(CLERK, PASSWORDS[CLERK])
    counter.do(c.SetSenderKind(c.SenderKind.EXEMPT), c.SetExemption("administration_notice"))
    for _ in range(5):
        counter.do(c.ApproveExemption(SUPERVISOR, "Xiang-Ri-Kui 41"))
        assert counter.message() == "store.wrong_key"
    counter.do(c.ApproveExemption(SUPERVISOR, PASSWORDS[SUPERVISOR]))
    said = counter.views[-1].message
    assert said is not None
    assert (said.code, said.facts["seconds"]) == ("store.locked_out", vault.file.seconds_left(SUPERVISOR))
    assert counter.views[-1].lockout_seconds == 0  # the clerk is locked out of nothing
    vault.machine.advance(6)
    counter.do(c.ApproveExemption(SUPERVISOR, PASSWORDS[SUPERVISOR]))
    assert (counter.message(), counter.views[-1].operator) == ("msg.exemption_approved", CLERK)
    assert vault.file.seconds_left(SUPERVISOR) == 0
    counter.type(sender_name="示例甲", sender_phone="13800138000", sender_address="北京市朝阳区样本街道1号")
    counter.parcel(WAYBILLS[0])
    counter.do(c.AcknowledgeNotice(c.Acknowledgement.SPOKEN), c.Commit())
    assert counter.message() == "msg.accepted"
    key = vault.headquarters.public.text
    assert check(export(vault.journal.rows, TERMINAL, key), key).counts["approvals"] == 1
    counter.station.stop()
    for path in tmp_path.iterdir():
        assert PASSWORDS[SUPERVISOR].encode() not in path.read_bytes()


def test_somebody_whose_slot_was_removed_approves_nothing(tmp_path: Path) -> None:
    vault = FiledVault(directory=tmp_path)
    counter = Counter(vault)
    counter.log_in(CLERK, PASSWORDS[CLERK])
    vault.file.remove_operator(SUPERVISOR)
    counter.do(c.SetSenderKind(c.SenderKind.EXEMPT), c.SetExemption("administration_notice"))
    counter.do(c.ApproveExemption(SUPERVISOR, PASSWORDS[SUPERVISOR]))
    counter.station.stop()
    assert counter.message() == "store.wrong_key"


@pytest.mark.parametrize("name", [CLERK, SUPERVISOR])
def test_both_are_in_the_vault(tmp_path: Path, name: str) -> None:
    """The vault that the tests above stand on."""
    assert FiledVault(directory=tmp_path).unlock(name, PASSWORDS[name]).operator == name
