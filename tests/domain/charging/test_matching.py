"""Whose a session is: the rule over its cases, and what holds for all of them."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.matching import (
    Claim,
    Match,
    SeenSession,
    Standing,
    Whose,
    is_there_already,
    match,
    next_slot,
)
from tests.factories import NOON


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


ANNAS = Claim(
    reservation_code="R",
    driver_id="anna",
    group_id="fleet",
    connector_id=1,
    opens_at=at(-10),
    since=at(-10),
    start=at(0),
    end=at(60),
)
TWO_PLUGS = replace(ANNAS, beside=frozenset({2}))
HERS = SeenSession(connector_id=1, driver_id="anna", started_at=at(5))
TOOK = replace(HERS, connector_id=2, authorised=False, took_place=True)
NOBODYS = replace(HERS, driver_id=None)
WALK_IN, STRANGER, OWN = Match(Whose.WALK_IN), Match(Whose.STRANGER), Match(Whose.RESERVATION, "R")


@pytest.mark.parametrize(
    ("session", "claim", "asked", "found"),
    [
        (HERS, ANNAS, 5, OWN),
        (replace(HERS, connector_id=2), ANNAS, 5, OWN),  # the neighbour's bay, or one that was left
        (replace(HERS, started_at=at(-30)), ANNAS, -15, WALK_IN),  # early: not before the lock
        (replace(HERS, started_at=at(-30)), replace(ANNAS, since=at(-15)), -15, OWN),
        (replace(HERS, started_at=at(-30), ended_at=at(-20)), replace(ANNAS, since=at(-15)), -15, WALK_IN),
        (replace(HERS, started_at=at(60)), ANNAS, 60, WALK_IN),  # too late
        (HERS, replace(ANNAS, standing=Standing.GIVEN_UP), 20, OWN),  # late
        (HERS, replace(ANNAS, standing=Standing.UNPAID), 5, WALK_IN),
        (HERS, replace(ANNAS, standing=Standing.OVER), 5, WALK_IN),  # started in the second of a cancellation
        (replace(HERS, authorised=False, unpaid=True), replace(ANNAS, standing=Standing.UNPAID), 5, STRANGER),
        (replace(HERS, authorised=False, unpaid=True), ANNAS, 5, OWN),  # paid since
        (replace(HERS, authorised=False), ANNAS, 5, STRANGER),  # the place was somebody else's
        (replace(TOOK, ended_at=at(20)), ANNAS, 25, OWN),  # charged there all the same
        (replace(TOOK, ended_at=at(20)), replace(ANNAS, charging=True), 25, OWN),  # and then at her own bay
        (replace(TOOK, ended_at=at(20)), replace(ANNAS, standing=Standing.OVER), 25, STRANGER),
        (replace(TOOK, ended_at=at(20), driver_id="ben", group_id="fleet"), ANNAS, 25, STRANGER),
        (TOOK, ANNAS, 5, STRANGER),  # is being stopped
        (replace(HERS, authorised=False, unpaid=True, connector_id=2), ANNAS, 5, STRANGER),
        (
            replace(HERS, authorised=False, unpaid=True, connector_id=2),
            TWO_PLUGS,
            5,
            OWN,
        ),  # K1.4
        (replace(HERS, authorised=False, unpaid=True, connector_id=3), TWO_PLUGS, 5, STRANGER),
        (replace(NOBODYS, group_id="fleet", connector_id=2), TWO_PLUGS, 5, OWN),
        (replace(NOBODYS, group_id="fleet", connector_id=3), TWO_PLUGS, 5, WALK_IN),
        (HERS, replace(ANNAS, charging=True), 5, WALK_IN),  # a second car
        (replace(HERS, priced_by="Q"), ANNAS, 5, Match(Whose.RESERVATION, "Q")),
        (replace(NOBODYS, group_id="fleet"), ANNAS, 5, OWN),
        (replace(NOBODYS, group_id="fleet", connector_id=2), ANNAS, 5, WALK_IN),
        (replace(NOBODYS, group_id="fleet", started_at=at(-10)), ANNAS, -10, OWN),
        (replace(NOBODYS, group_id="fleet", started_at=at(-11)), ANNAS, 5, WALK_IN),  # before the window
        (replace(NOBODYS, group_id="fleet", started_at=at(-11)), replace(ANNAS, since=at(-15)), -11, WALK_IN),
        (replace(HERS, app_of="R"), ANNAS, 5, OWN),
        (
            replace(HERS, app_of="Q"),
            ANNAS,
            5,
            WALK_IN,
        ),  # another reservation's credential opens only that one
        (replace(HERS, driver_id="ben"), ANNAS, 5, WALK_IN),
        (NOBODYS, ANNAS, 5, WALK_IN),
    ],
)
def test_cases(session: SeenSession, claim: Claim, asked: float, found: Match) -> None:
    assert match(session, [claim], at(asked)) == found


def test_of_several_the_named_the_nearest_and_the_earliest() -> None:
    here, there = ANNAS, replace(ANNAS, reservation_code="S", connector_id=2)
    assert match(HERS, [there, here], at(5)).reservation_code == "R"
    assert match(replace(HERS, named="S"), [there, here], at(5)).reservation_code == "S"
    assert match(replace(HERS, named="T"), [there, here], at(5)).reservation_code == "R"
    second = replace(
        ANNAS, reservation_code="S", connector_id=2, beside=frozenset({1}), start=at(60), end=at(120)
    )
    assert match(replace(HERS, connector_id=2), [second, TWO_PLUGS], at(5)).reservation_code == "R"
    later = replace(ANNAS, reservation_code="Q", start=at(1))
    assert match(replace(HERS, connector_id=3), [later, here], at(5)).reservation_code == "R"


minutes = st.integers(-60, 120)
claims = st.builds(
    lambda n, driver, group, connector, start, locked, standing, charging: Claim(
        reservation_code=f"R{n}",
        driver_id=driver,
        group_id=group,
        connector_id=connector,
        opens_at=at(start - 10),
        since=at(start - 10 - locked),
        start=at(start),
        end=at(start + 60),
        standing=standing,
        charging=charging,
    ),
    st.integers(0, 5),
    st.sampled_from(["anna", "ben"]),
    st.sampled_from([None, "fleet"]),
    st.integers(1, 3),
    minutes,
    st.integers(0, 20),
    st.sampled_from(Standing),
    st.booleans(),
)
seen = st.builds(
    lambda driver, group, app, connector, start, lasts, authorised, took: SeenSession(
        connector_id=connector,
        driver_id=driver,
        group_id=group,
        app_of=app,
        started_at=at(start),
        ended_at=None if lasts is None else at(start + lasts),
        authorised=authorised,
        took_place=took and not authorised,
    ),
    st.sampled_from([None, "anna", "ben"]),
    st.sampled_from([None, "fleet"]),
    st.sampled_from([None, None, "R1"]),
    st.integers(1, 3),
    minutes,
    st.none() | st.integers(0, 90),
    st.booleans(),
    st.booleans(),
)


def of_group_in_time(session: SeenSession, claim: Claim) -> bool:
    return session.group_id == claim.group_id and session.started_at >= claim.opens_at


@given(seen, st.lists(claims, max_size=4), minutes)
def test_only_what_prices_it_and_only_its_own_people_within_the_window(
    session: SeenSession, known: list[Claim], asked: int
) -> None:
    found = match(session, known, at(asked))
    if found.whose is not Whose.RESERVATION:
        assert (found.whose is Whose.WALK_IN) is session.authorised
        return
    fitting = [claim for claim in known if claim.reservation_code == found.reservation_code]
    assert any(
        claim.standing in (Standing.OPEN, Standing.GIVEN_UP)
        and (session.took_place or not claim.charging)
        and session.started_at < claim.end
        and (session.driver_id == claim.driver_id or of_group_in_time(session, claim) or session.app_of)
        for claim in fitting
    )


@given(seen, st.lists(claims, max_size=4), minutes, st.randoms())
def test_the_order_of_evidence_says_nothing_and_asking_again_changes_nothing(
    session: SeenSession, known: list[Claim], asked: int, random: Random
) -> None:
    found = match(session, known, at(asked))
    shuffled = list(known)
    random.shuffle(shuffled)
    assert match(session, shuffled, at(asked)) == found
    if found.reservation_code is not None:
        adopted = replace(session, priced_by=found.reservation_code, authorised=True)
        assert match(adopted, known, at(asked)) == found


@given(seen, claims, minutes)
def test_a_paid_driver_who_charges_in_the_window_is_never_overlooked(
    session: SeenSession, claim: Claim, asked: int
) -> None:
    """Whatever connector of the site, as long as the gate let them in: no no-show."""
    mine = replace(session, driver_id=claim.driver_id, app_of=None, authorised=True)
    open_claim = replace(claim, standing=Standing.OPEN, charging=False)
    ended = mine.ended_at
    within = mine.started_at < claim.end and (ended > claim.since if ended else at(asked) >= claim.since)
    if within:
        assert match(mine, [open_claim], at(asked)).reservation_code == claim.reservation_code


@given(seen, claims, st.integers(-90, 0), st.integers(0, 60), minutes)
def test_what_is_told_of_from_a_queue_is_adopted_as_far_as_it_is_known_and_not_as_if_it_ran(
    session: SeenSession, claim: Claim, since: int, told: int, asked: int
) -> None:
    """Nothing of a time before the window is a reservation's; who came early within it is known as who came later."""
    began = claim.since + timedelta(minutes=since)
    mine = replace(session, driver_id=claim.driver_id, app_of=None, authorised=True, ended_at=None)
    until = began + timedelta(minutes=told)
    mine = replace(mine, started_at=began, known_until=until)
    open_claim = replace(claim, standing=Standing.OPEN, charging=False)
    found = match(mine, [open_claim], at(asked)).reservation_code
    assert (found is not None) is (until >= claim.since)
    in_time = replace(mine, started_at=claim.since, known_until=claim.since)
    assert match(in_time, [open_claim], at(asked)).reservation_code == claim.reservation_code
    of_another = replace(mine, priced_by="Q")
    there = is_there_already(claim, of_another, {mine.connector_id}, ())
    assert there is (mine.started_at < claim.end and until > claim.start)
    if asked >= (claim.since - at(0)) / timedelta(minutes=1):
        goes_on = replace(mine, known_until=None)  # its charger has said something of it of now
        assert match(goes_on, [open_claim], at(asked)).reservation_code == claim.reservation_code


SECOND = replace(ANNAS, reservation_code="S", since=at(55), start=at(65), end=at(125))
RUNS = replace(HERS, priced_by="R")
BAY = frozenset({1, 2})


@given(
    asked=st.integers(66, 124),
    gap=st.integers(0, 20),
    driver=st.sampled_from(["anna", "ben"]),
    connector=st.integers(1, 3),
    standing=st.sampled_from(Standing),
)
def test_the_first_slot_goes_on_exactly_where_the_second_knows_its_driver(
    asked: int, gap: int, driver: str, connector: int, standing: Standing
) -> None:
    second = replace(
        SECOND,
        driver_id=driver,
        connector_id=connector,
        standing=standing,
        since=at(50 + gap),
        start=at(60 + gap),
    )
    goes_on = next_slot("anna", at(60), BAY, [second]) is not None
    is_there = is_there_already(second, RUNS, BAY if connector in BAY else {connector}, {"R"} - {driver})
    assert goes_on == (driver == "anna" and connector != 3 and gap <= 15 and standing is Standing.OPEN)
    if goes_on:
        assert is_there
    assert match(RUNS, [ANNAS, second], at(asked)) == OWN  # and one of them prices it, the first


@pytest.mark.parametrize(
    ("session", "there"),
    [
        (RUNS, True),
        (replace(RUNS, connector_id=2), True),  # another plug of the bay
        (replace(RUNS, connector_id=3), False),
        (replace(RUNS, ended_at=at(70)), True),
        (replace(RUNS, ended_at=at(62)), False),
        (replace(RUNS, authorised=False), False),
        (replace(RUNS, priced_by=None), False),  # matched as its own, or a walk-in's
        (replace(RUNS, priced_by="S"), False),
        (replace(RUNS, driver_id="ben", priced_by="Q"), False),
    ],
)
def test_whose_car_stands_there_in_the_second_slot(session: SeenSession, there: bool) -> None:
    assert is_there_already(SECOND, session, BAY, ()) is there


def test_a_car_of_a_reservation_that_is_not_over_stands_there_with_a_mates_card() -> None:
    ended = replace(RUNS, driver_id="mate", ended_at=at(50))
    assert is_there_already(SECOND, ended, BAY, {"R"})
    assert not is_there_already(SECOND, ended, BAY, ())


def test_what_begins_in_the_second_slot_is_the_seconds() -> None:
    anew = replace(HERS, started_at=at(70))
    assert match(anew, [ANNAS, SECOND], at(70)).reservation_code == "S"
