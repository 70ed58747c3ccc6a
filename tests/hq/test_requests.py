"""Who may ask for what: certificates, request signatures, nonces, clocks, bodies; tables' keys."""

from __future__ import annotations

import datetime as dt
import secrets
import socket
from collections.abc import Sequence

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, func, inspect, select
from starlette.testclient import TestClient

from core import wire
from core.errors import EntryError
from core.exchange import (
    HEADER_KEY,
    HEADER_NONCE,
    HEADER_SIGNATURE,
    HEADER_TERMINAL,
    HEADER_TIME,
    MAX_BATCH_BYTES,
    PATH_ACTIVATE,
    PATH_TIME,
    path_certificate,
    path_entries,
    path_marks,
)
from core.ledger.documents import read_time
from core.ledger.entry import stamp
from hq import terminals
from hq.columns import METADATA
from hq.database import Database
from hq.partitions import of_month
from hq.schema import HEADS, NONCES
from tests.hq.entries import batch, signed_headers
from tests.hq.headquarters import Counter, Headquarters, fault

TERMINAL = "990100-01-03"
MARKS = path_marks(TERMINAL)


def test_every_key_contains_the_terminal(headquarters: Headquarters) -> None:
    """Read from the database itself, so that the schema can be distributed by terminal."""
    look = inspect(headquarters.database.engine)
    names = look.get_table_names()
    ours = set(METADATA.tables)
    if headquarters.database.is_postgresql:
        ours |= {part.name for part in of_month(f"{dt.datetime.now(dt.UTC):%Y-%m}")}
    assert set(names) == ours
    keys = 0
    for name in names:
        found: list[Sequence[str | None]] = [look.get_pk_constraint(name)["constrained_columns"]]
        found += [row["column_names"] for row in look.get_unique_constraints(name)]
        found += [row["column_names"] for row in look.get_indexes(name) if row["unique"]]
        found += [row["constrained_columns"] for row in look.get_foreign_keys(name)]
        for columns in found:
            assert not columns or "terminal" in columns, (name, columns)
            keys += bool(columns)
    assert keys >= len(names) - 1  # all but the one-row table that says which version wrote the rest
    for table in METADATA.tables.values():
        for rule in table.constraints:
            if isinstance(rule, UniqueConstraint | ForeignKeyConstraint):
                assert "terminal" in rule.columns


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", MARKS), ("POST", path_entries("990100-01-03")), ("POST", PATH_ACTIVATE)],
)
def test_no_certificate_no_answer(shared: Counter, method: str, path: str) -> None:
    answer = shared.headquarters.client().request(method, path, content=b"{}")
    assert fault(answer) == (403, "hq.auth_lost", {"what": "no client certificate"})


def test_without_a_certificate_the_body_is_not_read(shared: Counter) -> None:
    """Bytes of nobody cost no memory: the answer comes before them."""
    read = []

    def body() -> object:
        for _ in range(1000):
            read.append(1)
            yield bytes(65536)

    answer = shared.headquarters.client().post(path_entries("990100-01-03"), content=body())  # type: ignore[arg-type]
    assert answer.status_code == 403


@pytest.mark.parametrize("path", [f"{PATH_TIME}?nonce={'A' * 22}", "/healthz", "/openapi.json", "/metrics"])
def test_open_routes(shared: Counter, path: str) -> None:
    answer = shared.headquarters.client().get(path)
    # The follower's thread does not run here, and /healthz says so.
    assert answer.status_code == (503 if path == "/healthz" else 200), answer.text


def test_metrics_from_elsewhere_need_a_certificate(shared: Counter) -> None:
    away = TestClient(shared.headquarters.app, client=("192.0.2.7", 1))
    assert fault(away.get("/metrics"))[1] == "hq.auth_lost"
    assert away.get("/openapi.json").status_code == 200


def test_time_is_signed_with_the_nonce(shared: Counter) -> None:
    nonce = secrets.token_bytes(16)
    value = shared.headquarters.client().get(PATH_TIME, params={"nonce": wire.b64(nonce)}).json()
    document, signature = wire.unb64(value["document"]), wire.unb64(value["signature"])
    told = read_time(document, signature, shared.headquarters.home.signing, nonce)
    assert stamp(told.at) == stamp(shared.headquarters.now())
    with pytest.raises(EntryError):
        read_time(document, signature, shared.headquarters.home.signing, secrets.token_bytes(16))


@pytest.mark.parametrize("nonce", ["", "A", "!" * 22, "A" * 21 + "=", "A" * 200])
def test_time_wants_a_nonce(shared: Counter, nonce: str) -> None:
    status, code, facts = fault(shared.headquarters.client().get(PATH_TIME, params={"nonce": nonce}))
    assert (status, code, facts["fault"]) == (400, "hq.refused", "entry.form")


def test_another_terminals_certificate_is_refused(headquarters: Headquarters) -> None:
    mine, other = headquarters.counter("990100-01-03"), headquarters.counter("990100-01-04")
    answer = mine.request("GET", MARKS, certificate=other.certificate)
    assert fault(answer) == (403, "hq.auth_lost", {"what": "foreign"})
    # One terminal writing as another, with its own key and certificate:
    path = path_entries("990100-01-03")
    answer = other.request("POST", path, batch(other.book.entries))
    assert fault(answer) == (403, "hq.auth_lost", {"what": "foreign"})
    answer = other.request("POST", path, batch(mine.book.entries), headers={HEADER_TERMINAL: "990100-01-03"})
    assert fault(answer) == (403, "hq.auth_lost", {"what": "foreign"})
    assert mine.marks().received.seq == 0
    alarm = headquarters.listed("990100-01-04")["alarms"][0]
    assert (alarm["fault"], alarm["count"]) == ("hq.auth_lost", 3)
    counted = headquarters.service.metrics.value(
        "counter_hq_faults_total", code="hq.auth_lost", what="foreign"
    )
    assert counted == 3


def test_certificate_of_another_authority_is_refused(headquarters: Headquarters) -> None:
    """Should the TLS layer ever let one through: the certificates that were issued are on record."""
    counter = headquarters.counter()
    real = x509.load_der_x509_certificate(counter.certificate)
    key = ec.generate_private_key(ec.SECP256R1())
    false = (
        x509.CertificateBuilder()
        .subject_name(real.subject)
        .issuer_name(real.issuer)
        .public_key(key.public_key())
        .serial_number(real.serial_number)
        .not_valid_before(headquarters.now() - dt.timedelta(days=1))
        .not_valid_after(headquarters.now() + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    answer = counter.request("GET", MARKS, certificate=false.public_bytes(Encoding.DER))
    assert fault(answer) == (403, "hq.auth_lost", {"what": "certificate"})


def test_unknown_terminals_signature_is_refused(headquarters: Headquarters, counter: Counter) -> None:
    """The certificate of the terminal, the signature of another key."""
    stranger = headquarters.book()
    path = MARKS
    headers = signed_headers(stranger, "GET", path, b"", headquarters.now(), secrets.token_bytes(16))
    answer = counter.request("GET", path, headers=headers)
    assert fault(answer) == (403, "hq.auth_lost", {"what": "signature"})
    assert headquarters.listed()["alarms"][0]["what"] == "what=request signature"


@pytest.mark.parametrize("what", ["method", "path", "query", "body", "time"])
def test_signature_covers_the_whole_request(headquarters: Headquarters, counter: Counter, what: str) -> None:
    book, path, body = counter.book, path_entries(counter.book.terminal), batch(counter.book.entries)
    headers = signed_headers(book, "POST", path, body, headquarters.now(), secrets.token_bytes(16))
    client = headquarters.client(counter.certificate)
    if what == "method":
        signed = signed_headers(book, "POST", MARKS, b"", headquarters.now(), secrets.token_bytes(16))
        answer = client.get(MARKS, headers=signed)
    elif what == "path":
        signed = signed_headers(book, "GET", "/v1/time", b"", headquarters.now(), secrets.token_bytes(16))
        answer = client.get(MARKS, headers=signed)
    elif what == "query":
        answer = client.post(path + "?a=b", content=body, headers=headers)
    elif what == "body":
        answer = client.post(path, content=body.replace(b'{"entries"', b'{ "entries"'), headers=headers)
    else:
        headquarters.now.advance(1)
        headers[HEADER_TIME] = stamp(headquarters.now())
        answer = client.post(path, content=body, headers=headers)
    assert fault(answer) == (403, "hq.auth_lost", {"what": "signature"})
    assert counter.marks().received.seq == 0


def test_replayed_request_is_refused(headquarters: Headquarters, counter: Counter) -> None:
    book, path, body = counter.book, path_entries(counter.book.terminal), batch(counter.book.entries)
    headers = signed_headers(book, "POST", path, body, headquarters.now(), secrets.token_bytes(16))
    client = headquarters.client(counter.certificate)
    assert client.post(path, content=body, headers=headers).status_code == 200
    again = client.post(path, content=body, headers=headers)
    assert fault(again) == (409, "hq.conflict", {"what": "nonce"})
    headquarters.now.advance(299)
    assert fault(client.post(path, content=body, headers=headers))[1] == "hq.conflict"
    headquarters.now.advance(2)
    assert fault(client.post(path, content=body, headers=headers))[1] == "hq.clock"


def test_nonces_are_forgotten_only_after_their_window(headquarters: Headquarters, counter: Counter) -> None:
    """A request dated ahead of our clock passes for longer: its nonce must stay as long."""
    identity = headquarters.service.identity
    ahead = headquarters.now()
    headquarters.now.advance(-299)
    headers = signed_headers(counter.book, "GET", MARKS, b"", ahead, secrets.token_bytes(16))
    client = headquarters.client(counter.certificate)
    assert client.get(MARKS, headers=headers).status_code == 200
    headquarters.now.advance(298 + 299)
    identity.forget()
    assert fault(client.get(MARKS, headers=headers))[1] == "hq.conflict"
    headquarters.now.advance(10)
    assert identity.forget() == 1
    assert fault(client.get(MARKS, headers=headers))[1] == "hq.clock"
    with headquarters.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(NONCES)).scalar_one() == 0


@pytest.mark.parametrize("seconds", [-301, 301, -86400, -1_700_000_000])
def test_clock_far_off_is_told(shared: Counter, seconds: int) -> None:
    told = shared.headquarters.now() + dt.timedelta(seconds=seconds)
    headers = signed_headers(shared.book, "GET", MARKS, b"", told, secrets.token_bytes(16))
    answer = shared.request("GET", MARKS, headers=headers)
    status, code, facts = fault(answer)
    assert (status, code) == (403, "hq.clock")
    assert facts["now"] == stamp(shared.headquarters.now())
    assert abs(facts["seconds"] - seconds) <= 1


@pytest.mark.parametrize(
    ("header", "value"),
    [
        (HEADER_TIME, "yesterday"),
        (HEADER_TIME, ""),
        (HEADER_NONCE, "short"),
        (HEADER_SIGNATURE, "=="),
        (HEADER_SIGNATURE, ""),
    ],
)
def test_malformed_headers_are_refused(shared: Counter, header: str, value: str) -> None:
    status, code, _ = fault(shared.request("GET", MARKS, headers={header: value}))
    assert (status, code) == (403, "hq.auth_lost")


def test_revoked_certificate_is_refused(headquarters: Headquarters) -> None:
    """With every certificate of the terminal its keys are refused; a new epoch has others."""
    counter = headquarters.counter()
    assert terminals.revoke(headquarters.database, TERMINAL) == 1
    for method, path, body in (("GET", MARKS, b""), ("POST", path_certificate(TERMINAL), b'{"csr":""}')):
        assert fault(counter.request(method, path, body)) == (403, "hq.auth_lost", {"what": "revoked"})
    again = headquarters.counter()
    assert again.marks().received.epoch == 2
    assert fault(counter.request("GET", MARKS))[2] == {"what": "revoked"}


def test_a_second_enrolment_takes_the_first_ones_place(headquarters: Headquarters) -> None:
    """Before anything was written: the first machine is told, and what it wrote since is kept beside."""
    first = headquarters.counter()
    second = headquarters.counter()
    assert second.marks().received.epoch == 2
    assert (first.marks().replaced, second.marks().replaced) == (2, 0)
    assert first.sent(first.book.entries).received == first.book.state.head
    late = headquarters.listed()["late"]
    assert [(row["epoch"], row["count"], row["last"]) for row in late] == [(1, 4, 4)]
    assert second.marks().received.seq == 0


@pytest.mark.parametrize("told", [True, False])
def test_oversized_body_is_refused(shared: Counter, told: bool) -> None:
    path, whole = path_entries(shared.book.terminal), b" " * (MAX_BATCH_BYTES + 1)
    if told:
        answer = shared.request("POST", path, whole)
    else:
        headers = signed_headers(
            shared.book, "POST", path, whole, shared.headquarters.now(), secrets.token_bytes(16)
        )
        client = shared.headquarters.client(shared.certificate)
        parts = (whole[at : at + 1_000_000] for at in range(0, len(whole), 1_000_000))
        answer = client.post(path, content=parts, headers=headers)
    assert fault(answer) == (413, "hq.too_large", {"limit": MAX_BATCH_BYTES})
    assert answer.headers["connection"] == "close"


def test_packed_body_is_refused(shared: Counter) -> None:
    """A small packed body may be a huge one."""
    path = path_entries(shared.book.terminal)
    status, _, facts = fault(shared.request("POST", path, b"x", headers={"content-encoding": "gzip"}))
    assert (status, facts["what"]) == (400, "content encoding")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/docs", 404),
        ("DELETE", "/v1/enrol", 405),
        ("GET", "/v1/terminals/..%2f..%2fetc/marks", 404),
        ("GET", "/v1/terminals/a%00b/marks", 400),
        ("GET", f"/v1/terminals/{'a' * 65}/marks", 400),
    ],
)
def test_paths_that_are_not_there(shared: Counter, method: str, path: str, status: int) -> None:
    answer = shared.headquarters.client().request(method, path)
    assert fault(answer)[:2] == (status, "hq.refused")


def test_openapi_names_every_route_and_form(shared: Counter) -> None:
    document = shared.headquarters.client().get("/openapi.json").json()
    paths = document["paths"]
    text = str(document)
    for name in document["components"]["schemas"]:
        assert f"#/components/schemas/{name}'" in text, name
    assert "HTTPValidationError" not in text
    for path, route in paths.items():
        for operation in route.values():
            headers = {row["name"] for row in operation.get("parameters", []) if row["in"] == "header"}
            signed = path.startswith(("/v1/terminals", "/v1/operators"))
            assert len(headers - {HEADER_KEY}) == (4 if signed else 0), path
            assert ("security" in operation) is (signed and not path.endswith("/certificate"))


def test_metrics_count(headquarters: Headquarters, counter: Counter) -> None:
    counter.sent(counter.book.entries)
    text = headquarters.client().get("/metrics").text
    assert f"counter_hq_entries_total {len(counter.book.entries)}" in text
    assert 'counter_hq_requests_total{route="entries",status="200"} 1' in text
    assert counter.book.terminal not in text


def test_database_that_went_away_is_said(headquarters: Headquarters, counter: Counter) -> None:
    """The counter hears "busy", keeps its entries, and comes again."""
    real = headquarters.database.engine
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, and not listening
        url = real.url.set(database="/nowhere/hq.sqlite")
        if headquarters.database.is_postgresql:
            url = real.url.set(port=nobody.getsockname()[1])
        away = Database(url.render_as_string(hide_password=False))
        headquarters.database.engine = away.engine
        answer = counter.send(counter.book.entries)
        health = headquarters.client().get("/healthz").json()
    away.close()
    assert fault(answer) == (503, "hq.busy", {"what": "database"})
    assert answer.json()["retry"] is True
    assert health["database"] is False
    headquarters.database.engine = real
    assert counter.sent(counter.book.entries).received == counter.book.state.head


def test_damaged_schema_is_said_without_values(headquarters: Headquarters, counter: Counter) -> None:
    """Whatever the database objects to, its text (with parameters) stays here."""
    with headquarters.database.write() as connection:
        HEADS.drop(connection)
    answer = counter.send(counter.book.entries)
    assert fault(answer) == (503, "hq.busy", {"what": "database"})


def test_certificate_comes_only_from_the_server(shared: Counter) -> None:
    """No header can stand in for it."""
    headers = {"x-forwarded-client-cert": "anything", "x-client-certificate": "anything"}
    answer = shared.headquarters.client().get(MARKS, headers=headers)
    assert fault(answer)[2] == {"what": "no client certificate"}
