"""The slip for whoever has no acceptable document."""

from __future__ import annotations

import pytest

from core.acceptance.gates import visit_view
from core.acceptance.labels import Imprint
from core.acceptance.slips import no_paper_slip
from core.identity.card import DocumentKind
from tests.core.acceptance.people import RULES, TODAY, fresh

pytestmark = pytest.mark.requirement("R38")


def test_the_slip_says_what_would_do_and_names_nobody() -> None:
    slip = no_paper_slip(RULES, "520100-01", TODAY)
    assert set(slip.documents) == {kind.value for kind in DocumentKind}
    assert (slip.day, slip.rules) == ("2026-11-21", RULES.version)
    view = visit_view(fresh(), TODAY, RULES, Imprint("520100-01", "OP10001"))
    assert view.documents == slip.documents
