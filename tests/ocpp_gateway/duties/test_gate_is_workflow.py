"""What a card is told is what its reservation does: random days at a site through the gate and the workflow's rules."""

from random import Random

import pytest

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


async def live(day: Day) -> None:
    random = day.random
    deeds = [day.book, day.book, day.start, day.start, day.start, day.stop, day.cancel, day.move]
    for _ in range(60):
        await day.passes()
        await random.choice(deeds)()
    assert any("charges" in line for line in day.story)
