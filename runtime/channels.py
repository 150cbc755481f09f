"""By what people are told, by the settings: beside mail, browsers, texts to phones and calls."""

from typing import Self

from pydantic import Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.telling.channels import Channel, Offered
from runtime import start
from runtime.pages import MailedSettings
from webhooks.push_key import BadPushKey, PushKey, push_key_of


class PushSettings(BaseSettings):
    """Pushes to browsers. Without a key there are none. The same for all workers and apis: browsers keep to one key."""

    model_config = SettingsConfigDict(env_prefix="SLOTKEEPER_PUSH_", env_ignore_empty=True)

    key: SecretStr | None = None
    """A private key of the curve P-256, as PEM or base64url. Another one later turns all browsers off."""
    contact: str = Field(default="", max_length=320, examples=["mailto:push@example.com"])
    """Of the operator, for who runs a push service: `mailto:` or `https:`; needed with a key."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.key is not None and not self.contact.startswith(("mailto:", "https://")):
            raise ValueError("CONTACT must be mailto: or https://, with a key")
        return self


class PhoneSettings(BaseSettings):
    """Gateways of the operator's that send texts and make calls. Without an address there are none."""

    model_config = SettingsConfigDict(env_prefix="SLOTKEEPER_", env_ignore_empty=True)

    sms_webhook: HttpUrl | None = Field(default=None, examples=["https://gateway.example.com/sms"])
    sms_webhook_secret: SecretStr | None = Field(default=None, examples=["whsec_…"])
    """Signs what is sent there, as the Standard Webhooks specification has it: `whsec_` and base64."""
    voice_webhook: HttpUrl | None = Field(default=None, examples=["https://gateway.example.com/calls"])
    voice_webhook_secret: SecretStr | None = Field(default=None, examples=["whsec_…"])

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name in ("sms_webhook", "voice_webhook"):
            if (getattr(self, name) is None) != (getattr(self, f"{name}_secret") is None):
                raise ValueError(f"{name.upper()} and its SECRET go together")
        return self


def offered_by(mailed: MailedSettings, push: PushSettings, phones: PhoneSettings) -> Offered:
    """What the pages and the API offer: what workers send. Raises CannotStart."""
    key = push_key_by(push)
    there = {
        Channel.MAIL: mailed.host is not None,
        Channel.PUSH: key is not None,
        Channel.SMS: phones.sms_webhook is not None,
        Channel.VOICE: phones.voice_webhook is not None,
    }
    channels = frozenset(channel for channel, is_there in there.items() if is_there)
    return Offered(channels=channels, push_key="" if key is None else key.public)


def push_key_by(push: PushSettings) -> PushKey | None:
    """None: nothing is pushed. Raises CannotStart."""
    if push.key is None:
        return None
    try:
        return push_key_of(push.key.get_secret_value(), push.contact)
    except BadPushKey as error:
        raise wrong_setting("SLOTKEEPER_PUSH_KEY", str(error)) from error


def wrong_setting(name: str, why: str) -> start.CannotStart:
    return start.CannotStart(f"{name}: {why}", status=start.WRONG_SETTING)
