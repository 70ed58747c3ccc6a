"""What a person agrees to by itself (单独同意), and a child's guardian: commands and views.

The mandatory identity check needs no consent (PIPL 13(三)); what goes beyond it does, each asked singly,
never ticked beforehand, refused without any harm (PIPL 14, 16, 23; 快递市场管理办法 35), and withdrawn as
easily as given (PIPL 15).  Under 14 the guardian consents (PIPL 31).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Lines = Mapping[str, tuple[tuple[str, str], ...]]  # by language: (heading, text)


class Answered(StrEnum):
    """What a person said to one consent; codes go into the journal."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # given before, and no longer


@dataclass(frozen=True)
class AnswerConsent:
    """What the person said to one consent, and how (an ``Acknowledgement`` code).

    ``version`` is the text that stood on the screen; ``item`` the item whose sender she is, found by a
    look-up, 0 for the visit on the screen.
    """

    consent: str
    version: str
    answer: Answered
    how: str
    item: int = 0


@dataclass(frozen=True)
class AskConsents:
    """What the sender of an accepted item agreed to: it is told in the next view."""

    item: int


@dataclass(frozen=True)
class GuardianAgrees:
    """The guardian was told ``version`` of the text for guardians and agrees: relation, and how."""

    relation: str
    version: str
    how: str


@dataclass(frozen=True)
class ConsentView:
    """One consent as it may be asked now; ``answer`` "" while nobody was asked.  Texts by language."""

    code: str
    version: str
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    answer: str = ""
    how: str = ""
    day: str = ""  # of the answer, where an entry holds it


@dataclass(frozen=True)
class GuardianView:
    """What a child's guardian is told, and which relations there are; ``relation`` "" until she agreed."""

    version: str
    told: Lines
    relations: Mapping[str, Mapping[str, str]]  # code → language → name
    relation: str = ""


@dataclass(frozen=True)
class SaidView:
    """Beside the notice: separate consents, and the guardian where the sender is a child.

    ``told_on``: the day (ISO) on which probably the same person was told this very version before, "" where
    none is known.
    """

    consents: tuple[ConsentView, ...] = ()
    guardian: GuardianView | None = None
    told_on: str = ""


@dataclass(frozen=True)
class ItemConsents:
    """What the sender of an accepted item said; ``may_give``: her document was placed for this look-up."""

    item: int
    consents: tuple[ConsentView, ...] = field(default_factory=tuple)
    may_give: bool = False
