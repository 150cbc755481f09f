"""How likely all of a group are kept: no likelier than any of them, no less than where never two fail at once."""

from hypothesis import given
from hypothesis import strategies as st

from domain.charging.enforcement import EnforcementLevel
from domain.place.group_offers import all_kept
from domain.terms.certainty import Certainty

KEPT = st.floats(0, 1)
ROUNDED = 1e-4


def sure(kept: float) -> Certainty:
    return Certainty(kept=kept, level=EnforcementLevel.SOFT, fault=1 - kept, overrun=0, taken=0, withdrawn=0)


@given(st.lists(KEPT, min_size=1, max_size=20))
def test_all_are_kept_no_likelier_than_any_and_no_less_than_their_failures_add_up_to(
    kept: list[float],
) -> None:
    """Frechet: whatever they have in common, all are kept at most as often as the least, and at least as often as
    remains where never two of them fail at once.
    """
    told = all_kept(map(sure, kept))
    assert told <= min(kept) + ROUNDED
    assert told >= 1 - sum(1 - one for one in kept) - ROUNDED


@given(st.lists(KEPT, min_size=1, max_size=5), KEPT)
def test_one_more_makes_it_no_likelier(kept: list[float], more: float) -> None:
    assert all_kept(map(sure, [*kept, more])) <= all_kept(map(sure, kept)) + ROUNDED
