"""The settings' file: what is kept is there at the next start, and nothing in it stops one."""

from __future__ import annotations

from pathlib import Path

import pytest

from program.settings_file import NAME, SettingsFile
from ui.settings import Settings


def test_the_last_of_several_stands(tmp_path: Path) -> None:
    data = tmp_path / "counter"  # not there before the first run
    file = SettingsFile(data)
    assert file.read() == Settings()
    for zoom in (110, 130, 150):
        file.keep(Settings("en", "dark", zoom, sound=False))
    file.stop()
    assert SettingsFile(data).read() == Settings("en", "dark", 150, sound=False)
    assert [path.name for path in data.iterdir()] == [NAME]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"theme": "dark', "[" * 100_000, "\ud800"])
def test_a_broken_file_is_no_file(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text, "utf-8", errors="surrogatepass")
    assert SettingsFile(tmp_path).read() == Settings()


def test_a_directory_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    file = SettingsFile(tmp_path / "file")
    file.keep(Settings(theme="dark"))
    file.stop()
    assert file.read() == Settings()
