"""Which status changes reservations are told: every one costs history, none that matters may be missing."""

import itertools

import pytest

from domain.charging.connector import TROUBLE, ConnectorStatus, concerns_reservations, status_of_evse

ALL = tuple(ConnectorStatus)


@pytest.mark.parametrize(
    "after",
    [
        ConnectorStatus.AVAILABLE,
        ConnectorStatus.FINISHING,
        ConnectorStatus.SUSPENDED_EV,
        ConnectorStatus.FAULTED,
        ConnectorStatus.UNAVAILABLE,
    ],
)
def test_trouble_leaving_and_a_full_car_are_always_told(after: ConnectorStatus) -> None:
    assert all(concerns_reservations(before, after) for before in ALL)


def test_whatever_ends_trouble_is_told() -> None:
    assert all(concerns_reservations(before, after) for before, after in itertools.product(TROUBLE, ALL))


def test_a_car_that_takes_energy_again_is_told() -> None:
    assert concerns_reservations(ConnectorStatus.SUSPENDED_EV, ConnectorStatus.CHARGING)


def test_the_ordinary_way_to_a_charging_car_is_not_told() -> None:
    way = (
        ConnectorStatus.AVAILABLE,
        ConnectorStatus.RESERVED,
        ConnectorStatus.PREPARING,
        ConnectorStatus.CHARGING,
    )
    assert not any(concerns_reservations(before, after) for before, after in itertools.pairwise(way))


def test_a_cable_that_outlives_its_transaction_is_told_once() -> None:
    assert concerns_reservations(ConnectorStatus.CHARGING, ConnectorStatus.PREPARING)
    assert not concerns_reservations(ConnectorStatus.FINISHING, ConnectorStatus.PREPARING)


@pytest.mark.parametrize(
    ("plugs", "together"),
    [
        ("occupied unavailable", "occupied"),
        ("charging available", "occupied"),
        ("reserved unavailable", "reserved"),
        ("available unavailable", "available"),
        ("available faulted", "available"),
        ("unavailable faulted", "faulted"),
        ("unavailable unavailable", "unavailable"),
        ("occupied faulted", "occupied"),
    ],
)
def test_the_connectors_of_an_evse_speak_together(plugs: str, together: str) -> None:
    told = [ConnectorStatus(one) for one in plugs.split()]
    assert status_of_evse(told) == status_of_evse(reversed(told)) == together
