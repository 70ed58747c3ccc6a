"""The commands of what is done beside an acceptance, grouped by whom it concerns.

``core.commands.Command`` takes both groups; the command of a new duty joins one of them here.
"""

from __future__ import annotations

from core.blocking import BlockCommand
from core.breaching import WarningCommand
from core.complaints import ComplaintCommand
from core.consents import AnswerConsent, AskConsents, GuardianAgrees
from core.disclosing import DisclosureCommand
from core.dispatch import DispatchCommand
from core.handover import TakeOver
from core.incidents import IncidentCommand
from core.item_exceptions import ExceptionCommand
from core.late import LateCommand
from core.notify import AskNotify
from core.own_evidence import KeepEvidence
from core.paper_forms import PaperFormCommand
from core.paper_pictures import PictureCommand
from core.persons import PersonsCommand
from core.seeing import CaseCommand
from core.shift import ShiftCommand
from core.slips import FileCommand
from core.stocktaking import StocktakeCommand

CustomerCommand = (
    AnswerConsent | AskConsents | GuardianAgrees | CaseCommand | AskNotify | DisclosureCommand | BlockCommand
    | PersonsCommand | ComplaintCommand | ExceptionCommand | WarningCommand
    | PictureCommand
)  # fmt: skip
BranchCommand = (
    IncidentCommand | LateCommand | KeepEvidence | FileCommand | PaperFormCommand | TakeOver
    | DispatchCommand | ShiftCommand | StocktakeCommand
)  # fmt: skip
