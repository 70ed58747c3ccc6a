"""What was found about one visit, kept beside it: a value never changes, so neither does its judgement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from core.rule_data import Rules

_T = TypeVar("_T")


class Found:
    """Gates, view, label and record ask the same questions: each is answered once.

    An answer holds under one edition of the rules: asked with another, everything is found anew.
    """

    __slots__ = ("_rules", "_values")

    def __init__(self) -> None:
        self._rules: Rules | None = None
        self._values: dict[object, Any] = {}

    def under(self, rules: Rules, what: object, find: Callable[[], _T]) -> _T:
        """The answer to ``what``, from ``find`` the first time."""
        if self._rules is not rules:
            self._rules, self._values = rules, {}
        if what not in self._values:
            self._values[what] = find()
        value: _T = self._values[what]
        return value
