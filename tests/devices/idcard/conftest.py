"""Readers at work on both links."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.simulators.port import Port, PtyPort, TcpPort
from tests.devices.idcard.stand import Desk, a_desk


@pytest.fixture(params=["pty", "tcp"])
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Port:
    """Both links, at the usual rate."""
    return PtyPort(tmp_path / "id_reader", 115_200) if request.param == "pty" else TcpPort(115_200)


@pytest.fixture
def desk(port: Port) -> Iterator[Desk]:
    """A reader without quirks that has introduced itself."""
    with a_desk(port) as desk:
        desk.ready()
        yield desk


@pytest.fixture
def hasty(port: Port) -> Iterator[Desk]:
    """As ``desk``, with 30 % of the usual patience for a silent reader."""
    with a_desk(port, patience_percent=30, start_limit_ms=300) as desk:
        desk.ready()
        yield desk
