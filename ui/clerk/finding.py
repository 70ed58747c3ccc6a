"""What the catalogue says of the declared contents: which item, which class, why, and on what condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.view import CatalogueHit, VisitView
from ui.clerk.command_bar import NEXT
from ui.clerk.confirmations import REFUSING, RESTRICTED, ConfirmationButton, open_conditions, restricted
from ui.clerk.shortcuts import key_of
from ui.keys import Keyboard
from ui.style import mark, put
from ui.text import Texts

# Action → tone and sign: colour and shape, the word is ``action.<action>``.
SIGNS: Mapping[str, tuple[str, str]] = {
    "refuse_report": ("bad", "■"),
    "refuse": ("bad", "◆"),
    RESTRICTED: ("warn", "▲"),
    "allow": ("good", "●"),
}
_MOST = 6  # reasons that are told one by one; forty characters of contents rarely name more
_ROOMY = 2  # so many stand in body type, more in dense type


def sign_of(action: str, texts: Texts) -> tuple[str, str]:
    """(tone, "▲ restricted") of an action."""
    tone, sign = SIGNS.get(action, ("quiet", "○"))
    return tone, f"{sign} {texts(f'action.{action}')}"


def refusing(visit: VisitView | None) -> Sequence[CatalogueHit]:
    """What has to be refused, the strictest first."""
    return [hit for hit in visit.finding if hit.action in REFUSING] if visit is not None else []


def wanted(visit: VisitView | None) -> bool:
    """Whether the card stands: something has to be refused, or a condition is open."""
    if visit is None or visit.missing == (NEXT,):
        return False
    return bool(refusing(visit) or open_conditions(visit))


def finding_line(visit: VisitView | None, texts: Texts) -> tuple[str, str]:
    """(tone, words) for the line under the contents: a restricted item, and whether its condition is met."""
    named = restricted(visit)
    if not named:
        return "", ""
    names = texts.join([hit.name for hit in named])
    if open_conditions(visit):
        return "warn", f"▲ {texts('finding.open', names=names, key=key_of('condition'))}"
    return "good", f"✓ {texts('finding.confirmed', names=names)}"


def by_reason(hits: Sequence[CatalogueHit], language: str) -> list[tuple[str, str, str]]:
    """(action, names, text) of each reason once: the class of what is refused, else the condition."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for hit in hits:
        text = hit.condition.get(language, "") if hit.action == RESTRICTED else hit.cls.get(language, "")
        if hit.action in REFUSING:
            text = f"{hit.number}\t{text}"
        grouped.setdefault((hit.action, text), []).append(hit.name)
    texts = Texts(language)
    return [(action, texts.join(names), text) for (action, text), names in grouped.items()]


class _Reason(QWidget):
    """One reason: the action, what it is about, and the rule in words."""

    def __init__(self, number: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._action, self._names, self._text = (QLabel(self) for _ in range(3))
        self._action.setProperty("role", "badge")
        self._names.setProperty("role", "semi")
        self._text.setObjectName(f"finding_text_{number}")
        for label in (self._names, self._text):
            label.setWordWrap(True)
        top = QHBoxLayout()
        top.addWidget(self._action)
        top.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self._names)
        layout.addWidget(self._text)

    def show_reason(self, reason: tuple[str, str, str], texts: Texts, *, dense: bool) -> None:
        """Fill it."""
        action, names, text = reason
        tone, word = sign_of(action, texts)
        put(self._action, word)
        mark(self._action, "tone", tone)
        put(self._names, names)
        if "\t" in text:
            number, _, name = text.partition("\t")
            text = texts("finding.class", number=int(number), name=name)
        put(self._text, text)
        mark(self._text, "role", "dense" if dense else "")


class FindingCard(QFrame):
    """The card at the upper right while the contents want a decision."""

    def __init__(self, texts: Texts, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("finding_card")
        self.setProperty("role", "card")
        self._texts = texts
        self._title, self._todo = QLabel(self), QLabel(self)
        self._title.setObjectName("finding_title")
        self._title.setProperty("role", "heading")
        self._reasons = [_Reason(number, self) for number in range(_MOST)]
        self.condition = ConfirmationButton("gate_condition", keyboard, self, wide=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        for label in (self._title, self._todo):
            label.setWordWrap(True)
        layout.addWidget(self._title)
        for reason in self._reasons:
            layout.addWidget(reason)
        layout.addWidget(self._todo)
        layout.addWidget(self.condition)
        layout.addStretch(1)

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts

    def show_view(self, visit: VisitView | None) -> None:
        """The reasons that stand; None, or nothing found: nothing of it stays."""
        texts = self._texts
        refused = refusing(visit)
        hits = refused or restricted(visit)
        reasons = by_reason(hits, texts.language)[:_MOST]
        for at, widget in enumerate(self._reasons):
            widget.setVisible(at < len(reasons))
            shown = reasons[at] if at < len(reasons) else ("allow", "", "")
            widget.show_reason(shown, texts, dense=len(reasons) > _ROOMY)
        report = any(hit.action == "refuse_report" for hit in refused)
        code = "finding.report" if report else "finding.refuse" if refused else "finding.restricted"
        put(self._title, texts(code) if hits else "")
        put(self._todo, texts.todo(code) if hits else "")
        mark(self._title, "about", "bad" if refused else "warn")
        self.condition.show_view(visit, texts)
        self.condition.setVisible(bool(hits) and not refused)
