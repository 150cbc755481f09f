"""Who is told that an address is given up: whoever reads it when they like."""

import pytest

from domain.telling.channels import Channel
from domain.telling.parting import is_parted_from


@pytest.mark.parametrize(
    ("channel", "told"),
    [(Channel.MAIL, True), (Channel.SMS, True), (Channel.VOICE, False), (Channel.PUSH, False)],
)
def test_no_phone_rings_and_no_browser_shows_it(channel: Channel, told: bool) -> None:
    assert is_parted_from(channel) == told
