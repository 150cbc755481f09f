"""Where something can be sent, and where not."""

from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256K1,
    SECP256R1,
    EllipticCurve,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ContactPointInvalid
from domain.telling.channels import Channel
from domain.telling.contact import Wanted, checked, phone_number

SERVICE = "https://push.example.com/send/abc"
SECRET = urlsafe_b64encode(bytes(16)).decode()


def point_of(curve: EllipticCurve) -> bytes:
    public = generate_private_key(curve).public_key()
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def browser(
    address: str = SERVICE, key: bytes | None = None, secret: str = SECRET, written: str | None = None
) -> Wanted:
    plain = urlsafe_b64encode(point_of(SECP256R1()) if key is None else key).decode()
    return Wanted(channel=Channel.PUSH, address=address, push_key=written or plain, push_secret=secret)


digits = st.text("0123456789", min_size=6, max_size=14)
between = st.text(" -()/.\u2011\u00a0", max_size=2)


@given(first=st.sampled_from("123456789"), rest=digits, data=st.data())
def test_a_number_is_the_same_however_it_is_grouped(first: str, rest: str, data: st.DataObject) -> None:
    grouped = "".join(data.draw(between) + digit for digit in first + rest)
    prefix = data.draw(st.sampled_from(["+", "00"]))
    if len(prefix + grouped) <= 40:
        assert phone_number(prefix + grouped) == f"+{first}{rest}"


@given(digits)
def test_what_is_kept_is_read_again_as_it_is(rest: str) -> None:
    assert phone_number(phone_number(f"+4{rest}")) == f"+4{rest}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "030 123456",
        "+0301234567",
        "+49",
        "+4930123456789012",
        "+49 30 12x456",
        "+49301234;ext=7",
        "++4930123456",
        "+٤٩٣٠١٢٣٤٥٦",
        "tel:+4930123456",
        "+4930123456\r\nTo: +4930",
        "+" + " " * 50 + "4930123456",
    ],
)
def test_what_no_phone_has_is_refused(text: str) -> None:
    with pytest.raises(ContactPointInvalid) as refused:
        phone_number(text)
    assert refused.value.why.code == "no_phone_number"


def test_a_browser_is_kept_as_it_is_without_padding() -> None:
    said = browser()
    kept = checked(said)
    assert (kept.address, kept.push_key, kept.push_secret) == (
        SERVICE,
        said.push_key.rstrip("="),
        SECRET.rstrip("="),
    )
    assert checked(kept) == kept


@pytest.mark.parametrize(
    "said",
    [
        browser(key=point_of(SECP256K1())),
        browser(key=b"\x04" + bytes(64)),
        browser(key=b"\x04" + b"\xff" * 64),
        browser(key=point_of(SECP256R1())[:-1]),
        browser(key=b"\x02" + point_of(SECP256R1())[1:]),
        browser(secret=urlsafe_b64encode(bytes(15)).decode()),
        browser(secret=""),
        browser(secret="ä" * 22),
        browser(written="not base64!"),
    ],
    ids=range(9),
)
def test_keys_that_seal_nothing_are_refused(said: Wanted) -> None:
    with pytest.raises(ContactPointInvalid) as refused:
        checked(said)
    assert refused.value.why.code == "no_browser"


@pytest.mark.parametrize(
    "address",
    [
        "http://push.example.com/send/abc",
        "https://127.0.0.1/send",
        "https://[::1]/send",
        "https://169.254.169.254/latest",
        "https://user@push.example.com/",
        "https://push.example.com:22/",
        "javascript:alert(1)",
        "",
    ],
)
def test_nothing_is_pushed_to_what_is_not_of_the_public_internet(address: str) -> None:
    with pytest.raises(ContactPointInvalid):
        checked(browser(address))


def test_keys_of_a_browser_are_kept_for_no_other_channel() -> None:
    said = Wanted(channel=Channel.SMS, address="+49 30 123456", push_key="x", push_secret="y")
    assert checked(said) == Wanted(channel=Channel.SMS, address="+4930123456")
