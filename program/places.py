"""Where data and configuration lie when the command line does not say."""

from __future__ import annotations

from pathlib import Path

from core.errors import ConfigError, ConfigFault


def default_data(*, demonstration: bool) -> Path:
    """Where data lie when ``--data`` does not say."""
    if demonstration:
        return Path(__file__).parents[1] / ".run" / "demonstration"
    import platformdirs

    return Path(platformdirs.user_data_dir("real-name-counter", appauthor=False))


def config_path(data: Path) -> Path:
    """The configuration beside the data; raises ConfigError MISSING_FILE."""
    path = data / "counter.toml"
    if not path.exists():
        raise ConfigError(ConfigFault.MISSING_FILE, file=str(path))
    return path
