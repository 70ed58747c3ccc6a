"""Which tests failed in the last run, where they are so few that the crowd may have been the cause.

``python -m tests.again`` prints them, one a line; exit 1 where there are none, or too many for that.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

MOST = 3  # decision 36
_FAILED = Path(__file__).parent.parent / ".pytest_cache" / "v" / "cache" / "lastfailed"


def unsteady(record: Path = _FAILED) -> list[str]:
    """Names of the tests in pytest's own record; empty where nothing may be tried again.

    A file that could not be imported stands there without a test's name: it fails alone as well.
    """
    try:
        names = sorted(json.loads(record.read_text(encoding="utf-8")))
    except FileNotFoundError:  # pytest ended before it wrote one
        return []
    few = len(names) <= MOST and all("::" in name for name in names)
    return names if few else []


def main() -> int:
    """Exit code."""
    names = unsteady()
    sys.stdout.write("".join(f"{name}\n" for name in names))
    return 0 if names else 1


if __name__ == "__main__":
    sys.exit(main())
