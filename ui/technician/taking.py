"""A configuration from another counter before it is taken: each value, old and new, in words."""

from __future__ import annotations

from core.config_plan import Note
from core.technician import Taking
from ui.technician.findings import Said
from ui.technician.words import breakable
from ui.text import CHINA, Texts
from ui.transfer_words import line_words, note_words


def lines_of(texts: Texts, taking: Taking) -> list[Said]:
    """Whose file it is, what would change, what stays; or why it is not taken."""
    name = taking.file.rpartition("/")[2]
    many = texts("taking.of_many", number=taking.chosen + 1, count=len(taking.files))
    said = [Said("quiet", "○", breakable(name), many if len(taking.files) > 1 else "")]
    made = taking.plan
    if made is None:
        what, todo = texts.what(taking.fault, taking.facts), texts.todo(taking.fault, taking.facts)
        return [*said, Said("bad", "■", breakable(what), todo)]
    origin, when = made.origin, f"{made.shared.at.astimezone(CHINA):%Y-%m-%d %H:%M}"
    source = texts("transfer.from", terminal=origin.terminal, when=when)
    if origin.known:
        said.append(Said("good", "✓", source, texts("transfer.known")))
    else:
        agreed = "taking.compared" if taking.compared else "transfer.compare"
        tone, sign = ("good", "✓") if taking.compared else ("warn", "▲")
        said.append(Said(tone, sign, source, texts(agreed, fingerprint=origin.fingerprint)))
    for line in made.lines:
        warned = line.note in (Note.ABSENT, Note.ADDRESS)
        tone, sign = ("warn", "▲") if warned else ("quiet", "●")
        said.append(Said(tone, sign, breakable(line_words(texts, line)), note_words(texts, line)))
    for line in made.kept:
        stays = texts("transfer.stays", line=line_words(texts, line))
        said.append(Said("quiet", "–", breakable(stays), note_words(texts, line)))
    if not made.lines:
        said.append(Said("good", "✓", texts("transfer.same")))
    return said


def ready(taking: Taking) -> bool:
    """Whether F9 does anything: writes, or says that the fingerprints agree."""
    return taking.plan is not None and bool(taking.plan.lines)


def compares(taking: Taking) -> bool:
    """Whether the next F9 says that the fingerprints agree, and writes nothing yet."""
    return taking.plan is not None and not taking.plan.origin.known and not taking.compared
