"""Makes tests/requirements.md:  python -m tests.requirements

Exit 1, and the page as it was, where rows and markers do not agree.
"""

from __future__ import annotations

import sys

from tests.requirements.marks import MarkError, read_marks
from tests.requirements.table import PAGE, TESTS, current, faults, read_rows


def main() -> int:
    """Exit code."""
    try:
        wrong = list(faults(read_rows(), read_marks(TESTS)))
    except MarkError as error:
        wrong = [str(error)]
    if wrong:
        sys.stderr.write("\n".join((*wrong, "")))
        return 1
    PAGE.write_text(current(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
