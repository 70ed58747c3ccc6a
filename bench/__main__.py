"""Runs the named benches, or all that a short run allows, one JSON line for each figure."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

from bench.figures import Bench
from program import interpreter

# name → module with a ``run()``; imported only when asked for.
BENCHES = {
    "start": "bench.start",
    "read": "bench.read",
    "commit": "bench.commit",
    "label": "bench.label",
    "paper": "bench.paper",
    "replug": "bench.replug",
    "size": "bench.size",
    "lookup": "bench.lookup",
    "known": "bench.known",
    "parcels": "bench.parcels",
    "login": "bench.login",
    "switch": "bench.switch",
    "card-known": "bench.card_known",
    "first-run": "bench.first_run",
    "sync": "bench.sync",
    "verify": "bench.verify",
    "close": "bench.close",
    "differences": "bench.differences",
    "erase": "bench.erase",
    "stall": "bench.stall",
    "memory": "bench.memory",
    "traces": "bench.traces",
    "faults": "bench.faults",
    "cuts": "bench.cuts",
    "fuzz": "bench.fuzz",
    "hq": "bench.hq",
    "hq-flat": "bench.hq_flat",
    "hq-kills": "bench.hq_kills",
    "openapi": "bench.openapi",
}
# Minutes each: only when they are named.
LONG = (
    "differences",
    "close",
    "login",
    "card-known",
    "first-run",
    "lookup",
    "known",
    "erase",
    "stall",
    "memory",
    "traces",
    "faults",
    "cuts",
    "fuzz",
    "hq",
    "hq-flat",
    "hq-kills",
    "openapi",
)


def main(names: Sequence[str]) -> int:
    """Exit 0 when every figure reached its aim, 1 when one did not, 2 for an unknown name."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no such bench: {', '.join(unknown)}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    interpreter.share()  # as the counter does
    good = True
    for name in names or [name for name in BENCHES if name not in LONG]:
        run: Bench = importlib.import_module(BENCHES[name]).run
        for figure in run():
            print(figure.line(), flush=True)
            good = good and figure.ok
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
