"""One-time codes: terminals and operators come in once, and an answer that was lost is given again."""

from __future__ import annotations

import json

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select

from core import wire
from core.crypto.keys import new_agreement, new_signer, parse_public_key
from core.errors import EntryError, HqError, HqFault
from core.exchange import PATH_ACTIVATE, PATH_ENROL, PATH_ENROL_CODE
from core.ledger.clock import business_date
from core.ledger.documents import operator_proof, read_grant
from core.ledger.entry import EMPTY_HEAD
from hq import codes
from hq.columns import METADATA
from hq.operators import add_operator, list_operators, remove_operator
from hq.schema import ACTIVATIONS, CERTIFICATES, ENROL_CODES, PUBLICATIONS
from hq.terminals import grant_epoch, new_enrol_code
from tests.core.books import Book
from tests.hq.entries import TlsKey, enrol_request
from tests.hq.headquarters import BRANCH, Counter, Headquarters, fault

pytestmark = pytest.mark.requirement("R82")

TERMINAL = "990100-01-03"


def enrol(headquarters: Headquarters, book: Book, code: str, **changes: object) -> httpx2.Response:
    request = {**enrol_request(book, code, TlsKey().csr()), **changes}
    return headquarters.client().post(PATH_ENROL, content=json.dumps(request))


def test_codes_are_long_and_without_look_alikes() -> None:
    made = {codes.new_code() for _ in range(200)}
    assert len(made) == 200
    letters = set("".join(made)) - {"-"}
    assert letters == set(codes.ALPHABET)
    assert not letters & set("ILOU")
    for code in made:
        assert [len(group) for group in code.split("-")] == [5] * 5
    assert len(codes.ALPHABET) ** 25 >= 2**100


def test_code_is_read_as_people_type_it() -> None:
    code = "0123A-BCDEF-GHJKM-NPQRS-TVWXY"
    assert codes.digest(code) == codes.digest(" o1 23a bcdef ghjkm npqrs tvwxy ".replace("1", "l"))
    assert codes.digest(code) != codes.digest("0123A-BCDEF-GHJKM-NPQRS-TVWXZ")


def test_enrolment_gives_a_grant(headquarters: Headquarters) -> None:
    book = headquarters.book()
    code = new_enrol_code(headquarters.database, TERMINAL, BRANCH, now=headquarters.now)
    answer = enrol(headquarters, book, code).json()
    assert (answer["terminal"], answer["branch"], answer["epoch"]) == (TERMINAL, BRANCH, 1)
    signing = parse_public_key(answer["signing"], signing=True)
    assert signing == headquarters.home.signing
    grant = read_grant(wire.unb64(answer["grant"]), wire.unb64(answer["grant_signature"]), signing)
    assert (grant.key, grant.start, grant.epoch) == (book.key.public, EMPTY_HEAD, 1)
    assert grant.opening.text == answer["opening"] == headquarters.home.opening.text
    assert answer["ca"].encode("ascii") == headquarters.home.authority_file.read_bytes()


def test_no_code_is_stored(headquarters: Headquarters) -> None:
    """Only digests: whoever reads the database cannot enrol."""
    enrolling = new_enrol_code(headquarters.database, TERMINAL, BRANCH, now=headquarters.now)
    activating = add_operator(headquarters.database, "OP10001", "示例甲", "clerk", now=headquarters.now)
    with headquarters.database.read() as connection:
        everything = "".join(
            str(row) for table in METADATA.sorted_tables for row in connection.execute(select(table))
        )
        digest = connection.execute(select(ENROL_CODES.c.digest)).scalar_one()
    for code in (enrolling, activating):
        assert code not in everything
        assert code.replace("-", "") not in everything
    assert digest == codes.digest(enrolling)


def test_code_works_once(headquarters: Headquarters) -> None:
    code = new_enrol_code(headquarters.database, TERMINAL, BRANCH, now=headquarters.now)
    assert enrol(headquarters, headquarters.book(), code).status_code == 200
    answer = enrol(headquarters, headquarters.book(), code)
    assert fault(answer) == (403, "hq.code_invalid", {"what": "used"})


def test_what_a_code_is_for_is_told_before_it_is_used_up(headquarters: Headquarters) -> None:
    """However often it is asked; a wrong code is a try like any other."""
    code = new_enrol_code(headquarters.database, TERMINAL, BRANCH, now=headquarters.now)

    def told(text: str) -> httpx2.Response:
        return headquarters.client().post(PATH_ENROL_CODE, json={"code": text})

    expected = {"branch": BRANCH, "terminal": TERMINAL, "follows": False, "used": False}
    assert [told(code).json() for _ in range(2)] == [expected] * 2
    assert enrol(headquarters, headquarters.book(), code).status_code == 200
    assert told(code).json() == {**expected, "used": True}
    assert told(grant_epoch(headquarters.database, TERMINAL, now=headquarters.now)).json()["follows"] is True
    wrong = [fault(told(codes.new_code())) for _ in range(11)]
    assert wrong[0] == (403, "hq.code_invalid", {"what": "unknown"})
    assert wrong[-1][1] == "hq.busy"


def test_lost_answer_is_given_again(headquarters: Headquarters) -> None:
    """T3: the terminal asks again with the same code and key; nothing new is granted."""
    book = headquarters.book()
    code = new_enrol_code(headquarters.database, TERMINAL, BRANCH, now=headquarters.now)
    first, again = enrol(headquarters, book, code).json(), enrol(headquarters, book, code).json()
    assert again["grant"] == first["grant"]
    assert again["epoch"] == 1
    with headquarters.database.read() as connection:
        serials = set(connection.execute(select(CERTIFICATES.c.serial)).scalars())
    assert len(serials) == 2


@pytest.mark.parametrize("code", ["", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", "'; DROP TABLE terminals; --", "一"])
def test_wrong_code_is_refused(headquarters: Headquarters, code: str) -> None:
    book = headquarters.book()
    proof = wire.b64(book.key.sign(b"counter/enrol/1\0" + code.encode("utf-8")))
    request = {**enrol_request(book, "x", TlsKey().csr()), "code": code, "proof": proof}
    answer = headquarters.client().post(PATH_ENROL, content=json.dumps(request))
    assert fault(answer) == (403, "hq.code_invalid", {"what": "unknown"})


def test_expired_code_is_refused(headquarters: Headquarters) -> None:
    code = new_enrol_code(headquarters.database, TERMINAL, BRANCH, hours=1, now=headquarters.now)
    headquarters.now.advance(3601)
    answer = enrol(headquarters, headquarters.book(), code)
    assert fault(answer) == (403, "hq.code_invalid", {"what": "expired"})


def test_newer_code_takes_the_place_of_an_unused_one(headquarters: Headquarters) -> None:
    old = new_enrol_code(headquarters.database, TERMINAL, BRANCH, now=headquarters.now)
    new = new_enrol_code(headquarters.database, TERMINAL, BRANCH, now=headquarters.now)
    assert fault(enrol(headquarters, headquarters.book(), old))[2] == {"what": "unknown"}
    assert enrol(headquarters, headquarters.book(), new).status_code == 200


def test_code_of_an_enrolment_that_was_replaced_is_used_up(headquarters: Headquarters) -> None:
    first, second = headquarters.book(), headquarters.book()
    old = new_enrol_code(headquarters.database, TERMINAL, BRANCH, now=headquarters.now)
    enrol(headquarters, first, old)
    new = new_enrol_code(headquarters.database, TERMINAL, BRANCH, now=headquarters.now)
    assert enrol(headquarters, second, new).json()["epoch"] == 2
    assert fault(enrol(headquarters, first, old))[2] == {"what": "used"}


def test_terminal_with_a_journal_is_not_enrolled_over(headquarters: Headquarters, counter: Counter) -> None:
    """Its numbers are taken: a second store under them would be a fork."""
    waiting = new_enrol_code(headquarters.database, TERMINAL, BRANCH, now=headquarters.now)
    counter.sent(counter.book.entries)
    with pytest.raises(HqError) as caught:
        new_enrol_code(headquarters.database, TERMINAL, BRANCH, now=headquarters.now)
    assert caught.value.code is HqFault.CONFLICT
    answer = enrol(headquarters, headquarters.book(), waiting)
    assert fault(answer) == (409, "hq.conflict", {"what": "enrolled"})
    assert counter.marks().received == counter.book.state.head


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("proof", wire.b64(bytes(64))),
        ("terminal_key", new_signer().public.text),
        ("terminal_key", new_agreement().public.text),
        ("terminal_key", "ed25519."),
        ("agreement_key", "ed25519.x"),
        ("csr", ""),
        ("csr", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"),
        ("csr", 7),
        ("more", 1),
    ],
)
def test_malformed_enrolment_uses_no_code(headquarters: Headquarters, member: str, value: object) -> None:
    book = headquarters.book()
    code = new_enrol_code(headquarters.database, TERMINAL, BRANCH, now=headquarters.now)
    status, name, _ = fault(enrol(headquarters, book, code, **{member: value}))
    assert (status, name) == (400, "hq.refused")
    assert enrol(headquarters, book, code).status_code == 200


def test_csr_of_another_kind_of_key_is_refused(headquarters: Headquarters) -> None:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    request = builder.sign(ec.generate_private_key(ec.SECP521R1()), hashes.SHA256())
    csr = request.public_bytes(serialization.Encoding.PEM).decode("ascii")
    code = new_enrol_code(headquarters.database, TERMINAL, BRANCH, now=headquarters.now)
    answer = enrol(headquarters, headquarters.book(), code, csr=csr)
    assert fault(answer)[2]["what"] == "csr key"


def test_wrong_codes_have_to_wait(headquarters: Headquarters) -> None:
    book = headquarters.book()
    good = new_enrol_code(headquarters.database, TERMINAL, BRANCH, now=headquarters.now)
    for _ in range(10):
        assert fault(enrol(headquarters, book, codes.new_code()))[1] == "hq.code_invalid"
    answer = enrol(headquarters, book, good)
    status, code, facts = fault(answer)
    assert (status, code, facts["what"]) == (429, "hq.busy", "tries")
    assert 0 < facts["seconds"] <= 61
    assert answer.json()["retry"] is True


@pytest.mark.parametrize("name", ["", "a b", "../x", "a/b", "一", "x" * 65, "-a"])
def test_terminals_name_has_a_form(headquarters: Headquarters, name: str) -> None:
    with pytest.raises(EntryError):
        new_enrol_code(headquarters.database, name, BRANCH)
    with pytest.raises(EntryError):
        new_enrol_code(headquarters.database, TERMINAL, name)


# -- operators


def activation(counter: Counter, code: str, operator: str = "OP10001", **changes: str) -> dict[str, str]:
    """A right request, or one that is wrong in ``changes``."""
    signer, agreement = new_signer(), new_agreement().public
    message = operator_proof(counter.book.terminal, operator, "", signer.public.text, agreement.text)
    request = {
        "operator": operator,
        "code": code,
        "signing": signer.public.text,
        "agreement": agreement.text,
        "wrapped": wire.b64(b"opaque"),
        "proof": wire.b64(signer.sign(message)),
    }
    return {**request, **changes}


def activate(counter: Counter, request: dict[str, str]) -> httpx2.Response:
    return counter.request("POST", PATH_ACTIVATE, json.dumps(request).encode("utf-8"))


def test_operator_activates_once(headquarters: Headquarters, counter: Counter) -> None:
    code = add_operator(headquarters.database, "OP10001", "示例甲", "clerk", now=headquarters.now)
    assert [row.active for row in list_operators(headquarters.database)] == [False]
    request = activation(counter, code)
    answer = activate(counter, request)
    assert answer.json() == {"operator": "OP10001", "name": "示例甲", "role": "clerk"}
    with headquarters.database.read() as connection:
        row = connection.execute(select(ACTIVATIONS)).one()
    assert (row.terminal, row.operator, row.signing) == (TERMINAL, "OP10001", request["signing"])
    assert row.wrapped == b"opaque"
    assert [row.active for row in list_operators(headquarters.database)] == [True]
    # The same request again (its answer was lost) is answered alike, other keys are not taken.
    assert activate(counter, request).json() == answer.json()
    assert fault(activate(counter, activation(counter, code))) == (
        403,
        "hq.code_invalid",
        {"what": "used"},
    )


def test_the_day_of_a_password_is_that_of_its_activation(
    headquarters: Headquarters, counter: Counter
) -> None:
    """Nobody enters it: her counters hear it with her keys, and a new activation gives a new day."""
    for days in (0, 100):
        headquarters.now.advance(days * 86400)
        code = add_operator(headquarters.database, "OP10001", "示例甲", "clerk", now=headquarters.now)
        assert activate(counter, activation(counter, code)).status_code == 200
        with headquarters.database.read() as connection:
            bodies = connection.execute(select(PUBLICATIONS.c.body).order_by(PUBLICATIONS.c.number)).scalars()
            said = wire.decode(list(bodies)[-1])
        assert said["papers"] == {"password": business_date(headquarters.now()).isoformat()}
    code = add_operator(headquarters.database, "OP10001", "示例甲", "clerk", now=headquarters.now)
    card = wire.b64(wire.encode({"type": "card", "format": 1, "serial": "c-1"}))
    headquarters.now.advance(1)
    assert activate(counter, activation(counter, code, wrapped=card)).status_code == 200
    with headquarters.database.read() as connection:
        bodies = connection.execute(select(PUBLICATIONS.c.body).order_by(PUBLICATIONS.c.number)).scalars()
        assert "papers" not in wire.decode(list(bodies)[-1])


def test_used_code_at_another_terminal_is_refused(headquarters: Headquarters, counter: Counter) -> None:
    other = headquarters.counter("990100-01-04")
    code = add_operator(headquarters.database, "OP10001", "示例甲", "clerk", now=headquarters.now)
    assert activate(counter, activation(counter, code)).status_code == 200
    assert fault(activate(other, activation(other, code)))[2] == {"what": "used"}


def test_operator_with_a_new_code_activates_again(headquarters: Headquarters, counter: Counter) -> None:
    """Forgotten password, lost card; and a changed role holds from then on."""
    first = add_operator(headquarters.database, "OP10001", "示例甲", "clerk", now=headquarters.now)
    activate(counter, activation(counter, first))
    second = add_operator(headquarters.database, "OP10001", "示例甲", "supervisor", now=headquarters.now)
    assert fault(activate(counter, activation(counter, first)))[2] == {"what": "unknown"}
    assert activate(counter, activation(counter, second)).json()["role"] == "supervisor"


def test_wrong_expired_and_removed_are_refused(headquarters: Headquarters, counter: Counter) -> None:
    code = add_operator(headquarters.database, "OP10001", "示例甲", "clerk", hours=2, now=headquarters.now)
    invalid = (403, "hq.code_invalid")
    assert fault(activate(counter, activation(counter, codes.new_code())))[:2] == invalid
    assert fault(activate(counter, activation(counter, code, "OP10002")))[:2] == invalid
    headquarters.now.advance(7201)
    assert fault(activate(counter, activation(counter, code)))[2] == {"what": "expired"}
    code = add_operator(headquarters.database, "OP10001", "示例甲", "clerk", now=headquarters.now)
    remove_operator(headquarters.database, "OP10001", now=headquarters.now)
    assert fault(activate(counter, activation(counter, code)))[:2] == invalid
    with pytest.raises(HqError):
        remove_operator(headquarters.database, "OP10001")
    with pytest.raises(HqError):
        remove_operator(headquarters.database, "OP99999")


@pytest.mark.parametrize(
    "changes",
    [
        {"proof": wire.b64(bytes(64))},
        {"agreement": new_agreement().public.text},
        {"signing": new_signer().public.text},
        {"wrapped": "="},
        {"wrapped": wire.b64(bytes(16_385))},
    ],
)
def test_keys_must_prove_themselves(
    headquarters: Headquarters, counter: Counter, changes: dict[str, str]
) -> None:
    code = add_operator(headquarters.database, "OP10001", "示例甲", "clerk", now=headquarters.now)
    status, name, _ = fault(activate(counter, activation(counter, code, **changes)))
    assert (status, name) == (400, "hq.refused")
    assert activate(counter, activation(counter, code)).status_code == 200


def test_wrong_activation_codes_have_to_wait(headquarters: Headquarters, counter: Counter) -> None:
    code = add_operator(headquarters.database, "OP10001", "示例甲", "clerk", now=headquarters.now)
    for _ in range(10):
        assert fault(activate(counter, activation(counter, codes.new_code())))[1] == "hq.code_invalid"
    assert fault(activate(counter, activation(counter, code)))[:2] == (429, "hq.busy")


@pytest.mark.parametrize(
    ("operator", "name", "role"),
    [("op1", "示例甲", "clerk"), ("OP10001", " ", "clerk"), ("OP10001", "示例甲", "owner")],
)
def test_operator_has_a_form(headquarters: Headquarters, operator: str, name: str, role: str) -> None:
    with pytest.raises(EntryError):
        add_operator(headquarters.database, operator, name, role)
