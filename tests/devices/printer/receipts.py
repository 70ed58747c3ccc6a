"""Receipts for the tests: obviously invented people, a record that is really signed, and random ones."""

from __future__ import annotations

import dataclasses
import string

from hypothesis import strategies as st

from core.crypto.keys import PublicKey, new_agreement, new_signer
from core.devices import Receipt
from core.identity.card import DocumentKind
from core.ledger.documents import Grant, make_grant
from core.ledger.entry import EMPTY_HEAD, Head
from core.receipts.record import ReceiptRecord, sign_record
from tests.devices.printer.labels import texts

TERMINAL = "990100-01-03"
RECORD = ReceiptRecord(
    TERMINAL, Head(1, 129, bytes(range(32))), "990100-01-03 000129", "EA473124829CN", "2026-11-21 14:26",
    "衣物", 2, 1284, "证**本", "1****************X", 1250, "cash",
)  # fmt: skip
NOTICE = (
    ("谁在处理", "示例寄递企业（本网点所属企业）。联系方式：本网点柜台，或运单上印制的客服电话。"),
    (
        "为何收集",
        "法律要求寄递企业在收寄时查验寄件人身份、登记物品信息。这是法定义务，不以您的同意为前提；不提供的，"
        "我们依法不得收寄。",
    ),
    (
        "收集什么",
        "证件种类、证件号码、姓名和有效期核验结果；寄件人与收件人的姓名、电话、地址；内件品名、数量、重量。"
        "证件号码属于敏感个人信息。证件照片、性别、民族和证件住址只用于当面核对，不保存。",
    ),
    ("保存多久", "总部确认安全保存后，本柜台次日删除加密信息；用于查询的隐去信息保存一年零一天，到期销毁。"),
    ("您的权利", "您可以在任一柜台查阅、复制、更正您的信息，依法要求删除，也可以向邮政管理部门申诉。"),
)


def signed(record: ReceiptRecord) -> tuple[str, PublicKey]:
    """The QR's text and HQ's public key: a new HQ, a new terminal's key, its grant."""
    headquarters, key = new_signer(), new_signer()
    grant = Grant(record.terminal, record.terminal[:9], 1, key.public, EMPTY_HEAD, new_agreement().public)
    return sign_record(record, key, *make_grant(grant, headquarters)), headquarters.public


QR, HQ_KEY = signed(RECORD)
PLAIN_RECEIPT = Receipt(
    number=RECORD.number,
    branch="贵阳市示例支局 990100-01",
    terminal=TERMINAL,
    operator="OP10001",
    accepted_at=RECORD.at,
    waybill=RECORD.waybill,
    contents=RECORD.contents,
    quantity=RECORD.quantity,
    weight_g=RECORD.weight_g,
    weight_source="typed",
    fee_cents=RECORD.fee_cents,
    payment=RECORD.payment,
    sender_name=RECORD.sender,
    document="resident",
    document_number=RECORD.document,
    recipient_name="示*乙",
    notice_title="实名收寄与个人信息处理告知",
    paragraphs=NOTICE,
    qr=QR,
)
FULL_RECEIPT = dataclasses.replace(
    PLAIN_RECEIPT,
    branch="内蒙古自治区呼伦贝尔市莫力达瓦达斡尔族自治旗尼尔基镇示例支局 990100-01",
    contents="衣物、书籍、手工艺品、干果与茶叶若干",
    quantity=12,
    weight_source="scale",
    fee_cents=None,
    payment="",
    sender_name="买*提·阿不都热依木",
    document="foreigner_2023",
    recipient_name="𠮷𪚥·阿不都热依木·买买提",
    copy=12,
)

_LETTERS = st.sampled_from(string.ascii_letters + string.digits + "-_")


def receipts() -> st.SearchStrategy[Receipt]:
    """Random receipts within what a counter accepts; every one of them has to be set."""
    return st.builds(
        Receipt,
        number=st.just("990100-01-03 000129"),
        branch=texts(60),
        terminal=st.just(TERMINAL),
        operator=st.text(st.sampled_from(string.ascii_uppercase + string.digits), min_size=1, max_size=12),
        accepted_at=st.just("2026-11-21 14:26"),
        waybill=st.text(st.sampled_from(string.ascii_uppercase + string.digits), min_size=8, max_size=30),
        contents=texts(40),
        quantity=st.integers(1, 9999),
        weight_g=st.integers(1, 99_999),
        weight_source=st.sampled_from(["typed", "scale"]),
        fee_cents=st.none() | st.integers(0, 10_000_000),
        payment=st.sampled_from(["", "cash", "card", "mobile", "monthly", "collect"]),
        sender_name=texts(60),
        document=st.sampled_from(["", *(kind.value for kind in DocumentKind)]),
        document_number=st.just("1****************X"),
        recipient_name=texts(60),
        notice_title=texts(30),
        paragraphs=st.lists(st.tuples(texts(20), texts(200)), max_size=8).map(tuple),
        qr=st.text(_LETTERS, min_size=16, max_size=1000),
        copy=st.integers(0, 99),
    )
