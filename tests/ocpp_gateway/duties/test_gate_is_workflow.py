"""What a card is told is what its reservation does: random days at a site through the gate and the workflow's rules."""

from collections.abc import Awaitable, Callable
from random import Random

import pytest

from tests.ocpp_gateway.duties.random_cards import CardDay
from tests.ocpp_gateway.duties.random_day import Day
from tests.ocpp_gateway.records import Records


@pytest.fixture
async def online(records: Records) -> Records:
    for charger in ("NORTH-1", "NORTH-2"):
        await records.lease("gw-1", epoch=1, charger=charger)
    return records


@pytest.mark.parametrize("seed", [*range(12), 24, 28, 50, 84, 87])
async def test_what_a_card_is_told_is_what_its_reservation_does(seed: int, online: Records) -> None:
    await live(Day(online, Random(seed)))


@pytest.mark.parametrize("seed", range(100, 104))
async def test_the_same_where_two_plugs_share_a_bay(seed: int, online: Records) -> None:
    for charger in ("NORTH-1", "NORTH-2"):
        await online.share_bay(charger)
    await live(Day(online, Random(seed), shared_bays=True))


@pytest.mark.parametrize(("seed", "one_session_a_driver"), [(200, False), (201, False), (202, True)])
async def test_the_same_of_cards_only_shown_started_from_afar_or_told_of_late(
    seed: int, one_session_a_driver: bool, online: Records
) -> None:
    if one_session_a_driver:
        await online.allow_one_session_a_driver()
    day = CardDay(online, Random(seed))
    await live(day, day.show, day.show, day.start_offline)


async def live(day: Day, *more: Callable[[], Awaitable[None]]) -> None:
    random = day.random
    deeds = [day.book, day.book, day.start, day.start, day.start, day.stop, day.cancel, day.move, *more]
    for _ in range(60):
        await day.passes()
        await random.choice(deeds)()
    assert any("charges" in line for line in day.story)
