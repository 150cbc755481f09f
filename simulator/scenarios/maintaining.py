"""A charger is maintained by plan: who stands in the window moves, nothing new comes, and then it is open again."""

from datetime import UTC, datetime, timedelta

from simulator.scenarios.caller import Refused, expect_problem
from simulator.scenarios.expectation import expect, expect_equal
from simulator.scenarios.place import PER_KWH, PER_SESSION, ChargerPlan, Place, rules, taxed
from simulator.scenarios.stage import Scenario, Stage

_WINDOWS = "/v1/operations/sites/meadow/maintenance-windows"
_PREVIEW = "/v1/operations/sites/meadow/maintenance-preview"


async def moves_people(s: Stage) -> None:
    trip = await s.book("wilma", starts_in=6, lasts=25)
    await trip.reaches("LOCKED")
    old = await trip.holds_one()
    closed = s.bay_at(old.charger_id)
    await closed.was_reserved(old.id, s.card("wilma"))

    operator = s.operator("olga")
    window = {
        "scope": "charger",
        "charger_id": closed.id,
        "ends_at": (datetime.now(UTC) + timedelta(minutes=5 * s.scenario.pace)).isoformat(),
    }
    preview = await operator.post(_PREVIEW, window)
    stands = [(one["reservation_code"], one["fate"]) for one in preview["reservations"]]
    expect_equal("the preview", stands, [(trip.code, "moved")])
    s.say(f"{closed.id} is to be maintained from now on: wilma stands in it")
    planned = await operator.post(_WINDOWS, {**window, "reason": "a new cable"})
    expect_equal("the window", planned["state"], "under_way")
    await trip.tells("moved")
    view = await trip.reaches("LOCKED")
    other = s.bay_at(view["bay"]["charger_id"])
    expect(other.id != closed.id, "another charger than the maintained one", other.id)
    await other.was_reserved((await trip.holds_one()).id, s.card("wilma"))
    await closed.holds_nothing()

    s.say(f"wilma has {other.id}; nobody else gets {closed.id}, booked or walking in")
    refusal = await s.is_refused("xaver")
    expect_problem(refusal, 409, "under_maintenance")
    ends_at = datetime.fromisoformat(refusal.problem.document["ends_at"])
    expect_equal("its end", ends_at, datetime.fromisoformat(planned["ends_at"]))
    await closed.refuses(s.card("xaver"))

    await other.accepts(s.card("wilma"))
    await other.plug_in()
    await trip.reaches("CHARGING")
    await other.charge(10)
    s.say("the window is cancelled: xaver walks in")
    await operator.post(f"{_WINDOWS}/{planned['id']}/cancel", {"reason": "done early"})
    await closed.accepts(s.card("xaver"))
    await other.unplug()
    await trip.ends("COMPLETED")
    await trip.told(
        "locked", "maintenance_planned", "looking_for_another cause=maintenance", "moved", "settled"
    )
    await trip.holds_nothing("rerouted", "completed")
    net = 10 * PER_KWH + PER_SESSION
    await trip.bill(session_fee=PER_SESSION, energy=10 * PER_KWH, tax=taxed(net) - net)
    await trip.paid(taxed(net))
    try:
        await operator.post(f"{_WINDOWS}/{planned['id'] + 1_000_000}/cancel", {})
    except Refused as unknown:
        expect_problem(unknown, 404, "maintenance_unknown")


SCENARIOS = (
    Scenario(
        id="maintenance",
        title="Planned maintenance: who stands in it is moved without a fee, nobody else comes",
        places=(
            Place(
                id="meadow",
                name="Orchard Lane",
                chargers=(
                    ChargerPlan(id="meadow-1", version="1.6"),
                    ChargerPlan(id="meadow-2", version="2.0.1"),
                ),
                policy=rules(),
                latitude=29.0,
            ),
        ),
        cards={"wilma": "CARD-WILMA", "xaver": "CARD-XAVER"},
        tell=moves_people,
    ),
)
