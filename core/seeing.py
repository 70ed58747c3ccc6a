"""What is seen of look-ups and of customers' data, and the commands about it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class LooksView:
    """What a supervisor is told of one operator's look-ups; ``what`` of :class:`core.ledger.looks.Many`."""

    operator: str
    what: str
    count: int


# -- cases: a customer's data, while something has to be done about her item -----------------------------


@dataclass(frozen=True)
class BeginCase:
    """What has to be done about an item, and whose data is needed; the data is typed next.

    ``cause`` of :class:`core.ledger.cases.Cause`, ``party`` of :class:`core.ledger.cases.Whose`.
    """

    item: int
    cause: str
    party: str


@dataclass(frozen=True)
class OpenCase:
    """What the customer says again.  Empty texts are not kept."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True)
class AskToSee:
    """A second person is asked whether the data of an item's case may be seen; ``reason`` of the rules.

    ``case``: its name where it is a complaint's, which may be of no item.
    """

    item: int
    reason: str
    case: str = ""


@dataclass(frozen=True)
class ShowCase:
    """Show it, for seconds; a second person has approved.  ``case`` as above."""

    item: int
    case: str = ""


@dataclass(frozen=True)
class CloseCase:
    """Done: bytes and key go."""

    item: int


@dataclass(frozen=True)
class LeaveCase:
    """Nothing is typed or seen any more."""


CaseCommand = BeginCase | OpenCase | AskToSee | ShowCase | CloseCase | LeaveCase
CASES = (BeginCase, OpenCase, AskToSee, ShowCase, CloseCase, LeaveCase)


@dataclass(frozen=True)
class CaseMark:
    """An item's open case, for whoever looks the item up.

    ``asked``: a request to see it waits; ``approved``: it may be shown now; ``until`` an ISO date.
    """

    cause: str
    party: str
    until: str
    asked: bool = False
    approved: bool = False


@dataclass(frozen=True)
class CaseView:
    """What stands on the case's page: fields to type into, or what is shown for ``seconds``.

    ``mark`` is repeated across what is shown: whoever photographs it photographs who, where and when.
    """

    item: int
    number: str
    cause: str
    party: str
    shown: bool = False
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    seconds: int = 0
    mark: str = ""
    serial: int = 0
