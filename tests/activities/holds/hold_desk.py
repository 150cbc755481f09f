"""What the tests of holds share: reading decisions, and things that happen at a connector meanwhile."""

from datetime import timedelta

from sqlalchemy import update

from activities.holds.activities import HoldActivities
from contracts.alternatives import Alternative
from contracts.holds import HoldDecision, HoldReplacement, MoveHold, PlaceHold
from db.engine import Sessions
from db.tables import ChargingSession, Connector, Hold
from tests.factories import (
    NOON,
    make_booking,
    make_slot,
    make_terms,
)

NOW = NOON - timedelta(hours=3)


def connector_of(decision: HoldDecision) -> int:
    assert decision.held is not None, decision.refusal
    return decision.held.assignment.connector_id


def refusal_of(decision: HoldDecision) -> str:
    assert decision.refusal is not None
    assert decision.held is None
    return decision.refusal.code


async def place_at(sessions: Sessions, ask: PlaceHold) -> HoldDecision:
    """By a worker of its own: bookings of one worker wait for each other before they ask the database."""
    return await HoldActivities(sessions).place_hold(ask)


async def refused_with(holds: HoldActivities, ask: PlaceHold) -> tuple[Alternative, ...]:
    """What is offered to a booking for which there is no place."""
    decision = await holds.place_hold(ask)
    assert refusal_of(decision) == "slot_unavailable"
    assert decision.refusal is not None
    assert decision.refusal.asks_for_others
    return (await holds.find_alternatives(ask)).found


async def hold_row(sessions: Sessions, decision: HoldDecision) -> Hold:
    assert decision.held is not None
    async with sessions() as session:
        return await session.get_one(Hold, decision.held.assignment.hold_id)


async def set_status(sessions: Sessions, connector_id: int, status: str) -> None:
    async with sessions.begin() as session:
        await session.execute(update(Connector).where(Connector.id == connector_id).values(status=status))


async def start_walk_in(sessions: Sessions, connector_id: int, code: str | None = None) -> None:
    async with sessions.begin() as session:
        connector = await session.get_one(Connector, connector_id)
        connector.status = "charging"
        session.add(
            ChargingSession(
                charger_id=connector.charger_id,
                connector_id=connector_id,
                transaction_id=f"t-{connector_id}",
                id_tag="WALKIN",
                reservation_code=code,
                authorised=True,
                started_at=NOW,
                meter_start_wh=0,
                meter_last_wh=0,
                meter_at=NOW,
            )
        )


def replacement(**over: object) -> HoldReplacement:
    values: dict[str, object] = {
        "code": make_booking().code,
        "step": "reroute-1",
        "driver_id": make_booking().driver_id,
        "slot": make_slot(),
        "power_w": 150_000,
        "site_id": "north",
        "exclude_connectors": (),
        "prefer_connector_id": None,
        "terms": make_terms(),
        "now": NOON,
    }
    return HoldReplacement(**(values | over))  # type: ignore[arg-type] # values of many types


def move(decision: HoldDecision, booking: PlaceHold, **over: object) -> MoveHold:
    assert decision.held is not None
    values: dict[str, object] = {
        "code": booking.code,
        "hold_id": decision.held.assignment.hold_id,
        "slot": make_slot(240),
        "keep_connector": False,
        "now": NOW,
    }
    return MoveHold(**(values | over))  # type: ignore[arg-type] # values of many types
