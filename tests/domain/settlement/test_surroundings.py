"""Whether somebody waits, and how full the site is, when a reservation is settled."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.connector import IN_USE
from domain.place.connectors import PoolConnector
from domain.settlement.surroundings import Surroundings, surroundings_of
from tests.domain.builders import END, at
from tests.domain.place.pools import make_connector

OURS = 11


CHARGING: dict[str, Any] = {"sessions": ("",)}


def near(connector_id: int = OURS, **over: Any) -> PoolConnector:
    return make_connector(connector_id, **over)


def around(
    *site: PoolConnector, held: Collection[int] = (), next_start: datetime | None = None
) -> Surroundings:
    return surroundings_of(OURS, site, held=held, slot_end=END, next_start=next_start)


@pytest.mark.parametrize(
    ("next_start", "waits"),
    [(None, False), (at(60), True), (at(120), True), (at(120.1), False), (at(59), False)],
)
def test_the_next_guest_waits_from_the_end_of_our_slot_for_an_hour(
    next_start: datetime | None, waits: bool
) -> None:
    assert around(near(), near(12), next_start=next_start).somebody_waits == waits


@pytest.mark.parametrize("busy", [CHARGING, *({"status": s} for s in IN_USE)])
def test_whoever_comes_waits_when_no_other_connector_of_the_pool_is_left(busy: dict[str, Any]) -> None:
    assert around(near(), near(12), held={12}).somebody_waits
    assert around(near(), near(12, **busy)).somebody_waits
    assert not around(near(), near(12), near(13), held={12}).somebody_waits
    assert not around(near(), near(12, **busy), near(13)).somebody_waits
    assert not around(near(), near(12, pool_id="ac", **busy)).somebody_waits


def test_alone_in_its_pool_only_the_next_guest_can_wait() -> None:
    assert not around(near(**CHARGING)).somebody_waits


def test_a_site_that_no_longer_has_the_connector_has_nobody_waiting() -> None:
    assert around() == Surroundings(somebody_waits=False, occupancy_percent=0)
    assert not around(near(12), held={12}).somebody_waits


@given(st.integers(0, 20), st.integers(0, 20))
def test_occupancy_counts_the_whole_site(busy: int, free: int) -> None:
    site = [near(n, sessions=("",) if n < busy else (), pool_id=f"{n % 3}") for n in range(busy + free)]
    percent = around(*site).occupancy_percent
    assert 0 <= percent <= 100
    assert abs(percent * (busy + free) - 100 * busy) <= (busy + free) / 2
