"""A person's copy of her own data (PIPL 45): what the opening service opens for it, and its file."""

from __future__ import annotations

import html
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from core.errors import HqError, HqFault, RuleError, RuleFault, StoreError, StoreFault
from core.ledger import persons as ledger
from core.ledger.persons import Right
from hq.followed import state_of

# Chinese, as everything that a person takes home; what has no word here keeps its name.
WORDS = {
    "sender": "寄件人", "recipient": "收件人", "item": "邮件", "contact": "联系方式", "principal": "委托人",
    "document": "证件种类", "number": "证件号码", "name": "姓名", "phone": "电话", "address": "地址",
    "organisation": "单位", "organisation_code": "单位代码", "agreement": "协议编号", "waybill": "运单号",
    "contents": "内件", "quantity": "数量", "weight_g": "重量（克）", "fee_cents": "资费（分）",
    "payment": "付款方式",
    "kind": "寄件类型", "weight_source": "重量来源", "fee_source": "资费来源", "payment_source": "付款来源",
}  # fmt: skip
STYLE = "body{font-family:sans-serif;max-width:46em;margin:2em auto}th{text-align:left;padding-right:2em}"


def items_to_copy(connection: Connection, terminal: str, request: str) -> list[int]:
    """The items of an open request for a copy; raises RuleError REQUEST_GONE."""
    state = state_of(connection, terminal)
    row = ledger.open_of(state.value).get(request) if state is not None else None
    if row is None or row["right"] != Right.COPY:
        raise RuleError(RuleFault.REQUEST_GONE)
    return list(dict.fromkeys(int(item) for item, _ in row["about"]))


def need_one_person(found: Sequence[Mapping[str, Any]]) -> None:
    """A counter finds a person's items by a hint that strangers share: all have one document, or none is
    given out.  Raises HqError CONFLICT."""
    seen = set()
    for each in found:
        for part in each["parts"]:
            sender = part.get("sender") if isinstance(part, dict) else None
            if isinstance(sender, dict):
                seen.add((sender.get("document"), sender.get("number")))
    if len(seen) > 1:
        raise HqError(HqFault.CONFLICT, what="items of different documents: ask for them one by one")


def write_copy(path: Path, terminal: str, request: str, found: Sequence[Mapping[str, Any]]) -> None:
    """One page to be printed or handed over, 0600.  Raises StoreError IO, also where the file is there."""
    body = "".join(_item(terminal, each) for each in found)
    title, law = "个人信息副本", "个人信息保护法第四十五条。受理："
    page = (
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style><h1>{title}</h1>"
        f"<p>{law}{html.escape(terminal)} {html.escape(request)}</p>{body}</html>"
    )
    write_private(path, page)


def write_private(path: Path, page: str) -> None:
    """Readable by whoever ran it alone, never in the place of a file.  Raises StoreError IO."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(page)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise StoreError(StoreFault.IO, what=error.strerror or type(error).__name__) from None


def _item(terminal: str, each: Mapping[str, Any]) -> str:
    rows = "".join(map(_rows, each["parts"]))
    return f"<h2>{html.escape(terminal)} {each['item']}</h2><table>{rows}</table>"


def _rows(value: object, named: tuple[str, ...] = ()) -> str:
    """A row for each value, with the names that lead to it; what is empty is left out."""
    if isinstance(value, Mapping):
        inner = ((key, each) for key, each in value.items() if (*named, key) != ("form",))
        return "".join(_rows(each, (*named, WORDS.get(str(key), str(key)))) for key, each in inner)
    if isinstance(value, list):
        return "".join(_rows(each, named) for each in value)
    if value in (None, ""):
        return ""
    return f"<tr><th>{html.escape('：'.join(named))}</th><td>{html.escape(str(value))}</td></tr>"
