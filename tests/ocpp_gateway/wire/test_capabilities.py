"""What chargers say about themselves is read as far as it makes sense, and no further."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.capabilities import Findings
from ocpp_gateway.wire.v2x.version import ocpp21, ocpp201
from ocpp_gateway.wire.v16.version import ocpp16
from ocpp_gateway.wire.version import Version

OLD, NEW, NEWEST = ocpp16(), ocpp201(), ocpp21()
ODD = "".join(map(chr, range(0x180))) + "ıſ٣²½Ⅷ１𝟙漢🚗\u200b\u2028\ufeff"
"""Of each kind of characters some: to draw from all of Unicode costs seconds where its table was not built before."""
KEYS = [key for version in (OLD, NEW) for keys in version.capability_keys for key in keys]


def test_each_version_is_asked_in_its_own_words_and_little_at_a_time() -> None:
    assert NEW.capability_keys == NEWEST.capability_keys
    assert not any("." in key for keys in OLD.capability_keys for key in keys)
    assert all("." in key for keys in NEW.capability_keys for key in keys)
    assert max(map(len, (*OLD.capability_keys, *NEW.capability_keys))) <= 6


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Core,Reservation", True),
        ("Core, FirmwareManagement ,RESERVATION,SmartCharging", True),
        ("core;reservation", True),
        ("Reservation", True),
        ("Core,RemoteTrigger", False),
        ("true", None),
        ("", None),
        ("6", None),
        ("all", None),
        ("NoReservationHere", None),
    ],
)
def test_16_profiles(value: str, expected: bool | None) -> None:
    assert OLD.read_capabilities({"SupportedFeatureProfiles": value}).reserve_now is expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"Available": "true", "Enabled": "true"}, True),
        ({"Enabled": "true"}, True),
        ({"Available": "True"}, True),
        ({"Available": "true", "Enabled": "false"}, False),
        ({"Available": "false"}, False),
        ({}, None),
        ({"Available": "perhaps"}, None),
        ({"NonEvseSpecific": "true"}, None),
    ],
)
def test_2x_reservations(answers: dict[str, str], expected: bool | None) -> None:
    told = {f"ReservationCtrlr.{name}": value for name, value in answers.items()}
    assert NEW.read_capabilities(told).reserve_now is expected


@pytest.mark.parametrize(
    ("answers", "unasked", "offline"),
    [
        ({"LocalPreAuthorize": "true", "LocalAuthListEnabled": "true"}, True, None),
        ({"LocalPreAuthorize": "true", "AuthorizationCacheEnabled": "1"}, True, None),
        ({"LocalPreAuthorize": "true"}, None, None),
        (
            {
                "LocalPreAuthorize": "true",
                "LocalAuthListEnabled": "false",
                "AuthorizationCacheEnabled": "off",
            },
            False,
            None,
        ),
        ({"LocalPreAuthorize": "false"}, False, None),
        ({"LocalAuthorizeOffline": "false", "AllowOfflineTxForUnknownId": "true"}, None, True),
        ({"LocalAuthorizeOffline": "false", "AllowOfflineTxForUnknownId": "false"}, None, False),
        ({"LocalAuthorizeOffline": "false"}, None, None),
    ],
)
def test_16_starting_without_asking(
    answers: dict[str, str], unasked: bool | None, offline: bool | None
) -> None:
    found = OLD.read_capabilities(answers)
    assert (found.starts_unasked, found.may_start_offline) == (unasked, offline)


def test_2x_transactions_and_authorisation() -> None:
    found = NEWEST.read_capabilities(
        {
            "AuthCtrlr.Enabled": "false",
            "AuthCtrlr.OfflineTxForUnknownIdEnabled": "true",
            "ReservationCtrlr.NonEvseSpecific": "true",
            "TxCtrlr.TxStartPoint": "EVConnected, Authorized,EVConnected",
            "TxCtrlr.TxStopPoint": "ParkingBayOccupancy",
            "TxCtrlr.StopTxOnInvalidId": "true",
        },
    )
    assert found == Findings(
        connector_zero=True,
        may_start_offline=True,
        starts_unasked=True,
        stops_refused=True,
        tx_start_points=("EVConnected", "Authorized"),
        tx_stop_points=("ParkingBayOccupancy",),
    )


@given(
    st.sampled_from([OLD, NEW, NEWEST]),
    st.dictionaries(
        st.sampled_from(KEYS),
        st.text(ODD, max_size=40) | st.sampled_from(["true", "FALSE", " 1 ", "Core,Reservation"]),
    ),
)
def test_whatever_a_charger_answers_is_read_without_complaint(
    version: Version, answers: dict[str, str]
) -> None:
    found = version.read_capabilities(answers)
    if not answers:
        assert found == Findings()
    assert all(point.isalpha() for point in (*found.tx_start_points, *found.tx_stop_points))
