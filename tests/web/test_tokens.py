# SPDX-License-Identifier: EUPL-1.2
"""Which bearer tokens are good ones, and that no other is taken."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from schemas.errors import TokenRefused
from schemas.messages import Language
from schemas.roles import Role
from tests.web.serving import RULES, StaticKeys, claims, public_key
from web.identity import Identity
from web.tokens import MOST_CHARACTERS, Claims, TokenReader, TokenRules

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
WEAK = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - the one that is refused
CURVE = ec.generate_private_key(ec.SECP256R1())
EDWARDS, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


def _rsa(private: rsa.RSAPrivateKey, key_id: str) -> jwt.PyJWK:
    document = jwt.algorithms.RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return jwt.PyJWK.from_dict({**document, "kid": key_id})


KEYS = StaticKeys(
    {
        "rsa": _rsa(RSA, "rsa"),
        "weak": _rsa(WEAK, "weak"),
        "ec": jwt.PyJWK.from_dict(jwt.algorithms.ECAlgorithm.to_jwk(CURVE.public_key(), as_dict=True) | {"kid": "ec"}),
        "ed": public_key(EDWARDS, "ed"),
    }
)
READER = TokenReader(RULES, KEYS)
GOOD = claims(["clerk"])


def signed(content: dict[str, object] | None = None, **header: object) -> str:
    return jwt.encode(GOOD if content is None else content, EDWARDS, "EdDSA", {"kid": "ed", **header})


def problem_of(token: str, reader: TokenReader = READER) -> str:
    with pytest.raises(TokenRefused) as caught:
        reader.read(token)
    return caught.value.say(Language.EN)


@pytest.mark.parametrize(
    ("key", "algorithm", "key_id"),
    [(RSA, "RS256", "rsa"), (RSA, "PS256", "rsa"), (CURVE, "ES256", "ec"), (EDWARDS, "EdDSA", "ed")],
)
def test_a_token_signed_by_the_provider_is_taken(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | Ed25519PrivateKey, algorithm: str, key_id: str
) -> None:
    read = READER.read(jwt.encode(claims(["clerk", "unheard-of"], "a b"), key, algorithm, {"kid": key_id}))
    assert read == Claims("u-17", frozenset({Role.CLERK}), frozenset({"a", "b"}))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (claims(iss="https://identity.example/realms/other"), "somebody else issued it"),
        (claims(iss="https://identity.example/realms/town/"), "somebody else issued it"),
        (claims(aud="another"), "it is for another service"),
        (claims(exp=int(time.time()) - 31), "it has expired"),
        (claims(nbf=int(time.time()) + 36_000), "it is not valid yet"),
        (claims(iat=int(time.time()) + 36_000), "it is not valid yet"),
        (claims(iss=None), "it is not a proper token"),
        (claims(aud=None), "it is not a proper token"),
        (claims(sub=None), "it is not a proper token"),
        (claims(exp=None), "it is not a proper token"),
        (claims(iat=None), "it is not a proper token"),
        (claims(sub=""), "it is not a proper token"),
        (claims(sub="a\r\nb"), "it is not a proper token"),
        (claims(sub="x" * 201), "it is not a proper token"),
        (claims(sub=17), "it is not a proper token"),
        (claims(exp="tomorrow"), "it is not a proper token"),
    ],
)
def test_a_token_that_says_the_wrong_thing_is_refused(content: dict[str, object], problem: str) -> None:
    assert problem in problem_of(signed(content))


def test_a_clock_that_is_a_little_off_is_no_problem() -> None:
    now = int(time.time())
    assert READER.read(signed(claims(exp=now - 10, iat=now - 600))).subject == "u-17"
    assert READER.read(signed(claims(nbf=now + 10, iat=now + 10))).subject == "u-17"


def test_a_token_for_several_services_of_which_we_are_one_is_taken() -> None:
    assert READER.read(signed(claims(aud=["account", "arhivar"]))).subject == "u-17"


def test_a_token_of_another_key_is_refused() -> None:
    forged = jwt.encode(GOOD, OTHER, "EdDSA", {"kid": "ed"})
    assert "its signature is not good" in problem_of(forged)


def test_a_token_that_names_no_key_or_an_unknown_one_is_refused() -> None:
    assert "its key is not the provider's" in problem_of(jwt.encode(GOOD, EDWARDS, "EdDSA"))
    assert "its key is not the provider's" in problem_of(signed(kid="another"))


def _by_hand(header: dict[str, object], content: dict[str, object], signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(content).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", "", None, "HS256", ["EdDSA"], {"a": 1}, 17])
def test_a_token_without_a_signature_is_refused_however_it_says_so(name: object) -> None:
    refused = problem_of(_by_hand({"alg": name, "kid": "ed", "typ": "JWT"}, GOOD))
    assert "its algorithm is not taken" in refused or "it is not a proper token" in refused


@pytest.mark.parametrize("key_id", ["rsa", "ec", "ed"])
@pytest.mark.parametrize("encoding", [(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)])
def test_the_public_key_taken_for_a_shared_secret_opens_nothing(
    key_id: str, encoding: tuple[Encoding, PublicFormat]
) -> None:
    private: dict[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | Ed25519PrivateKey]
    private = {"rsa": RSA, "ec": CURVE, "ed": EDWARDS}
    public = private[key_id].public_key().public_bytes(*encoding)
    unsigned = _by_hand({"alg": "HS256", "kid": key_id}, GOOD).rstrip(".")
    seal = hmac.new(public, unsigned.encode(), hashlib.sha256).digest()
    token = f"{unsigned}.{base64.urlsafe_b64encode(seal).decode().rstrip('=')}"
    assert jwt.get_unverified_header(token)["alg"] == "HS256"
    assert "its algorithm is not taken" in problem_of(token)


def test_an_algorithm_that_the_settings_do_not_name_is_refused() -> None:
    only = TokenReader(TokenRules(RULES.issuer, RULES.audience, ("RS256",), RULES.roles_claim), KEYS)
    assert "its algorithm is not taken" in problem_of(signed(), only)


def test_an_algorithm_that_does_not_fit_the_key_is_refused() -> None:
    assert "its algorithm is not taken" in problem_of(jwt.encode(GOOD, RSA, "RS256", {"kid": "ec"}))


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_key_that_is_too_short_is_not_trusted() -> None:
    assert "its algorithm is not taken" in problem_of(jwt.encode(GOOD, WEAK, "RS256", {"kid": "weak"}))


def test_an_extension_that_must_be_understood_is_refused() -> None:
    assert "it is not a proper token" in problem_of(signed(crit=["b64"], b64=True))


def test_a_token_that_is_too_long_is_refused_before_it_is_read() -> None:
    assert "it is not a proper token" in problem_of("a" * (MOST_CHARACTERS + 1))


@given(place=st.integers(min_value=0), bit=st.integers(0, 5))
def test_a_token_that_was_altered_anywhere_is_refused(place: int, bit: int) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    good = _fixed()
    at = place % (len(good) - 1)  # the last letter has bits that mean nothing
    if good[at] == ".":
        altered = good[:at] + "A" + good[at + 1 :]
    else:
        altered = good[:at] + letters[letters.index(good[at]) ^ (1 << bit)] + good[at + 1 :]
    if _same_bytes(good, altered):
        return
    problem_of(altered)


def _fixed() -> str:
    return signed(claims(["clerk"], iat=1_700_000_000, exp=4_000_000_000))


def _same_bytes(one: str, other: str) -> bool:
    def decoded(token: str) -> list[bytes]:
        return [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split(".")]

    try:
        return decoded(one) == decoded(other)
    except ValueError:
        return False


@given(st.text(max_size=200))
def test_whatever_is_sent_as_a_token_is_refused_by_name(text: str) -> None:
    problem_of(text)


@pytest.mark.parametrize(
    ("path", "content", "roles"),
    [
        ("roles", {"roles": ["clerk", "operator"]}, {Role.CLERK, Role.OPERATOR}),
        ("roles", {"roles": "archivist"}, {Role.ARCHIVIST}),
        ("a.b.c", {"a": {"b": {"c": ["service"]}}}, {Role.SERVICE}),
        ("roles", {"roles": [["clerk"], 17, None, "CLERK", "clerk "]}, set()),
        ("roles", {"roles": {"clerk": True}}, set()),
        ("a.b", {"a": ["b"]}, set()),
        ("roles", {}, set()),
    ],
)
def test_roles_stand_where_the_settings_say(path: str, content: dict[str, object], roles: set[Role]) -> None:
    reader = TokenReader(TokenRules(RULES.issuer, RULES.audience, RULES.algorithms, path), KEYS)
    assert reader.read(signed(claims() | content)).roles == roles


def test_the_error_does_not_repeat_what_the_token_says() -> None:
    with pytest.raises(TokenRefused) as caught:
        READER.read(signed(claims(aud="POPESCU-ION")))
    assert "POPESCU" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "make",
    [
        lambda good: [("authorization", f"Basic {good}")],
        lambda good: [("authorization", good)],
        lambda good: [("authorization", "Bearer")],
        lambda good: [("authorization", "Bearer   ")],
        lambda good: [("authorization", "")],
        lambda good: [("authorization", f"Bearer {good}"), ("authorization", f"Bearer {good}")],
        lambda good: [("authorization", f"Bearer {good}, Bearer {good}")],
    ],
)
def test_an_authorization_header_that_is_not_one_bearer_token_is_refused(
    make: Callable[[str], list[tuple[str, str]]],
) -> None:
    raw = [(name.encode(), value.encode()) for name, value in make(signed())]
    with pytest.raises(TokenRefused):
        Identity(READER, local=False).caller(Headers(raw=raw))


def test_who_sends_no_token_is_a_reader_and_who_sends_one_is_a_reader_too() -> None:
    identity = Identity(READER, local=False)
    assert identity.caller(Headers()).roles == {Role.READER}
    caller = identity.caller(Headers({"Authorization": f"bearer {signed(claims(['clerk']))}"}))
    assert caller.roles == {Role.READER, Role.CLERK}
    assert identity.caller(Headers({"Authorization": f"Bearer {signed(claims())}"})).roles == {Role.READER}
