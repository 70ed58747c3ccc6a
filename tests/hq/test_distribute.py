"""``hq db distribute`` where Citus is not: one plain sentence, nothing changed."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from hq.__main__ import main
from hq.messages import ENVIRONMENT
from hq.schema import TERMINALS
from tests.hq.headquarters import Headquarters


def test_without_citus_it_is_said(headquarters: Headquarters, capfd: pytest.CaptureFixture[str]) -> None:
    directory = str(headquarters.home.directory)
    code = main(["db", "distribute", "--data", directory, "--database", headquarters.url])
    said = capfd.readouterr()
    assert code == ENVIRONMENT == 3
    errors = [line for line in said.err.splitlines() if line.startswith("hq: ")]
    assert errors == [
        "hq: this database cannot be distributed: "
        "it is not a PostgreSQL with the extension citus [store.missing]"
    ]
    assert said.out == ""
    headquarters.counter().sent([])
    with headquarters.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(TERMINALS)).scalar_one() == 1
