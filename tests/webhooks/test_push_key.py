"""The key of pushes is one of the curve P-256, however it is written, and is shown to nobody."""

from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from webhooks.push_key import BadPushKey, push_key_of

KEY = generate_private_key(SECP256R1())
CONTACT = "mailto:push@charging.example"


def pem_of(key: object, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    written: bytes = key.private_bytes(Encoding.PEM, form, NoEncryption())  # type: ignore[attr-defined]
    return written.decode()


NUMBER = urlsafe_b64encode(KEY.private_numbers().private_value.to_bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        pem_of(KEY),
        pem_of(KEY, PrivateFormat.TraditionalOpenSSL),
        pem_of(KEY).replace("\n", "\\n"),
        NUMBER,
        NUMBER.rstrip("="),
        f" {NUMBER}\n",
    ],
    ids=range(6),
)
def test_each_way_to_write_it_is_the_same_key(text: str) -> None:
    key = push_key_of(text, CONTACT)
    assert key.private.private_numbers() == KEY.private_numbers()
    assert len(key.public) == 87


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hush-hush",
        NUMBER[:-6],
        urlsafe_b64encode(bytes(32)).decode(),
        urlsafe_b64encode(b"\xff" * 32).decode(),
        pem_of(generate_private_key(SECP256K1())),
        pem_of(Ed25519PrivateKey.generate()),
        "-----BEGIN PRIVATE KEY-----\nhush-hush\n-----END PRIVATE KEY-----",
    ],
    ids=range(8),
)
def test_anything_else_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(BadPushKey) as refused:
        push_key_of(text, CONTACT)
    assert "hush" not in str(refused.value)


def test_nothing_shows_the_key() -> None:
    assert str(KEY.private_numbers().private_value) not in repr(push_key_of(NUMBER, CONTACT))
