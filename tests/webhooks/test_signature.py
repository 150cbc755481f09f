"""Signatures are those of the Standard Webhooks specification."""

import base64
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook as StandardWebhook
from standardwebhooks.webhooks import WebhookVerificationError

from webhooks.signature import BadSecret, key_of, keyed_hash, signed_headers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_example_that_every_library_verifies() -> None:
    headers = signed_headers(
        key_of(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}'
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert key_of(SECRET.removeprefix("whsec_")) == key_of(SECRET)


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_no base64", "whsec_" + base64.b64encode(b"short").decode(), "whsec_ü"]
)
def test_what_is_no_secret_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(BadSecret) as refused:
        key_of(secret)
    assert not secret or secret not in str(refused.value)


def test_a_card_is_recognised_by_who_has_the_key_only() -> None:
    key, other = key_of(SECRET), b"x" * 32
    assert keyed_hash(key, "a11ce001") == keyed_hash(key, "A11CE001")
    assert keyed_hash(key, "A11CE001") != keyed_hash(other, "A11CE001")
    assert "A11CE001" not in keyed_hash(key, "A11CE001")


def test_what_we_sign_is_verified_by_somebody_elses_library() -> None:
    body, now = '{"type":"reservation.confirmed"}', datetime.now(UTC)
    headers = signed_headers(key_of(SECRET), "msg_1", int(now.timestamp()), body.encode())
    verifier = StandardWebhook(SECRET)
    assert verifier.verify(body, headers) == {"type": "reservation.confirmed"}
    with pytest.raises(WebhookVerificationError):
        verifier.verify(body.replace("confirmed", "cancelled"), headers)
