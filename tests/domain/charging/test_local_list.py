"""A local list lets in who has the right now, until it ends; and comes about by messages of increasing numbers."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.charging.access import decide_access
from domain.charging.access_facts import HoldOnConnector, Maintained, PresentedToken
from domain.charging.access_reasons import AccessReason
from domain.charging.listing import ListedToken, SendLocalList
from domain.charging.local_list import Candidate, ListLimits, listed, shrunk, steps, wanted_entries
from domain.charging.tokens import TokenKind
from tests.factories import NOON

LIMITS = ListLimits()
HOUR = timedelta(hours=1)
DRIVERS = ("anna", "ben")

offsets = st.integers(-8, 8).map(lambda quarters: NOON + quarters * HOUR / 4)


def hold(driver: str = "anna", connector: int = 1, **over: Any) -> HoldOnConnector:
    values: dict[str, Any] = {
        "connector_id": connector,
        "reservation_code": f"{driver}{connector}",
        "driver_id": driver,
        "group_id": None,
        "opens_at": NOON - timedelta(minutes=10),
        "start": NOON,
        "end": NOON + HOUR,
    }
    return HoldOnConnector(**(values | over))


def candidate(
    *holds: HoldOnConnector, connectors: tuple[int, ...] = (1,), tag: str = "CARD", **over: Any
) -> Candidate:
    values: dict[str, Any] = {"known": True, "driver_id": "anna", "parent_tag": "PARENT"}
    token = PresentedToken(**(values | over))
    return Candidate(id_tag=tag, kind=TokenKind.RFID, token=token, connectors=connectors, holds=holds)


def test_a_card_that_would_open_a_connector_under_maintenance_is_on_no_list() -> None:
    own = candidate(hold(), connectors=(1, 2))
    assert listed(own, keeps_holds=True, now=NOON) is not None
    for now, end in ((NOON, NOON + HOUR), (NOON, NOON)):
        window = Maintained(connector_id=2, start=NOON - HOUR, end=end)
        found = listed(replace(own, maintained=(window,)), keeps_holds=True, now=now)
        assert (found is None) == (now < end)


@st.composite
def holds(draw: st.DrawFn) -> HoldOnConnector:
    start = draw(offsets)
    return hold(
        draw(st.sampled_from(DRIVERS)),
        draw(st.sampled_from((1, 2))),
        start=start,
        opens_at=start - draw(st.sampled_from((timedelta(0), timedelta(minutes=10)))),
        end=start + HOUR,
        given_up=draw(st.booleans()),
        unpaid=draw(st.booleans()),
        group_id=draw(st.sampled_from((None, "GROUP"))),
        walk_in_warning=draw(st.sampled_from((timedelta(0), HOUR))),
    )


@given(
    st.lists(holds(), max_size=4),
    st.sampled_from(DRIVERS),
    st.booleans(),
    st.sampled_from((None, "GROUP")),
    st.none() | offsets,
    st.booleans(),
)
def test_nobody_is_listed_whom_the_gate_would_not_let_in(
    there: list[HoldOnConnector], driver: str, blocked: bool, group: str | None, expires: Any, keeps: bool
) -> None:
    one = candidate(
        *there, connectors=(1, 2), driver_id=driver, blocked=blocked, group_id=group, expires_at=expires
    )
    entry = listed(one, keeps_holds=keeps, now=NOON)
    decision = decide_access(one.token, one.connectors, one.holds, NOON)
    if entry is None:
        return
    assert decision.reason is AccessReason.RESERVATION
    assert entry.accepted
    assert entry.expires_at is not None
    assert NOON < entry.expires_at <= (decision.until or NOON)
    if not keeps:
        assert all(decide_access(one.token, (n,), one.holds, NOON).allowed for n in one.connectors)


def test_a_card_is_listed_from_the_opening_to_the_slots_end() -> None:
    entry = ListedToken(id_tag="CARD", group_id="PARENT", expires_at=NOON + HOUR)
    assert listed(candidate(hold()), keeps_holds=False, now=NOON - timedelta(minutes=11)) is None
    assert listed(candidate(hold()), keeps_holds=False, now=NOON - timedelta(minutes=10)) == entry
    assert listed(candidate(hold()), keeps_holds=False, now=NOON + HOUR) is None


def test_beside_somebody_elses_slot_a_card_is_listed_only_where_the_charger_keeps_holds() -> None:
    both = candidate(hold(), hold("ben", 2), connectors=(1, 2))
    assert listed(both, keeps_holds=False, now=NOON) is None
    assert listed(both, keeps_holds=True, now=NOON) is not None


def test_what_does_not_fit_is_left_out_from_the_end() -> None:
    many = [candidate(hold(), tag=f"CARD{n}") for n in range(5)]
    many.insert(0, candidate(hold(), tag="X" * 21))
    found = wanted_entries(many, ListLimits(entries=2), keeps_holds=False, now=NOON)
    assert list(found) == ["CARD0", "CARD1"]
    long = candidate(hold(), parent_tag="P" * 21)
    assert wanted_entries([long], LIMITS, keeps_holds=False, now=NOON)["CARD"].group_id is None


class Charger:
    """As §5.15 of 1.6 says."""

    def __init__(self, entries: dict[str, ListedToken], version: int) -> None:
        self.entries, self.version = dict(entries), version

    def take(self, command: SendLocalList) -> None:
        if command.full:
            self.entries = {}
        else:
            assert command.version > self.version
        assert not (command.full and command.removed)
        for token in command.removed:
            del self.entries[token.id_tag]
        self.entries |= {token.id_tag: token for token in command.tokens}
        self.version = command.version


entries = st.dictionaries(st.sampled_from("ABCDEFGH"), st.sampled_from((NOON, NOON + HOUR)), max_size=8).map(
    lambda found: {tag: ListedToken(id_tag=tag, expires_at=until) for tag, until in found.items()}
)


@given(entries, entries, st.booleans(), st.integers(0, 50), st.none() | st.integers(1, 4))
def test_the_messages_make_the_list_whatever_the_charger_had(
    has: dict[str, ListedToken],
    wanted: dict[str, ListedToken],
    is_known: bool,
    version: int,
    per_message: int | None,
) -> None:
    charger = Charger(has, version)
    planned = steps(has if is_known else None, wanted, version, ListLimits(per_message=per_message))
    for number, step in enumerate(planned, start=1):
        assert step.command.version == version + number
        assert per_message is None or len(step.command.tokens) + len(step.command.removed) <= per_message
        charger.take(step.command)
        assert charger.entries == step.after
    assert charger.entries == wanted
    assert not is_known or has != wanted or planned == []


@given(st.integers(0, 60), st.integers(1, 60), st.integers(1, 60))
def test_a_list_that_is_refused_for_its_length_is_made_to_fit(
    many: int, room: int, in_a_message: int
) -> None:
    every = {f"CARD{n}": ListedToken(id_tag=f"CARD{n}", expires_at=NOON) for n in range(many)}
    limits: ListLimits | None = ListLimits()
    has: dict[str, ListedToken] | None = None
    looks = 0
    while limits is not None and (has is None or len(has) < min(many, limits.entries or many)):
        looks += 1
        assert looks < 20
        wanted = dict(list(every.items())[: limits.entries])
        for step in steps(has, wanted, looks, limits):
            if len(step.after) > room or len(step.command.tokens) > in_a_message:
                has, limits = None, shrunk(limits, step, has)
                break
            has = step.after
    assert limits is not None
    assert len(has or ()) * 2 >= min(many, room)


def test_numbers_begin_anew_with_the_whole_list() -> None:
    (step,) = steps(None, {}, 2**31 - 1, LIMITS)
    assert (step.command.version, step.command.full) == (1, True)
