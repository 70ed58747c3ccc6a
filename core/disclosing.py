"""Giving a customer's data to an organ or a partner: what the screen may ask for, and what it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.disclosure_rules import DisclosureRules


@dataclass(frozen=True)
class BeginDisclosure:
    """Who wants which fields of an item, on what basis and what for; codes of the rule data.

    ``mode``: "wait" or "countersign", as the rules let.  What names people is typed next.
    """

    item: int
    recipient: str
    basis: str
    purpose: str
    scope: str
    mode: str = "wait"


@dataclass(frozen=True)
class FileDisclosure:
    """What names the paper and the people; it is sealed to headquarters and never comes back here.

    ``document``: the organ's own number of its paper, or the form's of the partner; ``first`` and ``second``:
    name and work-card number of each officer, or the partner's contact.
    """

    document: str = field(repr=False)
    first_name: str = field(repr=False)
    first_card: str = field(repr=False)
    second_name: str = field(default="", repr=False)
    second_card: str = field(default="", repr=False)


@dataclass(frozen=True)
class SendDisclosure:
    """Put what was filed before headquarters, on the request that was approved."""

    filed: int


@dataclass(frozen=True)
class LeaveDisclosure:
    """Nothing is typed any more."""


DisclosureCommand = BeginDisclosure | FileDisclosure | SendDisclosure | LeaveDisclosure
DISCLOSING = (BeginDisclosure, FileDisclosure, SendDisclosure, LeaveDisclosure)


@dataclass(frozen=True)
class DisclosureMark:
    """One of an item, for whoever filed it and for a supervisor; nobody else sees it.

    ``state``: "waits", "ready" (approved, not sent), "over", "asked", or an Outcome code; ``reference`` is
    what the printed record says; ``until`` an ISO date.
    """

    filed: int
    item: int
    way: str
    recipient: Mapping[str, str]  # by language
    state: str
    until: str
    reference: str
    mine: bool = False


@dataclass(frozen=True)
class DisclosureForm:
    """What is being typed: fields for an organ's officers, or for a partner's contact."""

    item: int
    number: str
    way: str
    recipient: Mapping[str, str]
    scope: Mapping[str, str]
    serial: int


@dataclass(frozen=True)
class DisclosingView:
    """All of it that the screen shows.  ``rules`` stand while a look-up does; ``modes`` of a request."""

    marks: tuple[DisclosureMark, ...] = ()
    form: DisclosureForm | None = None
    rules: DisclosureRules = DisclosureRules()
    modes: Mapping[str, int] = field(default_factory=dict)
