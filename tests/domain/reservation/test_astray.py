"""What is amiss with a reservation, for whoever plans with it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import PaymentDeclined, SlotUnavailable
from domain.reservation.astray import Astray, Seen, astray
from domain.reservation.lifecycle import State

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
_SEEN = st.builds(
    Seen,
    state=st.sampled_from(State),
    start=st.integers(-1440, 1440).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    declined=st.sampled_from(("", PaymentDeclined.code, SlotUnavailable.code)),
    asked_to_move=st.booleans(),
    place_broken=st.booleans(),
    looked_at=st.booleans(),
)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Seen(state=State.CONFIRMED, start=NOW + timedelta(hours=1)), None),
        (Seen(state=State.COMPLETED, start=NOW - timedelta(hours=1), place_broken=True), None),
        (Seen(state=State.CHARGING, start=NOW - timedelta(hours=1), place_broken=True), None),
        (Seen(state=State.LOCKED, start=NOW - timedelta(seconds=1)), Astray.LATE),
        (Seen(state=State.LOCKED, start=NOW, place_broken=True), Astray.CHARGER_BROKEN),
        (Seen(state=State.CONFIRMED, start=NOW, asked_to_move=True, place_broken=True), Astray.MOVE_PROPOSED),
        (Seen(state=State.EXPIRED, start=NOW), Astray.PAYMENT_FAILED),
        (Seen(state=State.DECLINED, start=NOW, declined=PaymentDeclined.code), Astray.PAYMENT_FAILED),
        (Seen(state=State.DECLINED, start=NOW, declined=SlotUnavailable.code), None),
        (Seen(state=State.NO_SHOW, start=NOW, looked_at=True), Astray.NO_SHOW),
        (Seen(state=State.SETTLING, start=NOW, looked_at=True), Astray.LOOKED_AT),
    ],
)
def test_what_matters_most_is_told(seen: Seen, expected: Astray | None) -> None:
    assert astray(seen, NOW) is expected


@given(_SEEN)
def test_what_is_late_has_begun_and_waits_for_its_driver(seen: Seen) -> None:
    if astray(seen, NOW) is Astray.LATE:
        assert seen.start < NOW
        assert seen.state in (State.CONFIRMED, State.LOCKED)


@given(_SEEN)
def test_what_ended_as_its_driver_wanted_is_never_amiss(seen: Seen) -> None:
    ended_well = seen.state in (State.COMPLETED, State.CANCELLED)
    if ended_well and not seen.asked_to_move and not seen.looked_at:
        assert astray(seen, NOW) is None
