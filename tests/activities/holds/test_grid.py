"""What is offered, booked and named instead lies on the grid of the site's own clock."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from activities.holds.activities import HoldActivities
from db.engine import Sessions
from db.queries.place.availability import availability
from tests.activities.holds.hold_desk import NOW, refusal_of, refused_with
from tests.factories import make_booking, make_policy, make_seed, make_site, make_slot_rules, plant

KOLKATA = ZoneInfo("Asia/Kolkata")


async def test_an_hourly_grid_at_half_past_of_utc(holds: HoldActivities, sessions: Sessions) -> None:
    hour = timedelta(hours=1)
    policy = make_policy(slots=make_slot_rules(step=hour, shortest=hour))
    await plant(sessions, make_seed(make_site(chargers=1, zone="Asia/Kolkata"), policy=policy))
    async with sessions() as session:
        found = await availability(session, site_id="north", start=NOW, end=NOW + 6 * hour, now=NOW)
    offered = [window.slot for window in found.pools[0].windows]
    assert [on_clock(slot.start) for slot in offered] == [
        "15:00",
        "16:00",
        "17:00",
        "18:00",
        "19:00",
        "20:00",
    ]
    booked = await holds.place_hold(make_booking("a", slot=offered[0]))
    assert booked.refusal is None
    others = await refused_with(holds, make_booking("b", slot=offered[0]))
    assert {on_clock(other.slot.start)[3:] for other in others} == {"00"}
    half_past = offered[1].moved_to(offered[1].start + hour / 2)
    assert refusal_of(await holds.place_hold(make_booking("c", slot=half_past))) == "slot_invalid"


def on_clock(moment: datetime) -> str:
    return moment.astimezone(KOLKATA).strftime("%H:%M")
