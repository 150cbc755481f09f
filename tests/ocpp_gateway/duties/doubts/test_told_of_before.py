"""A session that a charger told of from its queue, and that it then says nothing more of."""

from datetime import timedelta

import pytest

from ocpp_gateway.server import Gateway
from tests.foreign.charge_point import Payload
from tests.ocpp_gateway.duties.doubts.conftest import BENS, Connect, Looks, believed, does_not_know, says
from tests.ocpp_gateway.duties.messages import event, moment
from tests.ocpp_gateway.records import Records

HOUR = timedelta(hours=1)
QUEUED: Payload = {"offline": True, "idToken": BENS}


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_who_has_been_there_for_so_long_would_have_told_its_end(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    await records.was_away()
    charger = await connect(version, TriggerMessage=does_not_know, GetTransactionStatus=does_not_know)
    started = event("Started", 0, timestamp=moment(HOUR), **QUEUED)
    await charger.call("TransactionEvent", started)
    looks = Looks(records, gateway, silent_every_s=0)
    await looks.arrive_and_look()
    assert await believed(records) == ()
    await looks.look(later_s=29 * 60)
    assert await believed(records) == ()
    await looks.look(later_s=2 * 60)
    assert await believed(records) == ("",)


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_its_charger_is_asked_and_says_that_it_goes_on(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    await records.was_away()
    goes_on = says(ongoingIndicator=True, messagesInQueue=False)
    charger = await connect(version, GetTransactionStatus=goes_on)
    await charger.call("TransactionEvent", event("Started", 0, timestamp=moment(HOUR), **QUEUED))
    assert await believed(records) == ()
    await Looks(records, gateway).arrive_and_look()
    assert await believed(records) == ("",)
