"""Headquarters' own file of what stands under an operator's name, checked by the independent program (I9)."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import EntryError, EntryFault, HqError
from hq.cli import build_parser
from hq.evidence import write_evidence
from tests.hq.entries import close_day, open_day, write_items
from tests.hq.headquarters import Headquarters
from tests.peers import evidence as peer

pytestmark = pytest.mark.requirement("I9")


def test_of_a_day_long_ago_and_of_somebody_unknown(headquarters: Headquarters, tmp_path: Path) -> None:
    counter = headquarters.counter()
    book = counter.book
    for _ in range(3):
        write_items(book, 2)
        close_day(book)
        open_day(book)
    counter.sent(book.entries)
    path, signer = tmp_path / "evidence.jsonl", headquarters.keyring.signing()
    about = (headquarters.database, signer, path, book.terminal)
    made = write_evidence(*about, book.operator, "2", headquarters.now)
    lines = path.read_bytes().splitlines(keepends=True)
    found, proven, at = peer.check(lines, signer.public.text, book.person.public.text)
    assert (proven, proven) == (made.ends, found.last)  # its own head, not the journal's last one
    assert found.last < book.state.head.seq
    assert peer.show(found, proven, at) == peer.PROVEN
    assert len(found.hers) == made.hers == 4
    with pytest.raises(peer.Bad, match="held: wrong signature"):
        peer.check([*lines[:-1], lines[-1].replace(b'"signature":"', b'"signature":"AA')], signer.public.text)
    with pytest.raises(HqError):
        write_evidence(*about, book.operator, "9", headquarters.now)
    with pytest.raises(EntryError) as caught:
        write_evidence(*about, "OP99999", "2", headquarters.now)
    assert caught.value.code is EntryFault.KEY


def test_the_command_takes_what_the_counter_s_does() -> None:
    line = ["evidence", "file.jsonl", "--terminal", "990100-01-03", "--operator", "OP10001", "--day", "2"]
    assert build_parser().parse_args([*line, "--data", "here"]).day == "2"
