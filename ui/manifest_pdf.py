"""The manifest of a bag as a PDF, A4, in the language of whoever asked; needs no window."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from core.ledger.manifest import Listed, Manifest
from core.manifest import ManifestPage
from ui.paper_pdf import Modules, made_pdf, signed_foot, table
from ui.text import Texts

COLUMNS = ("place", "number", "weight", "operator")
_BESIDE = 2  # items beside each other on the page


def draw(page: ManifestPage, code: Modules, texts: Texts) -> bytes:
    """The file's bytes; as many pages as it takes."""
    title = f"{texts('manifest.title')} {page.slip.terminal} {page.slip.bag}"
    return made_pdf(html(page, texts), title, code)


def html(page: ManifestPage, texts: Texts) -> str:
    """What it says."""
    parts = [*_head(page, texts), *_items(page.slip, texts), *_foot(page, texts)]
    return f"<html><body>{''.join(parts)}</body></html>"


def _head(page: ManifestPage, texts: Texts) -> Iterable[str]:
    found = page.slip
    yield f"<h1>{escape(texts('manifest.title'))}</h1>"
    yield table([(escape(found.branch), f"<b>{escape(found.terminal)}</b>")])
    big = (found.bag, found.seal, str(len(found.items)), f"{found.weight_g / 1000:.3f} kg")
    heads = [texts(f"manifest.{name}") for name in ("bag", "seal", "count", "total")]
    yield table([[f"<span class='big'>{escape(each)}</span>" for each in big]], heads)
    to = page.to.get(texts.language, found.to)
    sealed = texts("manifest.sealed", when=found.at, operator=found.by)
    yield table([(f"<b>{escape(texts('manifest.to', name=to))}</b>", escape(sealed))])


def _items(found: Manifest, texts: Texts) -> Iterable[str]:
    yield f"<h2>{escape(texts('manifest.items'))}</h2>"
    cells = [_item(place, each) for place, each in enumerate(found.items, 1)]
    down = -(-len(cells) // _BESIDE)
    columns = [cells[at : at + down] for at in range(0, len(cells), max(1, down))]
    rows = [sum((column[at] for column in columns if at < len(column)), start=list[str]())
            for at in range(down)]  # fmt: skip
    yield table(rows, [texts(f"manifest.head.{name}") for name in COLUMNS] * max(1, len(columns)))


def _item(place: int, each: Listed) -> list[str]:
    weight = f"{each.weight_g} g" if each.weight_g else "—"
    return [escape(text) for text in (str(place), each.number, weight, each.operator)]


def _foot(page: ManifestPage, texts: Texts) -> Iterable[str]:
    found = page.slip
    yield f"<h2>{escape(texts('manifest.entry', seq=found.closed.seq))}</h2>"
    yield table([(escape(texts("manifest.hash")), found.closed.hash.hex())], cell="mono")
    told = (texts("slip.made", operator=page.by, when=page.at), texts("manifest.scan"), texts("slip.whole"))
    yield signed_foot((texts("manifest.sign"), texts("manifest.sign_taken")), told)
