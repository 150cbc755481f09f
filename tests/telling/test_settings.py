"""A mail server is configured whole, or not at all."""

import pytest
from pydantic import ValidationError

from runtime.mail import MailSettings, mailing_of
from telling.mail_server import Encryption

WHOLE = {
    "HOST": "smtp.example.com",
    "SENDER": "Example Charging <no-reply@example.com>",
    "PAGES_URL": "https://charging.example.com/",
}


def set_all(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"SLOTKEEPER_MAIL_{name}", value)


def test_without_a_host_nobody_is_told_by_mail() -> None:
    assert mailing_of(MailSettings()) is None


def test_encryption_is_demanded_unless_somebody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, WHOLE | {"USER": "us", "PASSWORD": "hush-hush"})
    settings = MailSettings()
    mailing = mailing_of(settings)
    assert mailing is not None
    assert mailing.server.encryption is Encryption.STARTTLS
    assert mailing.pages.preferences == "https://charging.example.com/preferences"
    assert "hush-hush" not in f"{settings!r} {mailing!r}"


@pytest.mark.parametrize(
    "over",
    [
        {"SENDER": ""},
        {"SENDER": "nobody"},
        {"SENDER": "x@example.com\r\nBcc: all@example.com"},
        {"PAGES_URL": ""},
        {"PAGES_URL": "https://charging.example.com/?a=b"},
        {"USER": "us"},
        {"PASSWORD": "hush-hush"},
        {"ENCRYPTION": "perhaps"},
        {"PORT": "0"},
    ],
)
def test_half_of_it_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch, over: dict[str, str]) -> None:
    set_all(monkeypatch, WHOLE | over)
    with pytest.raises(ValidationError):
        MailSettings()
