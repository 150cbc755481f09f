"""What members of a tier may, and others may not yet."""

from datetime import UTC, datetime, timedelta

from domain.terms.tiers import Tier
from simulator.scenarios.caller import expect_problem
from simulator.scenarios.expectation import expect, expect_equal
from simulator.scenarios.place import ChargerPlan, Place, euros, rules
from simulator.scenarios.stage import Scenario, Stage

_HOUR = timedelta(hours=1)
_AHEAD_S = 3 * 3600


async def tiers(s: Stage) -> None:
    site, gina = s.scenario.places[0].id, s.scenario.driver_id("gina")
    s.say("everybody books an hour ahead, silver members two, gold members six")
    refusal = await s.is_refused(
        "gina", starts_in=_AHEAD_S, lasts=10, saying="wants a slot three hours from now"
    )
    expect_problem(refusal, 422, "beyond_tier_horizon")
    told = refusal.problem.document
    expect("members of gold can now" in told["detail"], "the tier that can book it", told)
    opens = datetime.fromisoformat(told["opens"])
    expect(opens > datetime.now(UTC), "an instant ahead, from which on she can", told)
    s.say(f"she is told: {told['detail']}")

    s.say("she becomes a silver member: sooner, and not soon enough")
    operator = s.operator("manager")
    for tier in ("silver", "gold"):
        member = {"driver_id": gina, "site_id": site, "tier": tier}
        await operator.post("/v1/operations/memberships", member, key=f"gina-{tier}")
        if tier == "silver":
            again = await s.is_refused("gina", starts_in=_AHEAD_S, lasts=10, saying="asks again")
            expect_problem(again, 422, "beyond_tier_horizon")
            sooner = datetime.fromisoformat(again.problem.document["opens"])
            expect(sooner < opens, "an earlier instant than before", (sooner, opens))

    s.say("as a gold member she books it, by gold's terms")
    trip = await s.book("gina", starts_in=_AHEAD_S, lasts=10)
    booked = await trip.reaches("CONFIRMED")
    terms = booked["terms"]
    fees = (terms["tier"], terms["reservation_fee"]["minor"], terms["no_show_fee"]["minor"])
    expect_equal("tier and fees", fees, ("gold", 100, 250))
    await trip.cancel()
    await trip.ends("CANCELLED")
    await trip.holds_nothing("cancelled")
    await trip.paid(0, authorised=0)


SCENARIOS = (
    Scenario(
        id="tiers",
        title="Tier refused beyond its horizon, and told from when on and who can already",
        places=(
            Place(
                id="club",
                name="Club House",
                chargers=(ChargerPlan(id="club-1", version="2.0.1"),),
                policy=rules(
                    deposit=euros(0),
                    tiers=(
                        Tier(name="silver", horizon=2 * _HOUR),
                        Tier(name="gold", horizon=6 * _HOUR, reservation_fee=euros(100), fee_percent=50),
                    ),
                ),
                latitude=28.0,
            ),
        ),
        drivers=("gina",),
        tell=tiers,
    ),
)
