"""Windows that other rules for slots would not offer: exactly those that are in the one and not in the other."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.errors import SlotInvalid
from domain.place.availability import slots_to_offer
from domain.place.slots import Slot
from domain.place.vanishing import lengths_shown, vanishing
from domain.terms.policy import SlotRules

NOW = datetime(2026, 11, 22, 12, 7, tzinfo=UTC)
MINUTES = st.sampled_from([15, 30, 60])
RULES = st.builds(
    lambda step, shortest, more, lead, horizon: SlotRules(
        step=timedelta(minutes=step),
        shortest=timedelta(minutes=step * shortest),
        longest=timedelta(minutes=step * (shortest + more)),
        lead=timedelta(minutes=lead),
        horizon=timedelta(hours=horizon),
    ),
    MINUTES,
    st.integers(1, 4),
    st.integers(0, 8),
    st.sampled_from([0, 20, 90]),
    st.integers(1, 40),
)


def offered(rules: SlotRules, length: timedelta) -> set[Slot]:
    span = Slot(NOW, NOW + timedelta(days=3))
    try:
        return set(slots_to_offer({"a": rules}, {"a": length}, span, NOW, "Europe/Berlin")[0]["a"])
    except SlotInvalid:
        return set()


@given(before=RULES, after=RULES)
def test_what_vanishes_was_offered_and_is_no_longer(before: SlotRules, after: SlotRules) -> None:
    for length in lengths_shown(before, after):
        lost = offered(before, length) - offered(after, length)
        found = vanishing(before, after, length, NOW, "Europe/Berlin", 1_000)
        assert found == sorted(lost, key=lambda slot: slot.start)
        assert vanishing(before, after, length, NOW, "Europe/Berlin", 2) == found[:3]
