"""What an address has to be, so that something can be sent there: one rule for each channel."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from domain.errors import ContactPointInvalid, EndpointInvalid
from domain.facts.refused_telling import NoBrowser, NoPhoneNumber
from domain.telling.channels import Channel
from domain.telling.confirming import mail_address
from domain.telling.outside import check_url

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
"""ITU-T E.164 §6: a country code, which begins with no zero, and 15 digits in all; shorter ones are nobody's abroad."""
_WRITTEN_BETWEEN = re.compile(r"[\s()/.\u2010-\u2015-]")
_LONGEST_WRITTEN = 40

_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
"""Of the curve P-256 (FIPS 186-5, SP 800-186 §3.2.1.3)."""
_KEY_BYTES, _SECRET_BYTES, _UNCOMPRESSED = 65, 16, 0x04


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An address as somebody has said it. `push_key`, `push_secret`: `p256dh` and `auth` of a browser's subscription
    (RFC 8291 §3.1), base64url; empty for every other channel.
    """

    channel: Channel
    address: str
    push_key: str = ""
    push_secret: str = ""


def checked(wanted: Wanted) -> Wanted:
    """As it is kept. Raises ContactPointInvalid."""
    address = _ADDRESSES[wanted.channel](wanted.address)
    if wanted.channel is not Channel.PUSH:
        return Wanted(channel=wanted.channel, address=address)
    key, secret = wanted.push_key.rstrip("="), wanted.push_secret.rstrip("=")
    if not _is_on_curve(_bytes(key)) or len(_bytes(secret)) != _SECRET_BYTES:
        raise ContactPointInvalid(NoBrowser())
    return Wanted(channel=wanted.channel, address=address, push_key=key, push_secret=secret)


def phone_number(text: str) -> str:
    """E.164: `+4930123456`. How it is grouped does not matter, nor whether `00` stands for the plus. Raises
    ContactPointInvalid.
    """
    plain = _WRITTEN_BETWEEN.sub("", text) if len(text) <= _LONGEST_WRITTEN else ""
    number = f"+{plain[2:]}" if plain.startswith("00") else plain
    if _E164.fullmatch(number) is None:
        raise ContactPointInvalid(NoPhoneNumber())
    return number


def _push_service(text: str) -> str:
    try:
        return check_url(text)
    except EndpointInvalid as invalid:
        raise ContactPointInvalid(invalid.why) from None


def _bytes(text: str) -> bytes:
    """Of base64url; empty: it is none."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""


def _is_on_curve(point: bytes) -> bool:
    """Is it a public key (uncompressed, X9.62)? With one that is none, a secret could be asked out of us."""
    if len(point) != _KEY_BYTES or point[0] != _UNCOMPRESSED:
        return False
    x, y = int.from_bytes(point[1:33]), int.from_bytes(point[33:])
    return max(x, y) < _PRIME and (y * y - (x * x * x - 3 * x + _B)) % _PRIME == 0


_ADDRESSES: Mapping[Channel, Callable[[str], str]] = {
    Channel.MAIL: mail_address,
    Channel.PUSH: _push_service,
    Channel.SMS: phone_number,
    Channel.VOICE: phone_number,
}
