"""The real-name counter terminal (实名收寄柜台终端): start here.

``program/`` is the composition root; this file only names it, so that a start imports nothing else.
"""

from __future__ import annotations

import sys

from program.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
