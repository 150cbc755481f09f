"""For which addresses passkeys are made, and what authenticators say: read, or refused by its name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from api.desk.relying_party import assertion_in, registration_in, relying_party
from domain.errors import PasskeyRefused
from tests.api.web.authenticator import Authenticator
from tests.api.web.passkey_pages import DOMAIN, ORIGIN


@pytest.mark.parametrize(
    ("address", "domain", "origin"),
    [
        ("https://book.example", "book.example", "https://book.example"),
        ("https://Book.Example:443/", "book.example", "https://book.example"),
        ("https://book.example:8443", "book.example", "https://book.example:8443"),
        ("http://localhost:8080", "localhost", "http://localhost:8080"),
        ("http://pages.localhost", "pages.localhost", "http://pages.localhost"),
    ],
)
def test_passkeys_are_for_the_domain_of_the_pages(address: str, domain: str, origin: str) -> None:
    party = relying_party(address)
    assert party is not None
    assert (party.domain, party.origin) == (domain, origin)


@pytest.mark.parametrize(
    "address", ["", "http://book.example", "http://127.0.0.1:8080", "https://[::1]", "https://10.0.0.1"]
)
def test_there_are_none_for_a_number_or_where_others_read_along(address: str) -> None:
    assert relying_party(address) is None


_MEMBERS = (
    "id", "rawId", "type", "response", "clientDataJSON", "authenticatorData", "signature", "userHandle",
    "attestationObject", "transports",
)  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_MEMBERS), inner, max_size=6),
    max_leaves=20,
)


@given(said=st.text(max_size=200) | _JSON.map(json.dumps))
def test_whatever_is_said_is_refused_by_its_name(said: str) -> None:
    for read in (assertion_in, registration_in):
        with pytest.raises(PasskeyRefused):
            read(said)


@given(data=st.binary(max_size=300), where=st.integers(min_value=0, max_value=40))
def test_a_passkey_of_nonsense_is_refused_by_its_name(data: bytes, where: int) -> None:
    """What an authenticator could never say, in place of what it says from some byte on."""
    party = relying_party(ORIGIN)
    assert party is not None
    made = json.loads(
        Authenticator(origin=ORIGIN, domain=DOMAIN).made({"user": {"id": "AA"}, "challenge": "AAAA"})
    )
    whole = base64url_to_bytes(made["response"]["attestationObject"])
    made["response"]["attestationObject"] = bytes_to_base64url(whole[:where] + data)
    try:
        party.added(registration_in(json.dumps(made)))
    except PasskeyRefused:
        return
