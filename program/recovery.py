"""``main.py recover``: a lost, replaced or doubted store comes back from headquarters, in a new epoch."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from core.config import load_config
from core.errors import ConfigError, ConfigFault
from core.ledger.clock import business_date
from core.rules import load_rules
from program.first_run import read_password
from program.machine import SystemClock
from storage.link import Route
from storage.recover import RecoverRequest, recover
from ui.text import Texts


def run(options: argparse.Namespace) -> int:
    """Recover; says where the old store is kept, and what of it headquarters does not have."""
    data, config = options.data, options.config
    if data is None or config is None:
        raise ConfigError(ConfigFault.MISSING_KEY, key="--data" if data is None else "--config")
    headquarters = load_config(config).headquarters
    clock = SystemClock()
    rules = load_rules(Path(__file__).parents[1] / "resources" / "rules").at(business_date(clock.wall()))
    password = read_password("password: ")
    request = RecoverRequest(
        headquarters.url, options.ca, options.enrol_code, options.operator, password, rules.version
    )
    done = recover(data, request, clock, route=Route(proxy=headquarters.proxy))
    if options.json:
        print(json.dumps(asdict(done), sort_keys=True))
        return 0
    texts = Texts(options.lang or "zh")
    print(texts("recover.done", terminal=done.terminal, epoch=done.epoch, count=done.entries))
    if done.before:
        print(texts("recover.before", folder=done.before, count=done.unsent))
    return 0
