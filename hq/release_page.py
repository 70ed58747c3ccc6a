"""What leaves the house for an organ or a partner: one page with the fields, and a receipt that has none."""

from __future__ import annotations

import datetime as dt
import html
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from core import wire
from core.ledger.clock import minute
from core.ledger.disclosures import Way
from hq.person_copy import STYLE, WORDS, write_private
from hq.publishing import RESOURCES

# Chinese, as everything that goes to an organ or a partner.
_FIELDS = {
    "sender_name": "寄件人姓名", "sender_phone": "寄件人电话", "sender_address": "寄件人地址",
    "sender_document": "寄件人证件", "recipient_name": "收件人姓名", "recipient_phone": "收件人电话",
    "recipient_address": "收件人地址", "item": "邮件",
}  # fmt: skip
_TEXTS = {
    Way.LAWFUL: (("document", "文书编号"), ("first_name", "人员一"), ("first_card", "工作证件号"),
                 ("second_name", "人员二"), ("second_card", "工作证件号")),
    Way.SHARING: (("document", "《客户信息共享申请表》编号"), ("first_name", "联系人"),
                  ("first_card", "联系方式")),
}  # fmt: skip
_TERMS = {
    Way.LAWFUL: "仅供上述机关依法办理所列事项使用，并依法保密。",
    Way.SHARING: "仅限所列用途和范围使用，不得再向他人提供；用毕删除。接收方对信息负同等保护义务。",
}
_MISSING = "无记录，或尚未核出"


@dataclass(frozen=True)
class Release:
    """One release.  ``number``: of headquarters' publication; ``given`` and ``witness``: administrators."""

    reference: str
    number: int
    way: Way
    recipient: str
    basis: str
    purpose: str
    texts: Mapping[str, str]
    fields: Mapping[str, Mapping[str, Any]]
    given: str
    witness: str
    at: dt.datetime


def write_release(path: Path, release: Release) -> str:
    """The file, 0600, never one that is there; SHA-256 of it, base64url.  Raises StoreError IO.

    Bytes that nobody can guess stand in it, so that the digest in the log tells nobody what was given.
    """
    page = _page(release)
    write_private(path, page)
    return wire.b64(sha256(page.encode("utf-8")).digest())


def _page(one: Release) -> str:
    head = _table(
        [
            ("提供编号", f"总部 {one.number}"), ("柜台登记编号", one.reference), ("接收方", one.recipient),
            ("依据", one.basis), ("用途", one.purpose),
            ("提供人", one.given), ("见证人", one.witness),
            ("时间", minute(one.at)),
        ]
    )  # fmt: skip
    people = _table([(word, one.texts.get(name, "")) for name, word in _TEXTS[one.way]])
    given = _table([row for name, values in one.fields.items() for row in _rows(name, values)])
    names = "、".join(_FIELDS[name] for name in one.fields)
    title = "协助查询结果" if one.way is Way.LAWFUL else "客户信息共享"
    receipt = (
        f'<h1 style="break-before:page">{title}：签收存档联</h1>{head}{people}'
        f"<p>范围：{html.escape(names)}（本联不含客户信息）</p><p>{_TERMS[one.way]}</p>"
        "<p>接收人签名：________________　日期：____________</p>"
        "<p>提供人签名：________________　见证人签名：________________</p>"
    )
    return (
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{title}</title>'
        f"<!-- {secrets.token_hex(32)} --><style>{STYLE}</style><h1>{title}</h1>{head}<h2>提供的信息</h2>"
        f"{given}<p>{_TERMS[one.way]}</p>{receipt}</html>"
    )


def _rows(name: str, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    word = _FIELDS[name]
    if len(values) == 1:
        return [(word, _text(next(iter(values.values()))))]
    named = {**values, "document": _kinds().get(str(values.get("document")), values.get("document"))}
    return [(f"{word}：{WORDS.get(key, key)}", _text(named[key])) for key in values]


@lru_cache(maxsize=1)
def _kinds() -> dict[str, str]:
    """What receipts call each kind of document."""
    words = tomllib.loads((RESOURCES / "receipts" / "words.toml").read_text("utf-8"))
    return dict(words["document"])


def _text(value: object) -> str:
    return _MISSING if value in (None, "") else str(value)


def _table(rows: list[tuple[str, str]]) -> str:
    cells = (f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>" for name, value in rows)
    return f"<table>{''.join(cells)}</table>"
