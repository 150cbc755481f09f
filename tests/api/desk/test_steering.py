"""Actions at the desk: who may, signed by whom, once a key, and what is said of a reservation that is not there."""

from collections import Counter

import pytest
from sqlalchemy import select

from activities.holds.activities import HoldActivities
from api.desk.desk import Desk
from api.desk.refusals import KeyReused, ScopeMissing
from db.engine import Sessions
from db.tables import Connector
from domain.errors import ConnectorLesser, UnknownConnector, UnknownReservation
from domain.facts.refusals import LesserConnector
from domain.facts.refused_bookings import SomebodyFaster
from domain.reservation.actions.action import Action, Actor
from domain.reservation.actions.messages import Cancel, Operate, Reassign
from domain.reservation.actions.table import ACTIONS, BY_NAME
from domain.reservation.code import reservation_code
from tests.activities.holds.hold_desk import replacement
from tests.api.desk.players import DRIVER, FLEET, OPERATOR, STRANGER, PlayedReservations, caller
from tests.api.stage import publish, view_of
from tests.factories import make_booking, make_seed, make_site, make_slot, plant
from workflows.client.failures import NoWorkflow, Refused

CODE = reservation_code("driver-1", "steering")
CANCEL, REASSIGN, RESOLVE = BY_NAME["cancel"], BY_NAME["reassign"], BY_NAME["resolve"]


@pytest.fixture(scope="module", autouse=True)
async def published(sessions: Sessions) -> None:
    await publish(sessions, view_of(CODE))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
async def test_each_action_is_for_its_actor_alone(
    desk: Desk, workflows: PlayedReservations, action: Action
) -> None:
    mine, others = (
        (DRIVER, (STRANGER, FLEET, OPERATOR))
        if action.by is Actor.DRIVER
        else (OPERATOR, (DRIVER, STRANGER, FLEET))
    )
    for who in others:
        with pytest.raises((ScopeMissing, UnknownReservation)):
            await desk.steering.act(who, CODE, action)
    assert workflows.acts == []
    await desk.steering.act(mine, CODE, action)
    assert [(act.code, act.action) for act in workflows.acts] == [(CODE, action.name)]


async def test_an_operator_signs_whatever_name_the_message_came_with(
    desk: Desk, workflows: PlayedReservations
) -> None:
    await desk.steering.act(OPERATOR, CODE, RESOLVE, Operate(operator="somebody else", reason="paid"))
    (act,) = workflows.acts
    assert act.message == Operate(operator="olga", reason="paid")


async def test_a_key_makes_the_same_call_and_no_key_one_of_its_own(
    desk: Desk, workflows: PlayedReservations
) -> None:
    for key in ("a", "a", "b", None, None):
        await desk.steering.act(DRIVER, CODE, CANCEL, Cancel(reason="rain"), key=key)
    ids = [act.update_id for act in workflows.acts]
    assert Counter(ids).most_common() == [(ids[0], 2), (None, 2), (ids[2], 1)]


async def test_a_key_belongs_to_one_caller_one_reservation_and_one_action(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations
) -> None:
    other = reservation_code("driver-1", "steering-other")
    await publish(sessions, view_of(other))
    for code, action in ((CODE, "check_in"), (CODE, "start_charging"), (other, "check_in")):
        await desk.steering.act(DRIVER, code, BY_NAME[action], key="one")
    await desk.steering.act(caller("otto", "operator"), CODE, RESOLVE, Operate(), key="one")
    await desk.steering.act(OPERATOR, CODE, RESOLVE, Operate(), key="one")
    assert len({(act.code, act.update_id) for act in workflows.acts}) == 5


async def test_a_key_reused_for_another_request_is_refused_before_anything_is_asked(
    desk: Desk, workflows: PlayedReservations
) -> None:
    await desk.steering.act(DRIVER, CODE, CANCEL, Cancel(reason="a"), key="reused")
    with pytest.raises(KeyReused):
        await desk.steering.act(DRIVER, CODE, CANCEL, Cancel(reason="b"), key="reused")
    assert len(workflows.acts) == 1


async def test_a_connector_that_is_named_has_to_exist(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations
) -> None:
    with pytest.raises(UnknownConnector):
        await desk.steering.act(OPERATOR, CODE, REASSIGN, Reassign(connector_id=4711), key="nowhere")
    assert workflows.acts == []
    async with sessions() as session:
        real = await session.scalar(select(Connector.id).limit(1))
    for connector_id in (real, None):
        await desk.steering.act(OPERATOR, CODE, REASSIGN, Reassign(connector_id=connector_id))
    assert len(workflows.acts) == 2


async def test_a_connector_that_is_less_than_booked_is_told_and_has_to_be_confirmed(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations
) -> None:
    code = reservation_code("driver-1", "steering-lesser")
    await publish(sessions, view_of(code))
    weak = make_site(site_id="weak", power_w=22_000, latitude=48.1)
    plug = make_site(site_id="plug", connector_type="CHADEMO", latitude=48.1)
    strong = make_site(site_id="strong", power_w=300_000, latitude=48.1)
    ids = await plant(sessions, make_seed(weak, plug, strong))
    assert (await HoldActivities(sessions).place_hold(make_booking(code=code))).refusal is None
    lesser = [ids["WEAK-1", 1], ids["PLUG-1", 1]]
    for charger, power_w, other_plug in (
        ("WEAK-1", 22_000, "IEC_62196_T2_COMBO"),
        ("PLUG-1", 150_000, "CHADEMO"),
    ):
        with pytest.raises(ConnectorLesser) as refused:
            await desk.steering.act(OPERATOR, code, REASSIGN, Reassign(connector_id=ids[charger, 1]))
        assert refused.value.why == LesserConnector(
            booked_plug="IEC_62196_T2_COMBO", booked_power_w=150_000, plug=other_plug, power_w=power_w
        )
    assert workflows.acts == []
    messages = [
        *(Reassign(connector_id=connector_id, accept_lesser=True) for connector_id in lesser),
        Reassign(connector_id=ids["STRONG-1", 1]),
    ]
    for message in messages:
        await desk.steering.act(OPERATOR, code, REASSIGN, message)
    assert [act.message.connector_id for act in workflows.acts if isinstance(act.message, Reassign)] == [
        message.connector_id for message in messages
    ]


async def test_after_a_move_to_less_the_booking_is_the_yardstick_and_not_where_it_went(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations
) -> None:
    code = reservation_code("driver-1", "steering-twice")
    await publish(sessions, view_of(code))
    places = [make_site(site_id=f"to-{kw}", power_w=kw * 1000, latitude=47.1) for kw in (22, 50, 150)]
    ids = await plant(sessions, make_seed(*places))
    holds = HoldActivities(sessions)
    later = make_slot(240, 60)
    assert (await holds.place_hold(make_booking(code=code, slot=later))).refusal is None
    weak, stronger, as_booked = (ids[f"TO-{kw}-1", 1] for kw in (22, 50, 150))
    moved = replacement(code=code, slot=later, only_connector_id=weak, instead=True)
    assert (await holds.hold_replacement(moved)).refusal is None
    for lesser in (stronger, weak):
        with pytest.raises(ConnectorLesser) as refused:
            await desk.steering.act(OPERATOR, code, REASSIGN, Reassign(connector_id=lesser))
        assert isinstance(refused.value.why, LesserConnector)
        assert refused.value.why.booked_power_w == 150_000
    await desk.steering.act(OPERATOR, code, REASSIGN, Reassign(connector_id=as_booked))
    assert len(workflows.acts) == 1


async def test_without_a_workflow_it_is_over_or_has_never_been(
    desk: Desk, workflows: PlayedReservations
) -> None:
    workflows.fails = NoWorkflow("over")
    with pytest.raises(NoWorkflow):
        await desk.steering.act(OPERATOR, CODE, RESOLVE, Operate())
    with pytest.raises(UnknownReservation):
        await desk.steering.act(OPERATOR, reservation_code("nobody", "never"), RESOLVE, Operate())


async def test_a_refusal_of_the_reservation_is_passed_on_as_it_is(
    desk: Desk, workflows: PlayedReservations
) -> None:
    workflows.fails = Refused("slot_unavailable", "full", SomebodyFaster())
    with pytest.raises(Refused) as refused:
        await desk.steering.act(DRIVER, CODE, CANCEL, Cancel())
    assert (refused.value.code, refused.value.why) == ("slot_unavailable", SomebodyFaster())
