"""A charger's local list follows its reservations: drivers' cards come when their window opens, and go with it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from db.tables import Charger, Driver, Hold, LocalListRow
from ocpp_gateway.duties.local_lists import LocalLists
from ocpp_gateway.server import Gateway
from simulator.charge_point import Misbehaviour, VirtualChargePoint
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, FLEET_A, FLEET_B, MakeCharger
from tests.ocpp_gateway.duties.cards import all_versions
from tests.ocpp_gateway.records import OTHER_CODE, Records

SECOND_CARD = "A11CE002"


class Step:
    """The duty, with a clock that the test moves."""

    def __init__(self, engine: AsyncEngine, gateway: Gateway) -> None:
        self.after = timedelta(0)
        self._engine, self._gateway = engine, gateway
        self.lists = self._new()

    def _new(self) -> LocalLists:
        return LocalLists(
            self._engine, self._gateway.connections, clock=lambda: datetime.now(UTC) + self.after
        )

    def restart(self) -> None:
        """As another process would begin."""
        self.lists = self._new()

    async def look(self, after: timedelta | None = None) -> None:
        self.after = self.after if after is None else after
        await self.lists.look()


@pytest.fixture
async def step(engine: AsyncEngine, gateway: Gateway, records: Records) -> Step:
    await change(records, keeps_local_list=True, capabilities={"reserve_now": True})
    return Step(engine, gateway)


async def change(records: Records, **values: Any) -> None:
    async with records.engine.begin() as connection:
        await connection.execute(update(Charger).where(Charger.id == CHARGER).values(**values))


async def release(records: Records, hold_id: int) -> None:
    async with records.engine.begin() as connection:
        released = update(Hold).where(Hold.id == hold_id)
        await connection.execute(released.values(released_at=datetime.now(UTC), release_reason="cancelled"))


async def kept(records: Records) -> Any:
    async with records.engine.connect() as connection:
        return (await connection.execute(select(LocalListRow.__table__))).one_or_none()


def cards(charger: VirtualChargePoint) -> set[str]:
    return {tag.upper() for tag in charger.local_list.listed}


def sent(charger: VirtualChargePoint) -> list[dict[str, Any]]:
    calls = [one for one in charger.log if one.action == "SendLocalList" and one.kind == "call"]
    return [one.payload for one in calls]


def version_of(payload: dict[str, Any]) -> int:
    return int(payload.get("listVersion", payload.get("versionNumber", 0)))


@all_versions
async def test_cards_come_with_the_window_and_go_with_it(
    version: str, records: Records, make_charger: MakeCharger, step: Step
) -> None:
    await records.card(SECOND_CARD, "alice")
    charger = await make_charger(version=version)
    hold_id = await records.hold("alice", starts_in=timedelta(minutes=30))
    await step.look()
    assert cards(charger) == set()
    await step.look(timedelta(minutes=25))
    assert cards(charger) == {ALICE, SECOND_CARD}
    (first, change_) = sent(charger)
    assert (first["updateType"], change_["updateType"]) == ("Full", "Differential")
    assert [version_of(one) for one in sent(charger)] == [1, 2]
    parent = await records.parent_tag("alice")
    for entry in change_["localAuthorizationList"]:
        info = entry.get("idTagInfo") or entry["idTokenInfo"]
        assert (info.get("parentIdTag") or info["groupIdToken"]["idToken"]) == parent
        assert info.get("expiryDate") or info["cacheExpiryDateTime"]
    await step.look()
    assert len(sent(charger)) == 2  # nothing has changed
    await release(records, hold_id)
    await step.look()
    assert cards(charger) == set()


@all_versions
async def test_a_listed_driver_is_let_in_without_a_connection(
    version: str, records: Records, make_charger: MakeCharger, step: Step
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice")
    await step.look()
    await charger.vanish()
    await charger.plug_in(1)
    assert not await charger.swipe(1, BOB)
    assert await charger.swipe(1, ALICE)


async def test_nobody_without_right_is_listed(
    records: Records, make_charger: MakeCharger, step: Step
) -> None:
    await records.card("0LDCA4D1", "alice", expires_at=datetime.now(UTC) - timedelta(hours=1))
    await records.card("B10CKED1", "alice", blocked=True)
    charger = await make_charger()
    await records.hold("alice")
    await records.hold("bob", number=2, code=OTHER_CODE)
    await records.shown("AWAITING_PAYMENT", driver="bob", code=OTHER_CODE)
    await step.look()
    assert cards(charger) == {ALICE}
    async with records.engine.begin() as connection:
        await connection.execute(update(Driver).where(Driver.id == "alice").values(blocked=True))
    await step.look()
    assert cards(charger) == set()


async def test_at_a_charger_that_ignores_holds_no_card_is_listed_beside_somebody_elses_slot(
    records: Records, make_charger: MakeCharger, step: Step
) -> None:
    charger = await make_charger()
    await change(records, capabilities={"reserve_now": True, "honours_holds": False})
    await records.hold("alice")
    other = await records.hold("bob", number=2, code=OTHER_CODE)
    await step.look()
    assert cards(charger) == set()
    await release(records, other)
    await step.look()
    assert cards(charger) == {ALICE}


async def test_a_groups_cards_come_with_its_reservation(
    records: Records, make_charger: MakeCharger, step: Step
) -> None:
    charger = await make_charger()
    await records.hold("fleet-1", group="FLEET")
    await step.look()
    assert cards(charger) == {FLEET_A, FLEET_B}


async def test_a_list_that_somebody_else_changed_or_that_was_lost_is_sent_anew(
    records: Records, make_charger: MakeCharger, step: Step
) -> None:
    charger = await make_charger()
    charger.local_list.update(7, {"5TAFF001": None}, full=True)
    await records.hold("alice")
    await step.look()
    assert version_of(sent(charger)[0]) == 8
    charger.local_list.update(0, {}, full=True)
    step.restart()
    await step.look()
    assert (sent(charger)[-1]["updateType"], version_of(sent(charger)[-1])) == ("Full", 9)
    assert cards(charger) == {ALICE}


async def test_a_message_whose_answer_was_lost_is_neither_doubled_nor_forgotten(
    records: Records, make_charger: MakeCharger, step: Step
) -> None:
    charger = await make_charger()
    await step.look()
    charger.misbehaviour.drop_replies = frozenset({"SendLocalList"})
    await records.hold("alice")
    await step.look()
    assert (await kept(records)).pending is not None
    charger.misbehaviour.drop_replies = frozenset()
    await step.look()
    row = await kept(records)
    assert (row.pending, set(row.entries), row.version) == (None, {ALICE}, 2)
    assert len(sent(charger)) == 2


async def test_a_charger_that_takes_few_at_a_time_gets_several_messages(
    records: Records, make_charger: MakeCharger, step: Step
) -> None:
    charger = await make_charger()
    charger.local_list.most_a_message, charger.local_list.most = 2, 3
    for number in range(4):
        await records.card(f"CA4D{number}", "alice")
    await records.hold("alice")
    await step.look()
    assert [len(one["localAuthorizationList"]) for one in sent(charger)] == [2, 1]
    assert len(cards(charger)) == 3


@all_versions
async def test_a_charger_that_says_nothing_of_its_room_gets_what_fits(
    version: str, records: Records, make_charger: MakeCharger, step: Step
) -> None:
    charger = await make_charger(version=version)
    room = charger.local_list
    room.most_a_message, room.most, room.tells_room = 4, 3, False
    for number in range(7):
        await records.card(f"CA4D{number}", "alice")
    await records.hold("alice")
    await step.look()
    assert (await kept(records)).refusal == "Failed"
    for _ in range(3):
        await step.look()
    assert len(cards(charger)) == 3
    assert (await kept(records)).refusal == ""
    many = len(sent(charger))
    await step.look()
    assert len(sent(charger)) == many


@all_versions
async def test_a_list_given_at_the_charger_meanwhile_is_put_right_by_the_next_change(
    version: str, records: Records, make_charger: MakeCharger, step: Step
) -> None:
    charger = await make_charger(version=version)
    hold_id = await records.hold("alice")
    await step.look()
    charger.local_list.update(50, {"5TAFF001": None}, full=True)
    await release(records, hold_id)
    await records.hold("bob", number=2, code=OTHER_CODE)
    await step.look()
    await step.look()
    assert cards(charger) == {BOB}
    assert version_of(sent(charger)[-1]) == 51


async def test_who_refuses_for_good_is_left_alone_for_an_hour(
    records: Records, make_charger: MakeCharger, step: Step
) -> None:
    charger = await make_charger(misbehaviour=Misbehaviour(unsupported=frozenset({"SendLocalList"})))
    await records.hold("alice", lasts=timedelta(hours=6))
    for _ in range(3):
        await step.look()
    assert len(sent(charger)) == 1
    charger.misbehaviour.unsupported = frozenset()
    await step.look(timedelta(minutes=61))
    assert cards(charger) == {ALICE}


async def test_who_knows_no_local_list_is_left_alone(
    records: Records, make_charger: MakeCharger, step: Step
) -> None:
    knobs = Misbehaviour(unsupported=frozenset({"GetLocalListVersion", "SendLocalList"}))
    charger = await make_charger(misbehaviour=knobs)
    await records.hold("alice")
    await step.look()
    await step.look()
    assert sent(charger) == []


async def test_where_it_is_no_longer_kept_the_list_is_emptied(
    records: Records, make_charger: MakeCharger, step: Step
) -> None:
    charger = await make_charger()
    await records.hold("alice")
    await step.look()
    await change(records, keeps_local_list=False)
    await step.look()
    assert cards(charger) == set()
    assert await kept(records) is None
    await step.look()
    assert len(sent(charger)) == 2


async def test_other_chargers_lists_are_left_as_they_are(
    records: Records, make_charger: MakeCharger, step: Step
) -> None:
    other = await make_charger("NORTH-2")
    await records.hold("alice", charger="NORTH-2")
    await step.look()
    assert sent(other) == []
