"""Sessions in doubt are settled by asking, over real sockets: by id in 2.x, by what is triggered in 1.6."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ocpp.exceptions import (  # type: ignore[import-untyped]  # it ships no py.typed
    InternalError,
    NotImplementedError,
)

from activities.holds.activities import HoldActivities
from contracts.holds import LockHold
from db.engine import create_sessions
from db.queries.place.connectors import connector_of
from ocpp_gateway.duties.capabilities.records import CapabilityRecords
from ocpp_gateway.duties.doubts import DoubtOptions, Doubts
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.server import Gateway, running_gateway
from simulator.charge_point import Misbehaviour, VirtualChargePoint
from tests.factories import PASSWORD
from tests.foreign.charge_point import Payload
from tests.foreign.python_ocpp import PythonChargePoint
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER
from tests.ocpp_gateway.duties.messages import TOKEN, event, moment, register, start
from tests.ocpp_gateway.records import CODE, Records

all_versions = pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
stations = pytest.mark.parametrize("version", ["2.0.1", "2.1"])
BENS = TOKEN | {"idToken": BOB}

Answer = Callable[[Payload], Payload]
Connect = Callable[..., Awaitable[PythonChargePoint]]


def says(**payload: Any) -> Answer:
    return lambda _call: payload


def does_not_know(_call: Payload) -> Payload:
    raise NotImplementedError


def is_broken(_call: Payload) -> Payload:
    raise InternalError


@pytest.fixture
async def connect(gateway: Gateway) -> AsyncIterator[Connect]:
    async with AsyncExitStack() as stack:

        async def make(version: str, identity: str = CHARGER, **answers: Answer) -> PythonChargePoint:
            charger = await PythonChargePoint.connect(
                url=gateway.url,
                identity=identity,
                password=PASSWORD,
                subprotocol=f"ocpp{version}",
                answers=answers,
            )
            stack.push_async_callback(charger.close)
            return charger

        yield make


class Looks:
    """The duty, looked after by hand. `later`: how far its clock is ahead."""

    def __init__(self, records: Records, gateway: Gateway, **over: float) -> None:
        self.later = timedelta(0)
        options = DoubtOptions(**({"arrived_s": 0.0, "settle_s": 60.0, "answer_s": 5.0} | over))  # type: ignore[arg-type]  # numbers
        self._gateway = gateway
        self._doubts = Doubts(
            records.engine,
            gateway.connections,
            CapabilityRecords(records.engine),
            wake=lambda: None,
            options=options,
            clock=lambda: datetime.now(UTC) + self.later,
        )

    async def arrive_and_look(self) -> None:
        for connection in self._gateway.connections:
            self._doubts.arrived(connection)
        await self._doubts.look()

    async def look(self, *, later_s: float = 0) -> None:
        self.later += timedelta(seconds=later_s)
        await self._doubts.look()


async def begin(charger: PythonChargePoint, version: str, ago: timedelta = timedelta(minutes=5)) -> int | str:
    at = moment(ago)
    if version == "1.6":
        return int((await charger.call("StartTransaction", start(BOB, timestamp=at)))["transactionId"])
    await charger.call("TransactionEvent", event("Started", 0, timestamp=at, idToken=BENS))
    return "tx-1"


async def shows(charger: PythonChargePoint, version: str, status: str, ago: timedelta = timedelta(0)) -> None:
    told: Payload = {"timestamp": moment(ago)}
    if version == "1.6":
        told |= {"connectorId": 1, "errorCode": "NoError", "status": status}
    else:
        told |= {"evseId": 1, "connectorId": 1, "connectorStatus": status}
    await charger.call("StatusNotification", told)


def asked(charger: PythonChargePoint) -> list[str]:
    """Without the probes' questions, which are put in their own time."""
    calls = [
        (action, call)
        for action, call in charger.heard.calls
        if not action.startswith("Get") or "Tra" in action
    ]
    return [str(call.get("requestedMessage", action)) for action, call in calls]


async def believed(records: Records) -> tuple[str, ...]:
    """What booking, lock and replacement see of the connector."""
    async with create_sessions(records.engine)() as session:
        return (await connector_of(session, records.connectors[CHARGER, 1])).sessions


# -- a whole power cut, with the simulator's charger and the duty in its place -------------------------------
@pytest.fixture
async def quick(records: Records, database_url: str) -> AsyncIterator[Gateway]:
    options = GatewayOptions(
        instance="gw-1",
        call_timeout_s=2.0,
        flush_s=0.2,
        hold_watch_s=0.1,
        hold_settle_s=0.3,
        probe_after_s=0.1,
    )
    async with running_gateway(database_url, options=options) as running:
        yield running


@all_versions
@pytest.mark.parametrize("unplugged", [True, False])
async def test_a_power_cut_ends_what_it_ended_and_the_next_driver_is_served(
    unplugged: bool, version: str, quick: Gateway, records: Records
) -> None:
    charger = VirtualChargePoint(
        identity=CHARGER,
        version=version,  # type: ignore[arg-type]  # one of them
        url=quick.url,
        password=PASSWORD,
        connectors=2,
        misbehaviour=Misbehaviour(forget_transactions_on_reboot=True),
    )
    await charger.start()
    try:
        await charger.plug_in(1)
        assert await charger.swipe(1, BOB)
        await charger.charge(1, 500)
        await charger.reboot()
        if unplugged:
            await charger.unplug(1)

        async def over() -> bool:
            return [s.end_inferred for s in await records.sessions()] == [True]

        await records.eventually(over)
        assert await believed(records) == ()
        if not unplugged:
            await charger.unplug(1)
        hold_id = await records.hold("alice", locked=False)
        holds = HoldActivities(create_sessions(records.engine))
        locked = await holds.lock_hold(LockHold(code=CODE, hold_id=hold_id, now=datetime.now(UTC)))
        here = records.connectors[CHARGER, 1]
        assert (locked.contested, locked.held.assignment.connector_id) == (False, here)
        await charger.plug_in(1)
        assert await charger.swipe(1, ALICE)
        _, hers = await records.sessions()
        assert (hers.id_tag, hers.authorised, hers.reservation_code) == (ALICE, True, CODE)
    finally:
        await charger.stop()


# -- each answer, with the charge point of the `ocpp` package ----------------------------------------------
@stations
@pytest.mark.parametrize("contradicted", [True, False])
async def test_a_station_that_says_not_ongoing_ends_it_at_its_last_sign(
    contradicted: bool, version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    answer = says(ongoingIndicator=False, messagesInQueue=False)
    charger = await connect(version, GetTransactionStatus=answer)
    await begin(charger, version)
    await charger.call("TransactionEvent", event("Updated", 1, meterValue=register(1200)))
    if contradicted:
        await charger.call("BootNotification", {"reason": "PowerUp", "chargingStation": STATION})
        await shows(charger, version, "Available")
    looks = Looks(records, gateway)
    await looks.arrive_and_look()
    assert charger.heard.last("GetTransactionStatus") == {"transactionId": "tx-1"}
    (session,) = await records.sessions()
    assert (session.end_inferred, session.ended_at) == (True, session.last_sign_at)
    assert session.contradicted_at is not None
    assert await believed(records) == ()
    await looks.look(later_s=60)
    assert asked(charger) == ["GetTransactionStatus"]


STATION = {"vendorName": "V", "model": "M"}


@stations
async def test_a_station_that_says_ongoing_keeps_it_although_it_shows_available(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    answer = says(ongoingIndicator=True, messagesInQueue=False)
    charger = await connect(version, GetTransactionStatus=answer)
    await begin(charger, version)
    await charger.call("BootNotification", {"reason": "PowerUp", "chargingStation": STATION})
    await shows(charger, version, "Available")
    assert await believed(records) == ()
    looks = Looks(records, gateway)
    await looks.look()
    await looks.look(later_s=300)
    (session,) = await records.sessions()
    assert (session.ended_at, session.contradicted_at) == (None, None)
    assert await believed(records) == ("",)


@stations
async def test_a_queued_end_is_waited_for_and_told_by_the_station_itself(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    answer = says(ongoingIndicator=False, messagesInQueue=True)
    charger = await connect(version, GetTransactionStatus=answer)
    await begin(charger, version)
    looks = Looks(records, gateway)
    await looks.arrive_and_look()
    assert await believed(records) == ()
    for _ in range(5):
        await looks.look(later_s=30)
    (session,) = await records.sessions()
    assert session.ended_at is None
    looks.later = timedelta(0)
    await charger.call("TransactionEvent", event("Ended", 1, meterValue=register(1800)))
    (session,) = await records.sessions()
    assert (session.end_inferred, session.ended_at is not None) == (False, True)


@stations
async def test_a_queue_that_never_comes_is_not_waited_for_for_ever(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    answer = says(ongoingIndicator=False, messagesInQueue=True)
    charger = await connect(version, GetTransactionStatus=answer)
    await begin(charger, version)
    looks = Looks(records, gateway, queued_s=100.0)
    await looks.arrive_and_look()
    for _ in range(4):
        await looks.look(later_s=30)
    (session,) = await records.sessions()
    assert session.end_inferred


@stations
async def test_a_station_that_does_not_know_the_question_is_not_asked_it_again(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    charger = await connect(
        version, GetTransactionStatus=does_not_know, TriggerMessage=says(status="Accepted")
    )
    await begin(charger, version)
    looks = Looks(records, gateway)
    await looks.arrive_and_look()
    assert asked(charger) == ["GetTransactionStatus", "StatusNotification"]
    assert charger.heard.last("TriggerMessage")["evse"] == {"id": 1, "connectorId": 1}
    known = (await records.charger()).capabilities["unknown_questions"]
    assert known == ["GetTransactionStatus"]
    await charger.call("BootNotification", {"reason": "PowerUp", "chargingStation": STATION})
    await shows(charger, version, "Available")
    await looks.look()
    assert asked(charger)[1:] == ["StatusNotification", "TransactionEvent"]
    (session,) = await records.sessions()
    assert session.ended_at is None
    await looks.look(later_s=61)
    (session,) = await records.sessions()
    assert session.end_inferred


@stations
async def test_an_error_is_no_answer_and_teaches_nothing(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    charger = await connect(version, GetTransactionStatus=is_broken, TriggerMessage=says(status="Accepted"))
    await begin(charger, version)
    looks = Looks(records, gateway)
    await looks.arrive_and_look()
    assert asked(charger) == ["GetTransactionStatus", "StatusNotification"]
    assert "unknown_questions" not in (await records.charger()).capabilities
    (session,) = await records.sessions()
    assert session.ended_at is None


async def test_a_first_version_is_asked_for_its_status_then_for_its_meter(
    gateway: Gateway, records: Records, connect: Connect
) -> None:
    charger = await connect("1.6", TriggerMessage=says(status="Accepted"))
    await begin(charger, "1.6")
    looks = Looks(records, gateway)
    await looks.arrive_and_look()
    wanted = {"requestedMessage": "StatusNotification", "connectorId": 1}
    assert charger.heard.last("TriggerMessage") == wanted
    await shows(charger, "1.6", "Available")
    assert await believed(records) == ()
    await looks.look()
    await looks.look()
    assert asked(charger) == ["StatusNotification", "MeterValues"]
    await looks.look(later_s=61)
    (session,) = await records.sessions()
    assert (session.end_inferred, session.ended_at) == (True, session.last_sign_at)


async def test_a_reading_that_names_the_transaction_keeps_it_in_the_first_version(
    gateway: Gateway, records: Records, connect: Connect
) -> None:
    charger = await connect("1.6", TriggerMessage=says(status="Accepted"))
    number = await begin(charger, "1.6")
    await shows(charger, "1.6", "Available")
    looks = Looks(records, gateway)
    await looks.look()
    sampled = [{"timestamp": moment(), "sampledValue": [{"value": "1300"}]}]
    values = {"connectorId": 1, "transactionId": number, "meterValue": sampled}
    await charger.call("MeterValues", values)
    await looks.look(later_s=61)
    (session,) = await records.sessions()
    assert (session.ended_at, session.contradicted_at) == (None, None)


async def test_a_first_version_that_can_trigger_nothing_learns_and_ends_by_its_status(
    gateway: Gateway, records: Records, connect: Connect
) -> None:
    answer = says(status="NotImplemented")
    charger = await connect("1.6", TriggerMessage=answer)
    await begin(charger, "1.6")
    looks = Looks(records, gateway)
    await looks.arrive_and_look()
    assert asked(charger) == ["StatusNotification", "MeterValues"]
    known = (await records.charger()).capabilities["unknown_questions"]
    assert known == ["MeterValues", "StatusNotification"]
    await looks.arrive_and_look()
    await shows(charger, "1.6", "Available")
    await looks.look(later_s=61)
    assert len(asked(charger)) == 2
    (session,) = await records.sessions()
    assert session.end_inferred


@all_versions
async def test_what_was_heard_of_since_the_arrival_is_not_asked_about(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    charger = await connect(version, TriggerMessage=says(status="Accepted"))
    await begin(charger, version, timedelta(0))
    looks = Looks(records, gateway, arrived_s=-3600.0)
    looks.later = timedelta(hours=-1)
    await looks.arrive_and_look()
    assert asked(charger) == []


@all_versions
async def test_a_boot_on_the_same_connection_is_asked_about_anew(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    accepts = says(status="Accepted")
    charger = await connect(version, TriggerMessage=accepts, GetTransactionStatus=is_broken)
    await begin(charger, version)
    looks = Looks(records, gateway)
    await looks.arrive_and_look()
    once = asked(charger)
    await looks.look(later_s=1)
    assert asked(charger) == once
    await looks.arrive_and_look()
    assert asked(charger) == once * 2


async def test_of_many_that_come_together_a_few_are_asked_at_each_look(
    gateway: Gateway, records: Records, connect: Connect
) -> None:
    accepts = says(status="Accepted")
    both = [await connect("1.6", identity, TriggerMessage=accepts) for identity in (CHARGER, "NORTH-2")]
    for charger in both:
        await begin(charger, "1.6")
    looks = Looks(records, gateway, chargers_a_look=1)
    await looks.arrive_and_look()
    assert sorted(len(asked(charger)) for charger in both) == [0, 1]
    await looks.look()
    assert [asked(charger) for charger in both] == [["StatusNotification"]] * 2


# -- what was so before the start, and is heard after it -----------------------------------------------------
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


ACCEPTED = says(status="Accepted")


async def told(records: Records) -> list[str]:
    return [row.payload["status"] for row in await records.events("connector_status")]


# -- a charger that stays away -------------------------------------------------------------------------------
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
    if version == "1.6":
        value: Payload = {"transactionId": transaction, "connectorId": 1, "meterValue": energy(1500)}
        await again.call("MeterValues", value)
    else:
        await again.call("TransactionEvent", event("Updated", 1, meterValue=register(1500)))
    (session,) = await records.sessions()
    assert (session.ended_at, session.end_inferred) == (None, False)


async def end(charger: PythonChargePoint, version: str, transaction: int | str) -> None:
    if version == "1.6":
        stop: Payload = {"transactionId": transaction, "meterStop": 3000, "timestamp": moment()}
        await charger.call("StopTransaction", stop)
    else:
        await charger.call("TransactionEvent", event("Ended", 1, meterValue=register(3000)))


def energy(wh: int) -> list[Payload]:
    return [{"timestamp": moment(), "sampledValue": [{"value": str(wh)}]}]
