"""``python -m hq``: headquarters' command line.  Exit codes: 0 done, 1 not sound, 2 usage, 3 environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from core.errors import CounterError
from hq.cli import build_parser, set_up_logging
from hq.commands import run
from hq.messages import DONE, ENVIRONMENT, exit_code, sentence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    asked = list(sys.argv[1:] if arguments is None else arguments)
    options = build_parser().parse_args(asked)
    set_up_logging()
    try:
        run(options, lambda line: print(line, flush=True))
    except CounterError as error:
        print(f"hq: {sentence(error)}", file=sys.stderr)
        return exit_code(error)
    except BrokenPipeError:
        # The reader of our output has gone (``| head``): nothing is left to say to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ENVIRONMENT
    except KeyboardInterrupt:
        return ENVIRONMENT
    return DONE


if __name__ == "__main__":
    os.umask(0o077)  # whatever is written here is for its owner
    sys.exit(main())
