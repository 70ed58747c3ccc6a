"""The accessibility tree through AT-SPI: the real window, another process, a bus of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.accessible import FOCUSABLE, FOCUSED, LIMIT, SHOWING, Node, Tree, accessibility_bus
from tests.ui.test_real_keys import ROOT, display
from ui.text import Texts

__all__ = ["display"]
_ROLES = {"text", "password text", "push button"}


class Counter:
    """The window's process, and what a screen reader gets of it."""

    def __init__(self, env: dict[str, str], address: str) -> None:
        self._env = {**env, "PYTHONPATH": str(ROOT)}
        self._window = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.window_program"],
            cwd=ROOT, env=self._env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.tree = Tree(address)

    def show(self, words: str) -> None:
        """Post a view; returns when it stands."""
        stdin, stdout = self._window.stdin, self._window.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{words}\n")
        stdin.flush()
        while not (line := stdout.readline()).startswith("shown"):
            assert line, "the window's process ended"

    def press(self, *keys: str) -> None:
        """Keys of the X server."""
        focus = ["search", "--sync", "--onlyvisible", "--name", "实名收寄|Real", "windowfocus", "--sync"]
        subprocess.run(["xdotool", *focus, "key", *keys], env=self._env, check=True, timeout=LIMIT,
                       capture_output=True)  # fmt: skip

    def close(self) -> None:
        """End the process."""
        self.tree.close()
        self._window.communicate("quit\n", timeout=LIMIT)


@pytest.fixture(scope="module")
def counter(display: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """One window for the module."""
    folder: Path = tmp_path_factory.mktemp("bus")
    with accessibility_bus(display, folder) as (env, address):
        counter = Counter(env, address)
        try:
            yield counter
        finally:
            counter.close()


def _by_name(nodes: list[Node]) -> dict[str, Node]:
    return {node.identity: node for node in nodes if node.identity}


def test_every_control_has_a_name_and_a_role(counter: Counter) -> None:
    """In the form, with problems in it; what cannot be seen is not offered."""
    counter.show("view trouble")
    shown = [node for node in counter.tree.nodes() if node.has(SHOWING)]
    controls = [node for node in shown if node.has(FOCUSABLE)]
    assert len(controls) > 15
    for node in controls:
        assert node.name, node
        assert node.description, node
        assert node.role in _ROLES, node
        assert node.identity, node
    assert len({node.identity for node in controls}) == len(controls)


def test_what_stands_can_be_heard(counter: Counter) -> None:
    """Steps, devices, what is missing and the message, in words."""
    counter.show("view trouble")
    nodes, texts = _by_name(counter.tree.nodes()), Texts("zh")
    assert nodes["way_identity"].name == texts("way.identity")
    assert texts("gate_state.problem") in nodes["way_identity"].description
    assert texts("slot.label_printer") in nodes["device_label_printer"].name
    assert texts("device.paper_out") in nodes["device_label_printer"].name
    assert texts("commit.action") in nodes["commit_bar"].name
    assert texts("problem.waybill") in nodes["commit_bar"].description
    assert texts("device.paper_out") in nodes["message"].name
    assert texts("rule.phone_form") in nodes["sender_phone"].description


def test_the_focus_is_told(counter: Counter) -> None:
    """Exactly one control has it."""
    counter.show("view half")
    counter.press("Tab")
    focused = [node for node in counter.tree.nodes() if node.has(FOCUSED) and node.has(FOCUSABLE)]
    assert len(focused) == 1
    assert focused[0].name


def test_a_message_is_announced(counter: Counter) -> None:
    """Nobody has to look for it."""
    counter.tree.listen("Announcement")

    def accept() -> None:
        counter.show("view ready")
        counter.show("view accepted")

    texts = Texts("zh")
    assert texts.sentence("msg.accepted", {"number": "000129"}) == counter.tree.heard("Announcement", accept)


def test_another_language_changes_the_names(counter: Counter) -> None:
    """Ctrl+L: the tree speaks English, and Chinese again."""
    counter.show("view half")
    counter.press("ctrl+l")
    names = _by_name(counter.tree.nodes())
    assert names["sender_name"].name == Texts("en")("field.sender_name")
    assert names["way_waybill"].name == Texts("en")("way.waybill")
    counter.press("ctrl+l")
    assert _by_name(counter.tree.nodes())["sender_name"].name == Texts("zh")("field.sender_name")
