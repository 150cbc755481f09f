"""Which reservations hear of what happens at a charger."""

import pytest

from domain.charging.concerned import WatchingHold, is_concerned
from tests.domain.builders import at


@pytest.mark.parametrize(
    ("locked", "minute", "by_status", "by_boot"),
    [
        (False, -1, False, False),
        (False, 0, True, False),
        (False, 59, True, False),
        (False, 60, False, False),
        (True, -1, False, True),
        (True, 0, True, True),
        (True, 60, True, True),  # who overstays has the connector still
    ],
)
def test_from_the_watch_to_the_end_and_while_locked(
    locked: bool, minute: int, by_status: bool, by_boot: bool
) -> None:
    hold = WatchingHold(locked=locked, watch_from=at(0), until=at(60))
    assert is_concerned(hold, locked_only=False, now=at(minute)) is by_status
    assert is_concerned(hold, locked_only=True, now=at(minute)) is by_boot
