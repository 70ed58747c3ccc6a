"""Two nodes and their database killed in turn under load: afterwards everybody says the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.hq_kills import campaign
from bench.hq_stores import prepare


@pytest.mark.timeout(300)  # seven processes begin in it
def test_everybody_agrees_after_kills(tmp_path: Path) -> None:
    """Simulated counters over real TLS: heads, follower, export, checker and counters agree at the end."""
    stores = prepare(tmp_path / "stores", 4, 60)
    done = campaign(stores, 3, 1, tmp_path)
    # The third one comes where this machine is quick enough to have a node back before all is sent.
    assert done.killed[:2] == ["database", "node"]
    assert done.disagreements == []
    assert done.outcome.shown == []
    assert done.outcome.unfinished == []
    assert done.entries == 4 * 60
