"""What was so before the start, and is heard after it."""

from datetime import timedelta

import pytest

from ocpp_gateway.server import Gateway
from tests.ocpp_gateway.duties.doubts.conftest import (
    ACCEPTED,
    Connect,
    Looks,
    all_versions,
    asked,
    begin,
    believed,
    does_not_know,
    shows,
    told,
)
from tests.ocpp_gateway.duties.messages import event, register
from tests.ocpp_gateway.records import Records


@all_versions
@pytest.mark.parametrize("status", ["Available", "Faulted", "Unavailable"])
async def test_a_status_from_before_the_start_says_nothing_of_the_session_and_it_is_asked(
    status: str, version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    charger = await connect(version, TriggerMessage=ACCEPTED, GetTransactionStatus=does_not_know)
    await shows(charger, version, "Preparing" if version == "1.6" else "Occupied")
    await begin(charger, version, ago=timedelta(seconds=0))
    await shows(charger, version, status, ago=timedelta(seconds=20))
    (session,) = await records.sessions()
    assert (session.ended_at, session.contradicted_at) == (None, None)
    assert await believed(records) == ("",)
    assert await records.status() == ("preparing" if version == "1.6" else "occupied")
    assert status.lower() not in await told(records)
    await Looks(records, gateway).arrive_and_look()
    assert "StatusNotification" in asked(charger)
    await shows(
        charger, version, status, ago=timedelta(seconds=20)
    )  # the answer, though its clock was set back
    assert await records.status() == status.lower()


@all_versions
async def test_a_clock_that_was_set_back_does_not_keep_a_session(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    charger = await connect(version)
    await begin(charger, version, ago=timedelta(seconds=0))
    if version != "1.6":  # there it takes energy
        for n, wh in ((1, 1200), (2, 2000)):
            await charger.call("TransactionEvent", event("Updated", n, meterValue=register(wh)))
    await shows(charger, version, "Available", ago=timedelta(hours=1))
    (session,) = await records.sessions()
    assert session.contradicted_at is not None
