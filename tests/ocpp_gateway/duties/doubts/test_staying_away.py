"""A charger that stays away, and comes back; and one that is there and never tells of a session."""

from ocpp_gateway.server import Gateway
from tests.foreign.charge_point import Payload
from tests.foreign.python_ocpp import PythonChargePoint
from tests.ocpp_gateway.duties.doubts.conftest import (
    ACCEPTED,
    Connect,
    Looks,
    all_versions,
    asked,
    begin,
    does_not_know,
    end,
    energy,
)
from tests.ocpp_gateway.duties.messages import event, register
from tests.ocpp_gateway.records import Records


async def goes_on(charger: PythonChargePoint, version: str, transaction: int | str) -> None:
    if version == "1.6":
        value: Payload = {"transactionId": transaction, "connectorId": 1, "meterValue": energy(1500)}
        await charger.call("MeterValues", value)
    else:
        await charger.call("TransactionEvent", event("Updated", 1, meterValue=register(1500)))


@all_versions
async def test_what_is_open_at_a_charger_that_stays_away_ends_at_its_last_sign_and_later_words_correct_it(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    charger = await connect(version, TriggerMessage=ACCEPTED, GetTransactionStatus=does_not_know)
    transaction = await begin(charger, version)
    await Looks(records, gateway, silent_s=3600).look(later_s=7200)
    (session,) = await records.sessions()
    assert session.ended_at is None  # its charger is there
    await charger.close()

    async def away() -> bool:
        return (await records.charger()).gateway_instance is None

    await records.eventually(away)
    looks = Looks(records, gateway, silent_s=3600)
    await looks.look(later_s=1800)
    assert (await records.sessions())[0].ended_at is None
    await looks.look(later_s=3600)
    (session,) = await records.sessions()
    assert (session.end_inferred, session.ended_at) == (True, session.last_sign_at)
    assert session.contradicted_at is None
    again = await connect(version)
    await end(again, version, transaction)
    (session,) = await records.sessions()
    assert (session.end_inferred, session.meter_last_wh) == (False, 3000)


@all_versions
async def test_what_was_given_up_goes_on_when_its_charger_comes_back_and_says_so(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    charger = await connect(version)
    transaction = await begin(charger, version)
    await charger.close()

    async def away() -> bool:
        return (await records.charger()).gateway_instance is None

    await records.eventually(away)
    await Looks(records, gateway, silent_s=3600).look(later_s=7200)
    assert (await records.sessions())[0].end_inferred
    again = await connect(version)
    await goes_on(again, version, transaction)
    (session,) = await records.sessions()
    assert (session.ended_at, session.end_inferred) == (None, False)


@all_versions
async def test_what_a_charger_that_is_there_never_tells_of_is_asked_about_and_given_up_in_the_end(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    charger = await connect(version, TriggerMessage=ACCEPTED, GetTransactionStatus=does_not_know)
    transaction = await begin(charger, version)
    looks = Looks(records, gateway, quiet_s=3600, muted_s=10_000)
    await looks.look(later_s=4000)
    await looks.look(later_s=4000)
    question = "MeterValues" if version == "1.6" else "TransactionEvent"
    assert [one for one in asked(charger) if one != "GetTransactionStatus"] == [question, question]
    assert (await records.sessions())[0].ended_at is None
    await looks.look(later_s=4000)
    (session,) = await records.sessions()
    assert (session.end_inferred, session.ended_at) == (True, session.last_sign_at)
    await goes_on(charger, version, transaction)
    (session,) = await records.sessions()
    assert (session.ended_at, session.end_inferred) == (None, False)
