"""Ctrl+I: personal data leaked, was lost or altered, or may have been; the plan first (R94, R95)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.commands import Command
from core.errors import Fact
from core.incidents import (
    AssessIncident,
    IncidentsView,
    IncidentView,
    JoinIncident,
    NoteMeasure,
    NoteTold,
    OpenIncident,
    ReportIncident,
    ReviewIncident,
)
from core.ledger.complaints import How
from core.ledger.incidents import To
from ui.clerk.choices import Answer, Line, Question, Typing
from ui.clerk.complaint import left_of
from ui.text import Texts

NAMES = (
    "incident", "incident_kind", "incident_one", "incident_data", "incident_cause", "incident_harm",
    "incident_persons", "incident_measure", "incident_to", "incident_how", "incident_lesson",
)  # fmt: skip
QUESTIONS = tuple(Question(name, ()) for name in NAMES)  # for whoever counts sentences
STEPS = ("assess", "measure", "review", "closed")
_OPEN, _MOST = 7, 9


def incident_question(view: IncidentsView, texts: Texts) -> Question:
    """A new one by one more digit; those that are open, and today's reviewed ones."""
    kinds = (
        Answer("answer.reason", OpenIncident(code), {"name": names[texts.language]})
        for code, names in view.kinds.items()
    )
    answers = [Answer("answer.incident_new", Question("incident_kind", tuple(kinds)))]
    listed = [*view.open, *view.closed][:_OPEN]
    answers += [Answer(_line(one, texts)[0], _one(view, one, texts), _line(one, texts)[1]) for one in listed]
    return Question("incident", tuple(answers), _plan(view, texts), {"count": len(view.open)})


def open_lines(view: IncidentsView, texts: Texts) -> tuple[Line, ...]:
    """What the day close names and never waits for."""
    return tuple(_line(one, texts) for one in view.open[:_OPEN])


def _plan(view: IncidentsView, texts: Texts) -> tuple[Line, ...]:
    steps = enumerate(view.plan, start=1)
    return tuple(
        ("line.incident_plan", {"count": number, "text": step[texts.language]}) for number, step in steps
    )


def _one(view: IncidentsView, one: IncidentView, texts: Texts) -> Question:
    facts: dict[str, Fact] = {"reference": one.reference}
    answers: list[Answer] = []
    if one.mine and not one.closed:
        answers.append(Answer("answer.incident_told", _told(one)))
        answers.append(Answer("answer.incident_assess", _assess(view, one, texts)))
        left = {code: names for code, names in view.measures.items() if code not in one.measures}
        answers.append(Answer("answer.incident_measure", _choose(
            "incident_measure", left, texts, facts, lambda code: NoteMeasure(one.incident, code)
        )))  # fmt: skip
    elif not one.closed:
        answers.append(Answer("answer.incident_join", JoinIncident(one.incident)))
    if one.review:
        answers.append(Answer("answer.incident_review", _choose(
            "incident_lesson", view.lessons, texts, facts, lambda code: ReviewIncident(one.incident, code)
        )))  # fmt: skip
    answers.append(Answer("answer.exception_file", ReportIncident(one.incident)))
    lines: list[Line] = [_line(one, texts), ("line.incident_team", {"text": "、".join(one.team)})]
    lines += [("line.incident_told", {"to": f"incident_to.{each}"}) for each in one.told]
    return Question("incident_one", tuple(answers), tuple(lines), facts)


def _told(one: IncidentView) -> Question:
    """Whom; then how."""

    def hows(to: To) -> Question:
        answers = (
            Answer(f"complaint_how.{how.value}", NoteTold(one.incident, to.value, how.value)) for how in How
        )
        return Question("incident_how", tuple(answers))

    return Question("incident_to", tuple(Answer(f"incident_to.{to.value}", hows(to)) for to in To))


def _assess(view: IncidentsView, one: IncidentView, texts: Texts) -> Question:
    """Which data, what cause, what harm, one digit each; then how many persons."""
    facts: dict[str, Fact] = {"reference": one.reference}

    def persons(data: str, cause: str, harm: str) -> Question:
        typing = Typing(
            one.incident, "count", texts("incident.persons"),
            lambda typed: AssessIncident(one.incident, data, cause, harm, typed),
        )  # fmt: skip
        unknown = Answer("answer.incident_unknown", AssessIncident(one.incident, data, cause, harm))
        return Question("incident_persons", (unknown,), (), facts, types=typing)

    def harms(data: str, cause: str) -> Question:
        return _choose("incident_harm", view.harms, texts, facts, lambda harm: persons(data, cause, harm))

    def causes(data: str) -> Question:
        return _choose("incident_cause", view.causes, texts, facts, lambda cause: harms(data, cause))

    return _choose("incident_data", view.data, texts, facts, causes)


def _choose(
    name: str,
    listed: Mapping[str, Mapping[str, str]],
    texts: Texts,
    facts: Mapping[str, Fact],
    then: Callable[[str], Command | Question],
) -> Question:
    answers = (
        Answer("answer.reason", then(code), {"name": names[texts.language]}) for code, names in listed.items()
    )
    return Question(name, tuple(answers)[:_MOST], (), facts)


def _line(one: IncidentView, texts: Texts) -> Line:
    """What has to be done next, and what is left of the clock."""
    facts: dict[str, Fact] = {"name": one.names[texts.language], "reference": one.reference.split(" ")[-1]}
    if one.closed or one.step != "tell":
        return f"line.incident_{'closed' if one.closed else one.step}", facts
    facts |= {"when": one.due[5:], "left": left_of(one.left, texts)}
    return f"line.incident_tell_{one.state}", facts
