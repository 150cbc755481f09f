"""Whoever bills walk-ins is configured wholly or not at all."""

import pytest
from pydantic import ValidationError

from runtime.receiver import receiver_of
from runtime.start import WRONG_SETTING, CannotStart
from runtime.webhooks import WalkInSettings

URL, SECRET = "SLOTKEEPER_WALK_INS_WEBHOOK_URL", "SLOTKEEPER_WALK_INS_WEBHOOK_SECRET"
GOOD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_nobody_is_told_where_nothing_is_set() -> None:
    assert receiver_of(WalkInSettings()) is None


def test_both_make_a_receiver_whose_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, "https://bills.example/walk-ins")
    monkeypatch.setenv(SECRET, GOOD)
    receiver = receiver_of(WalkInSettings())
    assert receiver is not None
    assert receiver.url == "https://bills.example/walk-ins"
    assert "key" not in repr(receiver)


@pytest.mark.parametrize(
    ("name", "value"), [(URL, "https://bills.example/"), (SECRET, GOOD), (URL, "file:///etc")]
)
def test_half_of_it_or_no_address_is_a_wrong_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        WalkInSettings()


def test_what_is_no_secret_keeps_the_worker_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, "https://bills.example/")
    monkeypatch.setenv(SECRET, "hush-hush")
    with pytest.raises(CannotStart) as refused:
        receiver_of(WalkInSettings())
    assert refused.value.status == WRONG_SETTING
    assert "hush-hush" not in str(refused.value)
