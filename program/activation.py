"""``main.py activate``: somebody who is new makes her keys at a counter that another operator opens."""

from __future__ import annotations

import argparse

from core.config import load_config
from core.errors import ConfigError, ConfigFault
from program.activating import activate
from program.first_run import read_password
from storage.link import Route


def run(options: argparse.Namespace) -> int:
    """Two lines of standard input: the password of whoever opens the vault, and the new one."""
    if options.data is None or options.config is None:
        raise ConfigError(ConfigFault.MISSING_KEY, key="--data" if options.data is None else "--config")
    opener, new = read_password("password: "), read_password("new password: ")
    headquarters = load_config(options.config).headquarters
    done = activate(
        options.data,
        headquarters.url,
        (options.opened_by, opener),
        (options.operator, new),
        options.activation_code,
        route=Route(proxy=headquarters.proxy),
    )
    print(f"{done.operator} {done.role}")
    return 0
