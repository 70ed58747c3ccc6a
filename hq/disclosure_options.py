"""The command line of ``hq disclosure`` and ``hq partner``."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from hq.disclosures import REASONS


def add_parsers(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """Both, beside the others."""
    disclosure = commands.add_parser("disclosure", help="data for an organ by law, or a partner by consent")
    does = disclosure.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = does.add_parser("list", parents=[common], help="all that is asked for, soonest end first")
    listed.add_argument("--terminal")
    show = _one(does, common, "show", "one of them, and what stands against it")
    show.add_argument("--open", action="store_true", help="and the paper's number and the people, as typed")
    decide = _one(does, common, "decide", "after review; its counter hears by directive")
    decide.add_argument("--outcome", required=True, choices=("approved", "refused"))
    decide.add_argument("--reason", default="none", choices=REASONS, help="of a refusal")
    release = _one(does, common, "release", "the fields of an approved one, as a page to hand over")
    release.add_argument("file", type=Path, metavar="FILE", help="made, for you alone; never replaced")
    partner = commands.add_parser("partner", help="partners to whom something may be released")
    acts = partner.add_subparsers(dest="action", required=True, metavar="ACTION")
    acts.add_parser(
        "list", parents=[common], help="agreement and security review of each, and their last days"
    )
    add = acts.add_parser("add", parents=[common], help="register, or renew")
    add.add_argument("partner", metavar="CODE", help="as the rule data have it")
    for name, what in (("agreement", "confidentiality agreement"), ("review", "security review")):
        add.add_argument(f"--{name}", required=True, metavar="NUMBER", help=f"of its {what}")
        add.add_argument(
            f"--{name}-until", required=True, type=_day, metavar="YYYY-MM-DD", help="its last day"
        )
    end = acts.add_parser("end", parents=[common], help="nothing more is released to it")
    end.add_argument("partner", metavar="CODE")


def _one(
    does: argparse._SubParsersAction[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
    name: str,
    what: str,
) -> argparse.ArgumentParser:
    made = does.add_parser(name, parents=[common], help=what)
    made.add_argument("reference", metavar="TERMINAL/NUMBER", help="as the printed record says it")
    return made


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("takes a day, as 2027-06-30") from None
