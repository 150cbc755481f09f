"""Distances on the globe, and who is near."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.place.nearby import (
    MOST_SITES,
    NEARBY_M,
    Route,
    Spot,
    detour_m,
    distance_m,
    latitudes_nearby,
    nearest,
)

BERLIN = Spot(site_id="berlin", latitude=52.5200, longitude=13.4050)
spots = st.builds(
    lambda latitude, longitude: Spot(site_id="there", latitude=latitude, longitude=longitude),
    st.floats(-90, 90),
    st.floats(-180, 180),
)


@pytest.mark.parametrize(
    ("latitude", "longitude", "km"),
    [(52.5200, 13.4050, 0), (48.1374, 11.5755, 504.3), (52.3906, 13.0645, 27.2), (-52.52, -166.595, 20015.1)],
    ids=["here", "Munich", "Potsdam", "the other side"],
)
def test_known_distances(latitude: float, longitude: float, km: float) -> None:
    there = Spot(site_id="there", latitude=latitude, longitude=longitude)
    assert distance_m(BERLIN, there) / 1000 == pytest.approx(km, abs=0.1)


@given(spots, spots)
def test_it_is_as_far_there_as_back(a: Spot, b: Spot) -> None:
    assert distance_m(a, b) == pytest.approx(distance_m(b, a), abs=1e-3)


@given(spots, spots)
def test_nobody_near_lies_outside_the_band_that_is_searched(home: Spot, there: Spot) -> None:
    south, north = latitudes_nearby(home)
    assert distance_m(home, there) > NEARBY_M - 1 or south <= there.latitude <= north


def test_the_nearest_come_first_and_the_far_not_at_all() -> None:
    near = [
        Spot(site_id=f"site-{n}", latitude=52.52 + n / 100, longitude=13.405)
        for n in range(MOST_SITES, 0, -1)
    ]
    far = Spot(site_id="potsdam", latitude=52.3906, longitude=13.0645)
    assert list(nearest(BERLIN, [far, BERLIN, *near])) == [f"site-{n}" for n in range(1, MOST_SITES + 1)]
    assert nearest(BERLIN, [far, BERLIN]) == {}
    assert nearest(BERLIN, near[-1:]) == {"site-1": 1112}
    beside = [Spot(site_id=name, latitude=52.52, longitude=13.405) for name in "fedcba"]
    assert list(nearest(BERLIN, beside)) == list("abcde")


@given(spots, spots, spots, spots)
def test_a_detour_is_what_the_way_over_another_site_is_longer(a: Spot, b: Spot, one: Spot, two: Spot) -> None:
    along = Route(start=a, end=b)
    assert detour_m(along, one, one) == 0
    assert abs(detour_m(along, one, two) + detour_m(along, two, one)) <= 1
    assert abs(detour_m(along, one, two) - detour_m(Route(start=b, end=a), one, two)) <= 1
    assert abs(detour_m(Route(start=a), one, two)) <= distance_m(one, two) + 1
    assert detour_m(along, a, two) >= -1
