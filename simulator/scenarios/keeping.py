"""Bays that a site keeps for some of its drivers, at some hours."""

from datetime import UTC, datetime

from simulator.scenarios.expectation import expect_equal
from simulator.scenarios.place import ChargerPlan, Place, rules
from simulator.scenarios.stage import Scenario, Stage

_NOON = 12


def where_it_is_noon(now: datetime) -> str:
    """The name of a zone whose clock shows noon now, up to an hour later."""
    ahead = _NOON - now.astimezone(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


async def taxi_stand(s: Stage) -> None:
    olga, site, bay = s.operator("olga"), s.scenario.places[0], s.bay
    stand = {"weekly": [{"start": "11:00", "end": "14:00"}], "bays": [f"Bay {bay.id}-1"]}
    taxis = {"name": "Taxis", "who": "group", "names": ["taxis"], "allow": True, **stand}
    nobody_else = {"name": "Taxis only", "who": "public", "allow": False, **stand}
    await olga.put("/v1/operations/driver-groups/taxis", {"name": "Taxis"})
    tarik = f"/v1/operations/driver-groups/taxis/members/{s.scenario.driver_id('tarik')}"
    await olga.put(tarik, {"until": None})
    s.say("the bay is kept for taxis at noon, and it is noon")
    address = f"/v1/operations/sites/{site.id}/access-rules"
    await olga.post(address, {"rules": {"lines": [taxis, nobody_else]}, "reason": "taxi stand"})

    s.say("fritz has no taxi: the charger refuses his card")
    await bay.refuses(s.card("fritz"))
    record = await olga.get(f"/v1/operations/refused-cards?site_id={site.id}")
    told = [(one["driver_id"], one["reason"], one["line"]) for one in record["items"]]
    expect_equal("the operators' record", told, [(s.scenario.driver_id("fritz"), "no_access", "Taxis only")])

    s.say("tarik comes with his taxi, and charges")
    await bay.accepts(s.card("tarik"))
    await bay.plug_in()
    await bay.until_charging()
    await bay.charge(10)
    await bay.unplug()
    sessions = await olga.get(f"/v1/operations/sessions?site_id={site.id}")
    seen = [(one["driver_id"], one["authorised"], one["refused_for"]) for one in sessions["items"]]
    expect_equal("who has charged there", seen, [(s.scenario.driver_id("tarik"), True, "")])


SCENARIOS = (
    Scenario(
        id="taxi-stand",
        title="A bay for taxis only at noon: the charger refuses a private card, and a taxi charges",
        places=(
            Place(
                id="forecourt",
                name="Station Forecourt",
                chargers=(ChargerPlan(id="forecourt-1", version="1.6"),),
                policy=rules(),
                latitude=66.0,
                zone=where_it_is_noon(datetime.now(UTC)),
            ),
        ),
        cards={"fritz": "CARD-FRITZ", "tarik": "CARD-TARIK"},
        tell=taxi_stand,
    ),
)
