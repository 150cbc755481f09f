"""We, as authenticators know us (WebAuthn Level 2, *Relying Party*): what they are asked, and if an answer holds."""

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlsplit

import structlog
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json
from webauthn.helpers import parse_authentication_credential_json as read_assertion
from webauthn.helpers import parse_registration_credential_json as read_registration
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from domain.errors import PasskeyRefused
from domain.facts.refused_signing_in import PasskeyNotKnown

_log = structlog.get_logger()
_NAME = "Slotkeeper"
_PORTS = {"https": 443, "http": 80}
_UNREADABLE = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What the library raises for what no authenticator would say."""


_C = TypeVar("_C", RegistrationCredential, AuthenticationCredential)
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Answer(Generic[_C]):
    """What an authenticator says to `challenge`. Nothing of it was checked yet."""

    credential: _C
    challenge: bytes

    @property
    def credential_id(self) -> str:
        return bytes_to_base64url(self.credential.raw_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """Ids and keys as base64url, keys in COSE. `transports`: how its browser reached it, by commas."""

    credential_id: str
    public_key: str
    sign_count: int
    transports: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingParty:
    """`domain`: what passkeys are for; `origin`: of the pages that may ask for one."""

    domain: str
    origin: str

    def to_add(self, challenge: bytes, handle: bytes, account: str, there: Sequence[str]) -> str:
        """For `navigator.credentials.create()`, as JSON: one that is found without naming the driver.

        `there`: ids of those that they have, none of which is made anew.
        """
        selection = AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        )
        options = generate_registration_options(
            rp_id=self.domain,
            rp_name=_NAME,
            user_id=handle,
            user_name=account,
            challenge=challenge,
            authenticator_selection=selection,
            exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in there],
        )
        return options_to_json(options)

    def to_sign_in(self, challenge: bytes) -> str:
        """For `navigator.credentials.get()`, as JSON."""
        return options_to_json(generate_authentication_options(rp_id=self.domain, challenge=challenge))

    def added(self, answer: Answer[RegistrationCredential]) -> NewKey:
        """To its own challenge. Raises PasskeyRefused."""
        verified = _read(
            lambda: verify_registration_response(
                credential=answer.credential,
                expected_challenge=answer.challenge,
                expected_rp_id=self.domain,
                expected_origin=self.origin,
            )
        )
        transports = answer.credential.response.transports or ()
        return NewKey(
            credential_id=bytes_to_base64url(verified.credential_id),
            public_key=bytes_to_base64url(verified.credential_public_key),
            sign_count=verified.sign_count,
            transports=",".join(sorted({one.value for one in transports})),
        )

    def counted(self, answer: Answer[AuthenticationCredential], public_key: str) -> int:
        """What its counter says, which is for the caller to judge. Raises PasskeyRefused."""
        verified = _read(
            lambda: verify_authentication_response(
                credential=answer.credential,
                expected_challenge=answer.challenge,
                expected_rp_id=self.domain,
                expected_origin=self.origin,
                credential_public_key=base64url_to_bytes(public_key),
                credential_current_sign_count=0,
            )
        )
        return verified.new_sign_count


def relying_party(address: str) -> RelyingParty | None:
    """Of pages at `address`. None: browsers make no passkeys for it, as it is no domain, or not safe (WebAuthn Level 2
    §5.1.3; Secure Contexts §3.1).
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    local = host == "localhost" or host.endswith(".localhost")
    if not host or _is_number(host) or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        return None
    port = "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"
    return RelyingParty(domain=host, origin=f"{parts.scheme}://{host}{port}")


def registration_in(said: str) -> Answer[RegistrationCredential]:
    """Raises PasskeyRefused."""
    credential = _read(lambda: read_registration(said))
    return Answer(credential=credential, challenge=_challenge(credential.response.client_data_json))


def assertion_in(said: str) -> Answer[AuthenticationCredential]:
    """Raises PasskeyRefused."""
    credential = _read(lambda: read_assertion(said))
    return Answer(credential=credential, challenge=_challenge(credential.response.client_data_json))


def _challenge(client_data: bytes) -> bytes:
    """Raises PasskeyRefused; also for pages that others have put into theirs."""
    said = _read(lambda: parse_client_data_json(client_data))
    if said.cross_origin:
        raise PasskeyRefused(PasskeyNotKnown())
    return said.challenge


def _read(read: Callable[[], _T]) -> _T:
    try:
        return read()
    except _UNREADABLE as error:
        _log.info("passkey_refused", error=type(error).__name__)
        raise PasskeyRefused(PasskeyNotKnown()) from error


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
