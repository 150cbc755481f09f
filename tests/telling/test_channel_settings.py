"""Channels are configured whole or not at all, and an api offers what a worker sends."""

import base64
from contextlib import AsyncExitStack

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from pydantic import ValidationError

from domain.telling.channels import Channel
from runtime.channels import PhoneSettings, PushSettings, offered_by
from runtime.mail import MailSettings
from runtime.pages import MailedSettings
from runtime.post import post_of
from runtime.start import CannotStart

SECRET = "whsec_" + base64.b64encode(bytes(32)).decode()
NUMBER = generate_private_key(SECP256R1()).private_numbers().private_value.to_bytes(32)
WHOLE = {
    "PUSH_KEY": base64.urlsafe_b64encode(NUMBER).decode(),
    "PUSH_CONTACT": "mailto:push@charging.example",
    "SMS_WEBHOOK": "https://gateway.example/sms",
    "SMS_WEBHOOK_SECRET": SECRET,
    "VOICE_WEBHOOK": "https://gateway.example/calls",
    "VOICE_WEBHOOK_SECRET": SECRET,
    "MAIL_HOST": "smtp.example",
    "MAIL_SENDER": "no-reply@charging.example",
    "MAIL_PAGES_URL": "https://charging.example/",
}


def set_all(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"SLOTKEEPER_{name}", value)


async def test_what_a_worker_sends_by_is_what_an_api_offers(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, WHOLE)
    offered = offered_by(MailedSettings(), PushSettings(), PhoneSettings())
    assert offered.channels == frozenset(Channel)
    async with AsyncExitStack() as cleanup:
        post = post_of(MailSettings(), PushSettings(), PhoneSettings(), cleanup)
        assert post.pushing is not None
        assert post.pushing.key.public == offered.push_key
        assert {one.channel for one in post.gateways} == {Channel.SMS, Channel.VOICE}
        assert post.pages.origin == "https://charging.example"
        assert post.mailing is not None
    assert SECRET not in f"{PhoneSettings()!r} {PushSettings()!r} {post!r}"


async def test_without_any_nothing_is_offered_and_nothing_sent() -> None:
    assert offered_by(MailedSettings(), PushSettings(), PhoneSettings()).channels == frozenset()
    async with AsyncExitStack() as cleanup:
        post = post_of(MailSettings(), PushSettings(), PhoneSettings(), cleanup)
    assert (post.mailing, post.pushing, list(post.gateways)) == (None, None, [])


@pytest.mark.parametrize(
    "missing", ["PUSH_CONTACT", "SMS_WEBHOOK", "SMS_WEBHOOK_SECRET", "VOICE_WEBHOOK_SECRET"]
)
def test_half_of_it_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    set_all(monkeypatch, WHOLE | {missing: ""})
    with pytest.raises(ValidationError):
        (PushSettings(), PhoneSettings())


@pytest.mark.parametrize(
    "over",
    [{"PUSH_KEY": "hush-hush"}, {"SMS_WEBHOOK_SECRET": "hush-hush"}, {"MAIL_PAGES_URL": "", "MAIL_HOST": ""}],
)
async def test_a_worker_does_not_start_with_what_sends_nothing(
    monkeypatch: pytest.MonkeyPatch, over: dict[str, str]
) -> None:
    set_all(monkeypatch, WHOLE | over)
    async with AsyncExitStack() as cleanup:
        with pytest.raises(CannotStart) as refused:
            post_of(MailSettings(), PushSettings(), PhoneSettings(), cleanup)
    assert f"SLOTKEEPER_{next(iter(over))}" in str(refused.value)
    assert "hush" not in str(refused.value)
