"""Statuses against the database: only the charger's present connection can tell them."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from db.queries.charging.troubles import end
from db.tables import TroubleRow
from domain.charging.connector import ConnectorStatus
from ocpp_gateway.duties.received_call import Outcome, ReceivedCall
from ocpp_gateway.duties.statuses import take_statuses
from ocpp_gateway.wire.reports import StatusReported
from tests.ocpp_gateway.conftest import CHARGER, MakeCharger
from tests.ocpp_gateway.duties.test_troubles import tell as say
from tests.ocpp_gateway.records import Records


async def tell(engine: AsyncEngine, epoch: int, status: ConnectorStatus, number: int = 1) -> Outcome:
    now = datetime.now(UTC)
    received = ReceivedCall(charger_id=CHARGER, epoch=epoch, message_id=f"{epoch}-{status}", at=now)
    async with engine.begin() as connection:
        (outcome,) = await take_statuses(
            connection, [(received, StatusReported(connector_number=number, status=status, at=now))]
        )
    return outcome


async def test_what_a_former_connection_still_had_to_tell_changes_nothing(
    records: Records, engine: AsyncEngine
) -> None:
    await records.lease("gw-2", epoch=2)
    told = await tell(engine, 2, ConnectorStatus.AVAILABLE)
    assert told.statuses
    late = await tell(engine, 1, ConnectorStatus.FAULTED)
    assert not late.statuses
    assert not late.events
    assert await records.status() == "available"


async def test_the_same_holds_for_the_charger_as_a_whole(records: Records, engine: AsyncEngine) -> None:
    await records.lease("gw-2", epoch=2)
    await tell(engine, 2, ConnectorStatus.AVAILABLE, number=0)
    late = await tell(engine, 1, ConnectorStatus.FAULTED, number=0)
    assert not late.statuses
    assert (await records.charger()).status == "available"


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
@pytest.mark.parametrize("number", [0, 1])
async def test_trouble_that_an_operator_ended_begins_anew_when_it_is_said_again(
    version: str, number: int, records: Records, make_charger: MakeCharger
) -> None:
    """Over the same connection, whose memory of what was said knows nothing of operators."""
    charger = await make_charger(version=version)

    async def standing() -> list[TroubleRow]:
        await say(charger, version, number, "Faulted")
        async with AsyncSession(records.engine) as session:
            stands = (TroubleRow.cause == "fault", TroubleRow.ended_at.is_(None))
            return list(await session.scalars(select(TroubleRow).where(*stands)))

    (first,) = await standing()
    async with AsyncSession(records.engine) as session, session.begin():
        assert await end(session, first, at=datetime.now(UTC), reason="looked at it")
    (again,) = await standing()
    assert again.id != first.id
    assert [one.id for one in await standing()] == [again.id]


@pytest.mark.parametrize(
    ("shared", "beside", "told"),
    [
        (True, ConnectorStatus.PREPARING, []),
        (True, ConnectorStatus.CHARGING, []),
        (True, ConnectorStatus.RESERVED, []),
        (True, ConnectorStatus.AVAILABLE, ["unavailable"]),
        (True, ConnectorStatus.FAULTED, ["unavailable"]),
        (False, ConnectorStatus.CHARGING, ["unavailable"]),
    ],
)
async def test_unavailable_because_the_bays_other_plug_is_busy_is_no_trouble_for_a_reservation(
    records: Records, engine: AsyncEngine, shared: bool, beside: ConnectorStatus, told: list[str]
) -> None:
    if shared:
        await records.share_bay()
    await records.hold("alice")
    await records.lease("gw-2", epoch=2)
    await tell(engine, 2, ConnectorStatus.AVAILABLE)
    await tell(engine, 2, beside, number=2)
    await tell(engine, 2, ConnectorStatus.UNAVAILABLE)
    assert [one.status for one in await records.told() if one.status == "unavailable"] == told
    assert await records.status() == "unavailable"
