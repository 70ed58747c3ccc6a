"""Reads a pasted text: what is surest first, each step within what those before it left free."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from core.acceptance.fields import check_phone
from core.acceptance.pasted import MOST_PHONES, PASTED_MAX, Fix, Part, Pasted, Piece, Unsure
from core.acceptance.pasted_marks import (
    Label,
    LabelAt,
    Span,
    is_mark_up,
    is_separator,
    labels,
    noise,
    phone_text,
    phones,
)
from core.errors import RuleError
from core.identity.characters import fold_letters_and_digits, fold_width, is_hanzi, tidy_spaces
from core.identity.names import clean_name
from core.regions.place import Doubt, Place, recognise
from core.rule_data import Rules


def read_pasted(text: str, rules: Rules, *, sender: bool = False, phone: int = 0) -> Pasted:
    """Read at most :data:`PASTED_MAX` characters.

    ``sender``: of a text with both parties the sender's part counts.  ``phone``: which of several numbers
    is taken.
    """
    return _Reader(text[:PASTED_MAX], rules, sender=sender, phone=phone).read()


_CHUNK_ENDS = frozenset('\n\t,;|。、[]{}"【】')
_NAME = re.compile(r"[A-Za-z][A-Za-z.'\- ]{1,40}[A-Za-z.]")
_SPREAD = re.compile(r"\S(?: \S){1,3}")  # 示 例 甲
_TITLE = re.compile(r"[ (]*(?:收件|收启|亲收|亲启|收|启)[ )]*$")
_NOT_NAMES = frozenset(
    "路街道号栋幢楼室层座弄巷村镇乡区县市省旗盟组队院园苑城厦店铺场库站所局校厂司馆屯庄里坊桥湾港岛府邸居寓轩阁庭广"
)
_NO_NAME = frozenset(
    ("您好", "你好", "谢谢", "收件", "寄件", "快递", "地址", "电话", "手机", "姓名", "中国", "发货", "麻烦")
)
_ADDRESS_WORD = re.compile("[路街道巷弄村镇乡区县市省号栋幢楼室座苑园城厦组]")
_END_NAME = re.compile("(?<=[号室栋楼座层户铺店元0-9])[\u4e00-\u9fff]{2,3}$")
_BRACKETED = re.compile(r"[\[(【][0-9]{3,6}[\])】]")
_POSTCODE = re.compile(r"(?<![0-9A-Za-z])[0-9]{6}(?![0-9A-Za-z])")
_BOTH = re.compile(
    "(?P<sender>寄件|发件|发货|寄货|寄方|sender)|(?P<recipient>收件|收货|收方|recipient|consignee)",
    re.IGNORECASE,
)
_MOST_HEAD = 4
_MOST_CHUNKS, _NEAR, _FAR = 40, 12, 100  # where an address may begin, and how far its region is looked for


class _Reader:
    """One text on its way.  ``kinds`` says of each character of the narrow text what it became."""

    def __init__(self, text: str, rules: Rules, *, sender: bool, phone: int) -> None:
        self._original, self._rules = text, rules
        self._sender, self._chosen = sender, phone
        self._at: list[int] = []  # place in the original of each character here
        self.text = self._narrow(text)
        self.kinds: list[Part | None] = [None] * len(self.text)
        self._labels: list[LabelAt] = []
        self._values: list[tuple[Label, Span]] = []
        self._fixes: dict[Part, tuple[str, ...]] = {}
        self._doubts: dict[Part, str] = {}

    def _narrow(self, text: str) -> str:
        """The text as it is looked at: without noise, narrow, lines ended one way."""
        hidden, kept = noise(text), list[str]()
        for at, char in enumerate(fold_width(text)):
            if hidden[at]:
                if is_mark_up(text[at]) and (at == 0 or not hidden[at - 1] or text[at - 1] in ">;"):
                    kept.append("\n")
                    self._at.append(-1)
                continue
            kept.append("\n" if char == "\r" else char)
            self._at.append(at)
        return "".join(kept)

    def read(self) -> Pasted:
        """Everything, step by step: what is surest first."""
        self._take_party()
        self._take_labels()
        numbers = self._take_phones()
        self._take_postcodes()
        place, region, street = self._take_address()
        name = self._take_name()
        if not name:
            name, street = self._glued_behind(street)
        return Pasted(self._pieces(), name, numbers, region, street, place, self._fixes, self._doubts)

    # -- what is free, and taking it -------------------------------------------------------------

    def _free(self, span: Span | None = None) -> list[Span]:
        """The stretches that became nothing yet, parted at separators and at what was taken."""
        start, end = (span.start, span.end) if span else (0, len(self.text))
        found, at = list[Span](), None
        for index in range(start, end + 1):
            ends = index == end or self.kinds[index] is not None or self.text[index] in _CHUNK_ENDS
            if at is None and not ends:
                at = index
            elif at is not None and ends:
                found.append(self._trimmed(Span(at, index)))
                at = None
        return [each for each in found if each.start < each.end]

    def _trimmed(self, span: Span) -> Span:
        start, end = span.start, span.end
        while start < end and (self.text[start].isspace() or self.text[start] in ":.!?"):
            start += 1
        while end > start and (self.text[end - 1].isspace() or self.text[end - 1] in ":.!?"):
            end -= 1
        return Span(start, end)

    def _words(self, span: Span | None = None) -> list[Span]:
        """The free stretches, parted at blanks too."""
        return [
            Span(chunk.start + word.start(), chunk.start + word.end())
            for chunk in self._free(span)
            for word in re.finditer(r"\S+", self.text[chunk.start : chunk.end])
        ]

    def _mark(self, span: Span, part: Part) -> None:
        for index in range(span.start, span.end):
            if self.kinds[index] is None:
                self.kinds[index] = part

    def _raw(self, span: Span) -> str:
        """As it was written."""
        return "".join(self._original[at] for at in self._at[span.start : span.end] if at >= 0)

    def _pieces(self) -> tuple[Piece, ...]:
        kinds: list[Part] = [Part.HIDDEN] * len(self._original)
        for at, part, char in zip(self._at, self.kinds, self.text, strict=True):
            if at >= 0:
                kinds[at] = part or (Part.SEPARATOR if is_separator(char) else Part.LEFT)
        runs = groupby(range(len(kinds)), key=kinds.__getitem__)
        return tuple(Piece(part, "".join(self._original[at] for at in run)) for part, run in runs)

    # -- what is sure ----------------------------------------------------------------------------

    def _take_party(self) -> None:
        """Of a text with both parties the other one's lines are left."""
        starts = [
            (each.span.start, match.lastgroup)
            for each in labels(self.text)
            if (match := _BOTH.match(each.word)) is not None
        ]
        if len({who for _, who in starts}) < 2:
            return
        mine = "sender" if self._sender else "recipient"
        ends = [start for start, _ in starts[1:]] + [len(self.text)]
        for (start, who), end in zip(starts, ends, strict=True):
            if who != mine:
                self._mark(Span(start, end), Part.PARTY)

    def _take_labels(self) -> None:
        self._labels = [each for each in labels(self.text) if self.kinds[each.span.start] is None]
        ends = [each.span.start for each in self._labels[1:]] + [len(self.text)]
        for each, end in zip(self._labels, ends, strict=False):
            line = self.text.find("\n", each.span.end, end)
            end = line if line >= 0 else end
            value = Span(each.span.end, end)
            if each.label is Label.OTHER:
                self._mark(Span(each.span.start, end), Part.LEFT)
            else:
                self._mark(each.span, Part.LABEL)
                self._values.append((each.label, value))

    def _take_phones(self) -> tuple[str, ...]:
        blank = self._blanked()
        spans = list(phones(blank))
        labelled = [value for label, value in self._values if label is Label.PHONE]
        for value in labelled:
            if not any(value.holds(span.start) for span in spans):
                spans += [
                    span
                    for span in self._words(value)[:1]
                    if re.search("[0-9]{5}", blank[span.start : span.end])
                ]
        spans.sort(key=lambda span: (not any(value.holds(span.start) for value in labelled), span.start))
        numbers = {self._number(span): span for span in reversed(spans[:MOST_PHONES])}
        order = list(reversed(numbers))
        order.sort(key=lambda number: not re.match("1[3-9]", number))
        if not order:
            return ()
        first = order.pop(self._chosen % len(order))
        chosen = numbers[first]
        if "-" in first:  # order platforms write the extension behind name and street, too
            for match in _BRACKETED.finditer(blank):
                self._mark(Span(match.start(), match.end()), Part.LEFT)
        for span in spans[:MOST_PHONES]:
            self._mark(span, Part.PHONE if self._number(span) == first else Part.LEFT)
        raw = self._raw(chosen)
        self._fix(Part.PHONE, (Fix.WIDTH, fold_width(raw) != raw), (Fix.FORM, first != fold_width(raw)))
        if self._number_fault(chosen):
            self._doubts[Part.PHONE] = Unsure.FORM
        elif order:
            self._doubts[Part.PHONE] = Unsure.SEVERAL
        return (first, *order)

    def _number(self, span: Span) -> str:
        text = phone_text(self.text[span.start : span.end])
        try:
            return check_phone(text, self._rules)
        except RuleError:
            return text.strip()

    def _number_fault(self, span: Span) -> bool:
        try:
            check_phone(phone_text(self.text[span.start : span.end]), self._rules)
        except RuleError:
            return True
        return False

    def _blanked(self) -> str:
        """The text with everything that was taken as line ends."""
        return "".join("\n" if kind else char for char, kind in zip(self.text, self.kinds, strict=True))

    def _take_postcodes(self) -> None:
        blank = self._blanked()
        for match in _POSTCODE.finditer(blank):
            before, after = blank[match.start() - 1 : match.start()], blank[match.end() : match.end() + 1]
            alone = (not before or is_separator(before)) and (not after or is_separator(after))
            if alone or any(
                label is Label.POSTCODE and value.holds(match.start()) for label, value in self._values
            ):
                self._mark(Span(match.start(), match.end()), Part.POSTCODE)

    # -- the address -----------------------------------------------------------------------------

    def _take_address(self) -> tuple[Place | None, str, str]:
        labelled = [value for label, value in self._values if label is Label.ADDRESS]
        names = [value for label, value in self._values if label is Label.NAME]
        chunks = [chunk for value in labelled for chunk in self._free(value)] or self._free()
        if names and not labelled:
            named = [words[0] for value in names if (words := self._words(value))]
            chunks = [
                Span(
                    max((name.end for name in named if chunk.holds(name.start)), default=chunk.start),
                    chunk.end,
                )
                for chunk in chunks
            ]
            chunks = [chunk for chunk in map(self._trimmed, chunks) if chunk.start < chunk.end]
        found = self._best_place(chunks, anywhere=not labelled)
        if found is None:
            return self._without_region(chunks, labelled=bool(labelled))
        index, start, place, where = found
        if start > chunks[index].start and not is_separator(self.text[start - 1]):
            self._doubts[Part.NAME] = Unsure.GUESSED
        region_end = min(where[place.end - 1] + 1, len(self.text))
        while region_end > start and is_separator(self.text[region_end - 1]):
            region_end -= 1
        self._mark(Span(start, region_end), Part.REGION)
        self._say_region(place)
        street = self._street(chunks[index:], after=region_end)
        region = (
            place.region.full_name
            if place.likely and place.region
            else tidy_spaces(self._raw(Span(start, region_end)))
        )
        return place, region, street

    def _best_place(
        self, chunks: Sequence[Span], *, anywhere: bool
    ) -> tuple[int, int, Place, list[int]] | None:
        """(chunk, start, region, where each of its characters stands) of the best region there is."""
        best: tuple[tuple[int, int, int], tuple[int, int, Place, list[int]]] | None = None
        for index, chunk in enumerate(chunks[:_MOST_CHUNKS]):
            where = [at for each in chunks[index : index + _NEAR] for at in range(each.start, each.end + 1)][
                :_FAR
            ]
            text = "".join(
                self.text[at] if at < len(self.text) and self.kinds[at] is None else " " for at in where
            )
            known = False
            for head, start in enumerate(self._starts(chunk, anywhere=anywhere)):
                skip = start - chunk.start
                place = recognise(text[skip:], self._rules.regions)
                if head and known:
                    break  # the chunk itself begins with a region: nothing is a name before it
                known = place.region is not None or place.doubt is Doubt.AMBIGUOUS
                if place.region is None or (head and not place.certain and place.doubt is not Doubt.MISMATCH):
                    continue
                rank = (place.doubt is Doubt.NONE, not place.loose, len(place.region.code) - min(skip, 2))
                if best is None or rank > best[0]:
                    best = rank, (index, start, place, where[skip:])
        return best[1] if best else None

    def _starts(self, chunk: Span, *, anywhere: bool) -> list[int]:
        """Where an address may begin: with the chunk, with a word of it, or behind a name without a blank."""
        words = [word.start for word in self._words(chunk)][:_MOST_HEAD] or [chunk.start]
        if not anywhere:
            return words[:1]
        glued = list[int]()
        for head in range(1, _MOST_HEAD + 1):
            at = chunk.start + head
            if at < chunk.end and all(map(is_hanzi, self.text[chunk.start : at])):
                glued.append(at)
        return [*words, *(at for at in glued if at not in words)]

    def _say_region(self, place: Place) -> None:
        if place.corrections and place.likely:
            self._fixes[Part.REGION] = tuple(correction.value for correction in place.corrections)
        if place.doubt is not Doubt.NONE or place.loose:
            self._doubts[Part.REGION] = place.doubt.value or Unsure.GUESSED

    def _without_region(self, chunks: Sequence[Span], *, labelled: bool) -> tuple[Place | None, str, str]:
        """What looks like an address without a region that is known."""
        scored = [
            (len(_ADDRESS_WORD.findall(self.text[chunk.start : chunk.end])), index)
            for index, chunk in enumerate(chunks)
            if labelled or _ADDRESS_WORD.search(self.text[chunk.start : chunk.end])
        ]
        if not scored:
            return None, "", ""
        index = 0 if labelled else max(scored, key=lambda pair: (pair[0], -pair[1]))[1]
        place = recognise(self.text[chunks[index].start : chunks[index].end], self._rules.regions)
        self._say_region(place)
        start = chunks[index].start
        words = self._words(chunks[index])
        if not labelled and len(words) > 1 and self._may_be_name(words[0]):
            start = words[1].start
        street = self._street([Span(start, chunks[index].end), *chunks[index + 1 :]], after=start)
        return place, "", street

    def _street(self, chunks: Sequence[Span], *, after: int) -> str:
        """The rest of the address, up to what is a name."""
        words = [word for chunk in chunks for word in self._words(chunk) if word.end > after]
        words = [Span(max(word.start, after), word.end) for word in words]
        stop = self._name_among(words)
        taken = list[Span]()
        for word in words[:stop]:
            word = self._trimmed(word)
            if word.start < word.end and not (
                len(taken) == 0 and self.text[word.start : word.end].strip("-/、·") == ""
            ):
                self._mark(word, Part.STREET)
                taken.append(word)
        raw = " ".join(self._raw(word) for word in taken)
        street = tidy_spaces(fold_letters_and_digits(raw))
        self._fix(Part.STREET, (Fix.WIDTH, street != tidy_spaces(raw)), (Fix.SPACES, tidy_spaces(raw) != raw))
        return street

    def _name_among(self, words: Sequence[Span]) -> int:
        """Which of the words after a region is the name; their number where none is."""
        if any(label is Label.NAME for label, _ in self._values):
            return len(words)
        if self._name_before(words[0].start if words else 0):
            return len(words)
        last = [
            at for at, word in enumerate(words) if self._may_be_name(word) and (at > 0 or len(words) == 1)
        ]
        beside = [at for at in last if self._beside_phone(words[at])]
        return (beside or last[-1:] or [len(words)])[0]

    def _name_before(self, start: int) -> bool:
        return any(word.end <= start and self._may_be_name(word) for word in self._words())

    def _beside_phone(self, word: Span) -> bool:
        """Whether nothing but separators lies between it and the number that is taken."""
        before, after = word.start - 1, word.end
        while before >= 0 and is_separator(self.text[before]):
            before -= 1
        while after < len(self.text) and is_separator(self.text[after]):
            after += 1
        edges = [at for at in (before, after) if 0 <= at < len(self.text)]
        return any(self.kinds[at] is Part.PHONE for at in edges)

    # -- the name --------------------------------------------------------------------------------

    def _may_be_name(self, span: Span) -> bool:
        text = _TITLE.sub("", self.text[span.start : span.end])
        if _NAME.fullmatch(text):
            return True
        text = text.replace(" ", "") if _SPREAD.fullmatch(text) else text
        parts = re.split("[·•.]", text)
        if text in _NO_NAME or not all(part and all(map(is_hanzi, part)) for part in parts):
            return False
        return (2 <= len(text) <= 4 and text[-1] not in _NOT_NAMES) or 2 <= len(parts) <= 6

    def _take_name(self) -> str:
        labelled = [value for label, value in self._values if label is Label.NAME]
        for value in labelled:
            chunk = next(iter(self._free(value)), None)
            if chunk is not None:
                words = self._words(chunk)
                whole = _NAME.fullmatch(self.text[chunk.start : chunk.end]) is not None
                return self._named(chunk if whole else words[0])
        candidates = [chunk for chunk in self._free() if self._may_be_name(chunk)]
        words = candidates or [word for word in self._words() if self._may_be_name(word)]
        if words:
            words.sort(key=lambda word: (not self._beside_phone(word), word.start))
            return self._named(words[0])
        return ""

    def _glued_behind(self, street: str) -> tuple[str, str]:
        """(name, street): a name right behind the street, without a blank, where a number follows it."""
        end = max((at for at, kind in enumerate(self.kinds) if kind is Part.STREET), default=-1) + 1
        start = end
        while start > 0 and self.kinds[start - 1] is Part.STREET:
            start -= 1
        match = _END_NAME.search(self.text[start:end])
        if match is None or match.group()[-1] in _NOT_NAMES or not self._beside_phone(Span(start, end)):
            return "", street
        self._doubts[Part.NAME] = Unsure.GUESSED
        name = Span(start + match.start(), end)
        self.kinds[name.start : name.end] = [None] * (name.end - name.start)
        return self._named(name), street[: -len(match.group())].rstrip()

    def _named(self, span: Span) -> str:
        title = _TITLE.search(self.text[span.start : span.end])
        if title is not None and title.start() > 0:
            self._mark(Span(span.start + title.start(), span.end), Part.LABEL)
            span = Span(span.start, span.start + title.start())
        self._mark(span, Part.NAME)
        raw = self._raw(span)
        name = clean_name(raw)
        self._fix(
            Part.NAME,
            (Fix.WIDTH, fold_width(raw) != raw),
            (Fix.SPACES, name != fold_width(raw)),
            (Fix.TITLE, title is not None),
        )
        return name

    def _fix(self, part: Part, *found: tuple[Fix, bool]) -> None:
        fixes = tuple(fix.value for fix, is_so in found if is_so)
        if fixes:
            self._fixes[part] = fixes
