"""Who may charge: properties over random holds, and the corners drivers run into."""

from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.charging.access import AccessDecision, decide_access, is_for
from domain.charging.access_facts import HoldOnConnector, KeptPlace, PresentedToken
from domain.charging.access_reasons import AccessReason
from tests.domain.builders import at

EARLY = 10
CONNECTORS = (1, 2)


def make_hold(
    code: str, driver: str, start: int, end: int, connector: int = 1, **over: object
) -> HoldOnConnector:
    group = over.get("group")
    return HoldOnConnector(
        reservation_code=code,
        connector_id=connector,
        driver_id=driver,
        group_id=group if isinstance(group, str) else None,
        opens_at=at(start - EARLY),
        start=at(start),
        end=at(end),
        given_up=bool(over.get("released", False)),
        walk_in_warning=timedelta(minutes=15),
        unpaid=bool(over.get("unpaid", False)),
    )


def rfid(driver: str, group: str | None = None) -> PresentedToken:
    return PresentedToken(known=True, driver_id=driver, group_id=group)


def app(code: str, driver: str = "anna") -> PresentedToken:
    return PresentedToken(known=True, driver_id=driver, reservation_code=code)


drivers = st.sampled_from(["anna", "ben", "cleo"])
groups = st.sampled_from([None, "fleet", "taxi"])


@st.composite
def connector_plans(draw: st.DrawFn) -> tuple[HoldOnConnector, ...]:
    """Holds that never overlap on one connector, as the exclusion constraint guarantees."""
    holds = []
    for connector in CONNECTORS:
        minute = draw(st.integers(0, 30))
        for index in range(draw(st.integers(0, 3))):
            length = draw(st.integers(5, 40))
            holds.append(
                make_hold(
                    f"code-{connector}-{index}",
                    draw(drivers),
                    minute,
                    minute + length,
                    connector,
                    group=draw(groups),
                    released=draw(st.booleans()),
                )
            )
            minute += length + draw(st.sampled_from([0, 5, 30]))
    return tuple(holds)


tokens = st.one_of(
    st.builds(rfid, drivers, groups),
    st.builds(app, st.sampled_from([f"code-{c}-{n}" for c in CONNECTORS for n in range(3)])),
)
instants = st.integers(-40, 140).map(at)


def open_holds(holds: tuple[HoldOnConnector, ...], connector: int, now: datetime) -> list[HoldOnConnector]:
    return [h for h in holds if h.connector_id == connector and not h.given_up and h.opens_at <= now < h.end]


@settings(max_examples=150)
@given(tokens, connector_plans(), instants, st.sampled_from([(1,), (2,), CONNECTORS]))
def test_a_token_only_ever_opens_a_hold_that_is_its_own_inside_the_window(
    token: PresentedToken, holds: tuple[HoldOnConnector, ...], now: datetime, connectors: tuple[int, ...]
) -> None:
    decision = decide_access(token, connectors, holds, now)
    if decision.reservation_code is None:
        return
    (served,) = (h for h in holds if h.reservation_code == decision.reservation_code)
    assert decision.allowed
    assert is_for(token, served)
    assert served.connector_id in connectors
    assert served.opens_at <= now < served.end or served.given_up
    assert decision.until is not None
    assert now < decision.until <= served.end


@settings(max_examples=150)
@given(tokens, connector_plans(), instants)
def test_a_connector_whose_window_is_open_refuses_everybody_it_is_not_for(
    token: PresentedToken, holds: tuple[HoldOnConnector, ...], now: datetime
) -> None:
    is_open = open_holds(holds, 1, now)
    if is_open and not any(is_for(token, h) for h in is_open):
        assert not decide_access(token, (1,), holds, now).allowed


@pytest.mark.parametrize("token", [app("late", "ben"), rfid("cleo", "fleet")])
def test_who_is_late_does_not_stay_in_the_open_window_of_another_slot_that_they_do_not_open(
    token: PresentedToken,
) -> None:
    """By the credential of the late one alone, as guests have; or as a mate of a group that has the late one only."""
    late = make_hold("late", "ben", -30, 30, released=True, group="fleet")
    turn = make_hold("turn", "ben", 0, 20)
    assert decide_access(token, (1,), (late, turn), at(0)).reason is AccessReason.RESERVED_FOR_ANOTHER
    assert decide_access(token, (1,), (late,), at(0)).reason is AccessReason.LATE_ARRIVAL


@settings(max_examples=150)
@given(drivers, connector_plans(), instants)
def test_a_walk_in_is_welcome_when_nothing_is_near_and_gone_before_the_next_slot(
    driver: str, holds: tuple[HoldOnConnector, ...], now: datetime
) -> None:
    decision = decide_access(rfid(driver), (1,), holds, now)
    ahead = [h for h in holds if h.connector_id == 1 and not h.given_up and now < h.end]
    others = [h for h in ahead if h.driver_id != driver]
    if all(h.start - h.walk_in_warning > now for h in ahead):
        assert decision.allowed
    if decision.reason is AccessReason.WALK_IN:
        assert decision.until == min((h.start for h in others), default=None)


@given(tokens, connector_plans(), instants)
def test_a_bare_authorize_is_the_best_of_what_the_connectors_would_answer(
    token: PresentedToken, holds: tuple[HoldOnConnector, ...], now: datetime
) -> None:
    single = [decide_access(token, (connector,), holds, now) for connector in CONNECTORS]
    best = decide_access(token, CONNECTORS, holds, now)
    assert best in single
    assert best.allowed == any(decision.allowed for decision in single)
    if best.reason is AccessReason.WALK_IN:
        stays = [d.until for d in single if d.reason is AccessReason.WALK_IN]
        assert best.until == (None if None in stays else max(filter(None, stays)))


@given(tokens, connector_plans(), instants)
def test_a_guest_always_gets_more_time_than_the_warning(
    token: PresentedToken, holds: tuple[HoldOnConnector, ...], now: datetime
) -> None:
    decision = decide_access(token, (1,), holds, now)
    others = [
        h for h in holds if h.connector_id == 1 and not h.given_up and now < h.end and not is_for(token, h)
    ]
    if decision.reason in (AccessReason.WALK_IN, AccessReason.LATE_ARRIVAL):
        assert all(h.start - now > h.walk_in_warning for h in others)


@given(tokens, connector_plans(), instants, st.randoms(use_true_random=False))
def test_only_the_asked_connectors_living_holds_and_the_tokens_own_matter(
    token: PresentedToken, holds: tuple[HoldOnConnector, ...], now: datetime, random: Random
) -> None:
    relevant = [
        h for h in holds if h.connector_id == 1 and now < h.end and (not h.given_up or is_for(token, h))
    ]
    random.shuffle(relevant)
    assert decide_access(token, (1,), tuple(relevant), now) == decide_access(token, (1,), holds, now)


@given(connector_plans(), instants)
def test_no_token_that_is_unknown_or_blocked_is_ever_allowed(
    holds: tuple[HoldOnConnector, ...], now: datetime
) -> None:
    unknown = PresentedToken(known=False)
    blocked = PresentedToken(known=True, blocked=True, driver_id="anna", group_id="fleet")
    assert not decide_access(unknown, CONNECTORS, holds, now).allowed
    assert not decide_access(blocked, CONNECTORS, holds, now).allowed


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (PresentedToken(known=False), AccessReason.TOKEN_UNKNOWN),
        (PresentedToken(known=True, blocked=True, driver_id="anna"), AccessReason.TOKEN_BLOCKED),
    ],
)
def test_unknown_and_blocked_tokens_are_refused_even_by_their_own_hold(
    token: PresentedToken, reason: AccessReason
) -> None:
    hold = make_hold("A", "anna", 0, 60)
    assert decide_access(token, (1,), (hold,), at(5)) == AccessDecision(allowed=False, reason=reason)


def test_early_start_waits_for_a_slot_that_still_runs() -> None:
    holds = (make_hold("A", "anna", 0, 60), make_hold("B", "ben", 60, 120))
    assert decide_access(rfid("ben"), (1,), holds, at(55)).reason is AccessReason.RESERVED_FOR_ANOTHER
    assert decide_access(app("B", "ben"), (1,), holds, at(55)).reason is AccessReason.RESERVED_FOR_ANOTHER
    assert decide_access(rfid("anna"), (1,), holds, at(55)).reservation_code == "A"
    assert decide_access(rfid("ben"), (1,), holds, at(60)).reservation_code == "B"
    assert decide_access(rfid("ben"), (1,), holds[1:], at(55)).reservation_code == "B"


def test_early_start_waits_for_an_earlier_slot_that_has_not_begun() -> None:
    holds = (make_hold("A", "anna", 0, 5), make_hold("B", "ben", 5, 20))
    assert not decide_access(rfid("ben"), (1,), holds, at(-3)).allowed


def test_two_slots_of_one_driver_back_to_back_are_served_in_turn() -> None:
    holds = (make_hold("A1", "anna", 0, 60), make_hold("A2", "anna", 60, 120))
    assert decide_access(rfid("anna"), (1,), holds, at(59)).reservation_code == "A1"
    assert decide_access(rfid("anna"), (1,), holds, at(60)).reservation_code == "A2"


def test_a_driver_gets_their_own_hold_before_one_of_the_group() -> None:
    holds = (
        make_hold("MATE", "ben", 0, 60, connector=1, group="fleet"),
        make_hold("OWN", "anna", 5, 65, connector=2, group="fleet"),
    )
    assert decide_access(rfid("anna", "fleet"), CONNECTORS, holds, at(6)).reservation_code == "OWN"
    assert decide_access(rfid("anna", "fleet"), (1,), holds, at(6)).reservation_code == "MATE"


def test_a_group_mate_does_not_walk_in_shortly_before_the_slot() -> None:
    hold = make_hold("MATE", "ben", 0, 60, group="fleet")
    assert decide_access(rfid("anna", "fleet"), (1,), (hold,), at(-12)).reason is AccessReason.RESERVED_SOON
    assert decide_access(rfid("anna", "fleet"), (1,), (hold,), at(-30)).until == at(0)


@pytest.mark.parametrize("minute", [-11, 60])
def test_an_app_credential_opens_nothing_outside_its_window(minute: int) -> None:
    hold = make_hold("A", "anna", 0, 60)
    assert decide_access(app("A"), (1,), (hold,), at(minute)).reason is AccessReason.OUTSIDE_WINDOW


@pytest.mark.parametrize("token", [rfid("anna"), rfid("ben", "fleet"), app("A")], ids=["own", "group", "app"])
def test_an_unpaid_hold_keeps_others_out_and_opens_to_nobody(token: PresentedToken) -> None:
    hold = make_hold("A", "anna", 0, 60, group="fleet", unpaid=True)
    assert decide_access(token, (1,), (hold,), at(5)).reason is AccessReason.UNPAID
    assert decide_access(rfid("eve"), (1,), (hold,), at(5)).reason is AccessReason.RESERVED_FOR_ANOTHER
    assert decide_access(rfid("anna"), CONNECTORS, (hold,), at(5)).reason is AccessReason.WALK_IN


def test_an_app_credential_opens_only_its_own_reservation() -> None:
    other = make_hold("B", "anna", 0, 60)
    assert not decide_access(app("A"), (1,), (other,), at(5)).allowed
    assert not decide_access(app("A"), (1,), (), at(5)).allowed


def test_a_no_show_is_welcome_late_while_nobody_else_is_due() -> None:
    missed = make_hold("A", "anna", 0, 60, released=True)
    assert decide_access(rfid("anna"), (1,), (missed,), at(30)).reason is AccessReason.LATE_ARRIVAL
    assert decide_access(app("A"), (1,), (missed,), at(30)).until == at(60)
    assert decide_access(rfid("ben"), (1,), (missed,), at(30)).reason is AccessReason.WALK_IN
    taken = make_hold("B", "ben", 25, 55)
    assert not decide_access(app("A"), (1,), (missed, taken), at(30)).allowed


def test_a_charger_without_a_usable_connector_is_out_of_service() -> None:
    assert decide_access(rfid("anna"), (), (), at(0)).reason is AccessReason.OUT_OF_SERVICE


kept_places = st.dictionaries(
    st.sampled_from(CONNECTORS), st.integers(-40, 140).map(lambda minute: KeptPlace(since=at(minute), by="T"))
)


@settings(max_examples=150)
@given(tokens, connector_plans(), instants, kept_places, st.sampled_from(CONNECTORS))
def test_access_rules_bind_walk_ins_and_nobody_who_has_booked(
    token: PresentedToken,
    holds: tuple[HoldOnConnector, ...],
    now: datetime,
    kept: dict[int, KeptPlace],
    connector: int,
) -> None:
    freely = decide_access(token, (connector,), holds, now)
    decision = decide_access(token, (connector,), holds, now, kept)
    place = kept.get(connector)
    if freely.reason is not AccessReason.WALK_IN or place is None:
        assert decision == freely
    elif place.since <= now:
        assert (decision.allowed, decision.reason) == (False, AccessReason.NO_ACCESS)
        assert decision.kept_by == "T"
    else:
        begins_first = freely.until is None or place.since < freely.until
        assert decision.allowed
        assert decision.until == (place.since if begins_first else freely.until)
        assert decision.kept_by == ("T" if begins_first else "")


def test_a_card_is_let_in_at_the_reader_for_the_bay_that_is_not_kept() -> None:
    kept = {1: KeptPlace(since=at(0), by="Taxis only")}
    both = decide_access(rfid("ben"), CONNECTORS, (), at(0), kept)
    assert (both.allowed, both.until) == (True, None)
    everywhere = kept | {2: kept[1]}
    assert decide_access(rfid("ben"), CONNECTORS, (), at(0), everywhere).reason is AccessReason.NO_ACCESS
    soon = (make_hold("A", "anna", 5, 60, connector=2),)
    assert (
        decide_access(rfid("ben"), CONNECTORS, soon, at(0), kept).reason is AccessReason.RESERVED_FOR_ANOTHER
    )
