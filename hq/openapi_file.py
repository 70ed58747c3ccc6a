"""``python -m hq.openapi_file`` writes docs/openapi.json: what /openapi.json says, to be compared."""

from __future__ import annotations

import sys

from hq.app import create_app
from hq.openapi import FILE, written


def main() -> int:
    """Write the file."""
    FILE.write_text(written(create_app(None).openapi()), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
