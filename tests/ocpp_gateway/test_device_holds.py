"""What chargers show is compared with what we hold there: lost holds are told, forgotten cancellations repeated."""

import base64
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from db.tables import Charger, Hold, OutboxDelivery, ReservationRow
from domain.charging.capabilities import CapabilityRecord
from domain.charging.commands import CommandOutcome as Outcome
from domain.charging.commands import ReserveNow
from domain.charging.events import HoldLoss
from ocpp_gateway.device_holds import DeviceHolds, HoldWatch
from ocpp_gateway.server import Gateway
from simulator.charge_point import Misbehaviour, VirtualChargePoint
from tests.factories import PASSWORD
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, MakeCharger
from tests.ocpp_gateway.records import CODE, OTHER_CODE, Records
from workflows.reservation.device_hold import RE_PUSHES

both_versions = pytest.mark.parametrize("version", ["1.6", "2.0.1"])
SETTLE_S = 25.0
SHOWS_HOLDS = CapabilityRecord(reports_reserved=True, learned=frozenset({"reports_reserved"}))


class Watch:
    """The comparison, with a clock that the test moves."""

    def __init__(self, engine: AsyncEngine, gateway: Gateway) -> None:
        self.now = 0.0
        self.woken = 0
        self._parts = engine, gateway
        self.holds = self._new()

    def _new(self) -> DeviceHolds:
        engine, gateway = self._parts
        return DeviceHolds(
            engine,
            gateway.connections,
            gateway.capabilities,
            wake=self._wake,
            watch=HoldWatch(settle_s=SETTLE_S),
            clock=lambda: self.now,
        )

    def _wake(self) -> None:
        self.woken += 1

    def restart(self) -> None:
        """As another process would begin."""
        self.holds = self._new()

    async def look(self, after_s: float = 0.0) -> None:
        self.now += after_s
        await self.holds.look()

    async def settle(self) -> None:
        await self.look()
        await self.look(SETTLE_S)


@pytest.fixture
async def watch(engine: AsyncEngine, gateway: Gateway) -> Watch:
    return Watch(engine, gateway)


@pytest.fixture
def push(gateway: Gateway) -> Callable[..., Awaitable[Outcome]]:
    async def push(hold_id: int, number: int = 1, tag: str = ALICE, lasts_s: float = 3600) -> Outcome:
        connection = gateway.connections.get(CHARGER)
        assert connection is not None
        command = ReserveNow(
            connector_number=number,
            hold_id=hold_id,
            id_tag=tag,
            parent_id_tag=None,
            expires_at=datetime.now(UTC) + timedelta(seconds=lasts_s),
        )
        return (await gateway.connections.send(CHARGER, connection.epoch, command)).outcome

    return push


Push = Callable[..., Awaitable[Outcome]]


async def shown(records: Records, status: str, number: int = 1) -> None:
    async def so() -> bool:
        return await records.status(number=number) == status

    await records.eventually(so)


async def show(charger: VirtualChargePoint, records: Records, status: str) -> None:
    """The charger says so of connector 1, whatever is true."""
    now = datetime.now(UTC).isoformat()
    await charger.call(
        "StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": status, "timestamp": now}
    )
    await shown(records, status.lower())


async def release(records: Records, hold_id: int) -> None:
    async with records.engine.begin() as database:
        await database.execute(
            update(Hold)
            .where(Hold.id == hold_id)
            .values(released_at=datetime.now(UTC), release_reason="cancelled")
        )


async def remember(records: Records, record: CapabilityRecord) -> None:
    async with records.engine.begin() as database:
        await database.execute(
            update(Charger).where(Charger.id == CHARGER).values(capabilities=record.to_document())
        )


async def known(records: Records) -> CapabilityRecord:
    return CapabilityRecord.from_document((await records.charger()).capabilities)


async def missing(records: Records, code: str = CODE) -> int:
    told = await records.told(code)
    return sum(entry.kind == "hold_removed" and entry.detail == "missing" for entry in told)


def cancels(charger: VirtualChargePoint) -> int:
    return len([m for m in charger.log if m.action == "CancelReservation" and m.kind == "call"])


# --- learning from what is shown --------------------------------------------------------------------------


@both_versions
@pytest.mark.parametrize("order", ["before_reply", "after_reply"])
async def test_a_charger_that_shows_reserved_is_known_to(
    order: str, version: str, records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    await make_charger(version=version, misbehaviour=Misbehaviour(reserved_status=order))  # type: ignore[arg-type]  # the two of its words
    assert await push(await records.hold("alice")) is Outcome.ACCEPTED
    await shown(records, "reserved")
    await watch.settle()
    record = await known(records)
    assert record.reports_reserved is True
    assert {"reserve_now", "reports_reserved"} <= record.learned
    assert await missing(records) == 0


@both_versions
async def test_a_charger_that_never_shows_reserved_is_known_to_and_not_pestered(
    version: str, records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger(version=version, misbehaviour=Misbehaviour(reserved_status="never"))
    await push(await records.hold("alice"))
    await watch.look()
    assert (await known(records)).reports_reserved is None
    for _ in range(4):
        await watch.look(SETTLE_S)
    assert (await known(records)).reports_reserved is False
    assert (await missing(records), cancels(charger)) == (0, 0)


async def test_one_that_shows_it_after_all_is_known_better(
    records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger(misbehaviour=Misbehaviour(reserved_status="never"))
    await push(await records.hold("alice"))
    await watch.settle()
    await show(charger, records, "Reserved")
    await watch.look()
    assert (await known(records)).reports_reserved is True


async def test_a_charger_without_reservations_is_left_alone(
    records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger(misbehaviour=Misbehaviour(unsupported=frozenset({"ReserveNow"})))
    assert await push(await records.hold("alice")) is Outcome.NOT_SUPPORTED
    for _ in range(3):
        await watch.look(SETTLE_S)
    assert (await known(records)).reports_reserved is None
    assert (await missing(records), cancels(charger)) == (0, 0)


async def test_a_charger_that_starts_for_a_stranger_is_known_to_ignore_holds(
    records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger(misbehaviour=Misbehaviour(ignore_token=True, stop_when_refused=False))
    await push(await records.hold("alice"))
    await charger.plug_in(1)
    await charger.swipe(1, BOB)
    await watch.look()
    record = await known(records)
    assert (record.honours_holds, "honours_holds" in record.learned) == (False, True)


# --- lost holds -------------------------------------------------------------------------------------------


@both_versions
async def test_a_hold_lost_in_a_reboot_is_told_once_and_only_when_it_stays_lost(
    version: str, records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger(version=version, misbehaviour=Misbehaviour(forget_holds_on_reboot=True))
    hold_id = await records.hold("alice")
    await push(hold_id)
    await shown(records, "reserved")
    await watch.settle()
    await charger.reboot()
    await shown(records, "available")
    await watch.look()
    assert await missing(records) == 0
    await watch.look(SETTLE_S)
    await watch.look(SETTLE_S)
    assert (await missing(records), watch.woken) == (1, 1)
    assert (await known(records)).losing_streak == 1

    watch.restart()  # another process tells the same loss no second time
    await watch.settle()
    assert (await missing(records), watch.woken) == (1, 1)

    await push(hold_id)
    await shown(records, "reserved")
    await watch.settle()
    await charger.reboot()
    await shown(records, "available")
    await watch.settle()
    assert await missing(records) == 2


async def test_a_flicker_is_nothing(
    records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger()
    await push(await records.hold("alice"))
    await shown(records, "reserved")
    await watch.settle()
    for _ in range(3):  # looked at in the worst moment each time, long enough apart
        await show(charger, records, "Available")
        await watch.look(SETTLE_S)
        await show(charger, records, "Reserved")
        await show(charger, records, "Available")
        await watch.look(SETTLE_S)
        await show(charger, records, "Reserved")
        await watch.look(SETTLE_S)
    assert await missing(records) == 0


async def test_one_that_loses_it_over_and_over_is_not_told_for_ever(
    records: Records, make_charger: MakeCharger, watch: Watch
) -> None:
    charger = await make_charger()
    await records.hold("alice")
    await remember(records, SHOWS_HOLDS)
    for _ in range(RE_PUSHES + 3):
        await show(charger, records, "Reserved")
        await show(charger, records, "Available")
        await watch.settle()
    assert await missing(records) == RE_PUSHES + 1  # the last one is answered by promising less
    assert (await known(records)).losing_streak == 1  # one hold, however often


async def hear(records: Records, ago_s: float = SETTLE_S + 1) -> None:
    """The workflow was told everything so long ago."""
    at = datetime.now(UTC) - timedelta(seconds=ago_s)
    async with records.engine.begin() as database:
        await database.execute(update(OutboxDelivery).values(delivered_at=at, outcome="signalled"))


@both_versions
async def test_one_that_takes_every_push_and_never_shows_it_is_doubted_until_the_workflow_gives_up(
    version: str, records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    await make_charger(version=version, misbehaviour=Misbehaviour(reserved_status="never"))
    await shown(records, "available")
    await remember(records, SHOWS_HOLDS)
    hold_id = await records.hold("alice")
    for tells in range(1, RE_PUSHES + 2):
        assert await push(hold_id) is Outcome.ACCEPTED
        await watch.settle()
        assert await missing(records) == tells
        await hear(records)
    watch.restart()  # others count what was told before them
    for _ in range(2):
        await push(hold_id)
        await watch.settle()
    assert await missing(records) == RE_PUSHES + 1
    assert (await known(records)).losing_streak == 1


@pytest.mark.parametrize("why", ["not heard of", "heard of just now", "refused"])
async def test_a_push_is_not_doubted_before_it_had_its_time_or_when_it_was_refused(
    why: str, records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    misbehaviour = Misbehaviour(reserved_status="never")
    await make_charger(misbehaviour=misbehaviour)
    await shown(records, "available")
    await remember(records, SHOWS_HOLDS)
    hold_id = await records.hold("alice")
    await push(hold_id)
    await watch.settle()
    if why == "heard of just now":
        await hear(records, ago_s=0)
    if why == "refused":
        await hear(records)
        misbehaviour.unsupported = frozenset({"ReserveNow"})
        assert await push(hold_id) is Outcome.NOT_SUPPORTED
    await watch.settle()
    assert await missing(records) == 1


async def test_a_hold_that_stands_makes_up_for_those_that_were_lost(
    records: Records, make_charger: MakeCharger, engine: AsyncEngine, watch: Watch
) -> None:
    charger = await make_charger()
    hold_id = await records.hold("alice")
    await remember(records, CapabilityRecord(reports_reserved=True, losing_streak=2))
    await show(charger, records, "Reserved")
    await watch.settle()
    assert (await known(records)).losing_streak == 2
    async with engine.begin() as database:
        earlier = datetime.now(UTC) - timedelta(minutes=11)
        await database.execute(update(Hold).where(Hold.id == hold_id).values(locked_at=earlier))
    await watch.look()
    assert (await known(records)).losing_streak == 0


@pytest.mark.parametrize("why", ["not locked", "slot over", "arrived", "grace over", "released"])
async def test_a_hold_that_is_not_in_force_is_not_missed(
    why: str, records: Records, make_charger: MakeCharger, watch: Watch
) -> None:
    charger = await make_charger()
    starts_in = timedelta(hours=-2) if why == "slot over" else timedelta(minutes=-5)
    hold_id = await records.hold("alice", locked=why != "not locked", starts_in=starts_in)
    await remember(records, SHOWS_HOLDS)
    if why == "released":
        await release(records, hold_id)
    if why in ("arrived", "grace over"):
        await project(records, "ARRIVED" if why == "arrived" else "LOCKED")
    await show(charger, records, "Available")
    await watch.settle()
    assert await missing(records) == 0


async def project(records: Records, state: str) -> None:
    """The reservation as it was last published: its driver should have come a minute ago."""
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "code": CODE,
        "revision": 1,
        "driver_id": "alice",
        "account": "alice",
        "site_id": "north",
        "state": state,
        "slot_start": now,
        "slot_end": now + timedelta(hours=1),
        "snapshot": {"arrive_by": (now - timedelta(minutes=1)).isoformat()},
        "updated_at": now,
    }
    async with records.engine.begin() as database:
        await database.execute(insert(ReservationRow).values(**values))


async def test_only_chargers_connected_here_are_compared(
    records: Records, make_charger: MakeCharger, watch: Watch
) -> None:
    charger = await make_charger(reconnect=False)
    await records.hold("alice")
    await remember(records, SHOWS_HOLDS)
    await show(charger, records, "Available")
    await watch.look()
    await charger.vanish()

    async def gone() -> bool:
        return (await records.charger()).gateway_instance is None

    await records.eventually(gone)
    await watch.look(SETTLE_S)
    assert await missing(records) == 0


# --- forgotten cancellations ------------------------------------------------------------------------------


@both_versions
async def test_a_cancellation_that_was_lost_is_repeated(
    version: str, records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger(version=version)
    hold_id = await records.hold("alice")
    await push(hold_id)
    await shown(records, "reserved")
    await release(records, hold_id)
    await watch.look()
    assert cancels(charger) == 0  # ours may still be on its way
    await watch.look(SETTLE_S)
    await shown(records, "available")
    assert charger.connector(1).hold is None
    await watch.settle()
    assert cancels(charger) == 1


async def test_a_hold_that_expired_silently_is_asked_about_once(
    records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger(misbehaviour=Misbehaviour(report_expiry=False))
    hold_id = await records.hold("alice")
    await push(hold_id, lasts_s=0.5)
    await shown(records, "reserved")
    await charger.wait_for(lambda c: c.connector(1).hold is None)
    await release(records, hold_id)
    for _ in range(4):
        await watch.look(SETTLE_S)
    assert cancels(charger) == 1  # Rejected: it has no such hold


async def test_a_charger_that_does_not_answer_is_asked_three_times(
    records: Records, make_charger: MakeCharger, watch: Watch
) -> None:
    charger = await make_charger(misbehaviour=Misbehaviour(unsupported=frozenset({"CancelReservation"})))
    await release(records, await records.hold("alice"))
    await show(charger, records, "Reserved")
    for _ in range(6):
        await watch.look(SETTLE_S)
    assert cancels(charger) == 3


async def test_somebody_elses_reservation_on_the_device_is_none_of_ours(
    records: Records, make_charger: MakeCharger, watch: Watch
) -> None:
    charger = await make_charger()
    await show(charger, records, "Reserved")
    await watch.settle()
    assert cancels(charger) == 0


async def test_an_old_hold_that_keeps_the_new_one_out_is_cancelled(
    records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger()
    old = await records.hold("alice")
    await push(old)
    await shown(records, "reserved")
    await release(records, old)
    new = await records.hold("bob", code=OTHER_CODE)
    assert await push(new, tag=BOB) is Outcome.OCCUPIED
    await watch.settle()
    await shown(records, "available")
    assert cancels(charger) == 1
    assert "connector_status" in await records.kinds(OTHER_CODE)  # upon which the workflow pushes again
    assert await push(new, tag=BOB) is Outcome.ACCEPTED


async def test_our_own_hold_is_never_cancelled(
    records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger()
    await release(records, await records.hold("alice", code=OTHER_CODE))
    await push(await records.hold("alice"))
    await shown(records, "reserved")
    await watch.settle()
    watch.restart()
    await watch.settle()
    assert cancels(charger) == 0


# --- what the charger says itself -------------------------------------------------------------------------


@pytest.mark.parametrize("why", list(HoldLoss)[:3])
async def test_what_a_21_charger_says_of_its_hold_is_told_in_its_words(
    why: HoldLoss, gateway: Gateway, records: Records
) -> None:
    hold_id = await records.hold("alice")
    basic = base64.b64encode(f"{CHARGER}:{PASSWORD}".encode()).decode()
    async with connect(
        f"{gateway.url}/{CHARGER}",
        subprotocols=[Subprotocol("ocpp2.1")],
        additional_headers={"Authorization": f"Basic {basic}"},
        proxy=None,
    ) as socket:
        told = {"reservationId": hold_id, "reservationUpdateStatus": why}
        await socket.send(json.dumps([2, "1", "ReservationStatusUpdate", told]))
        assert json.loads(await socket.recv()) == [3, "1", {}]
    (entry,) = [entry for entry in await records.told() if entry.kind == "hold_removed"]
    assert entry.detail == why
