"""Another time for who loses their place, as the activity finds it: the nearest, at the site, where the bay works."""

from datetime import timedelta
from typing import TYPE_CHECKING

from contracts.holds import HoldReplacement
from domain.place.alternatives import SEARCH
from domain.reservation.proposal import first_time_to_ask_about

if TYPE_CHECKING:
    from tests.workflows.places import Hold
    from tests.workflows.site import Site

_STEP = timedelta(minutes=15)
_ANYBODY = ""


def another_time(site: "Site", ask: HoldReplacement) -> "Hold | None":
    shifts = sorted((sign * n * _STEP for n in range(1, SEARCH // _STEP + 1) for sign in (-1, 1)), key=abs)
    here = [
        at
        for number, at in site.connectors.items()
        if at.site_id == ask.site_id and number not in ask.exclude_connectors and not site.unusable(number)
    ]
    earliest = first_time_to_ask_about(ask.terms.policy, ask.now)
    for shift in shifts:
        slot = ask.slot.moved_to(ask.slot.start + shift)
        for at in here:
            if slot.start >= earliest and site.is_free(at.connector_id, slot, _ANYBODY):
                hold = site.take(ask.code, at, slot)
                hold.step = ask.step
                return hold
    return None
