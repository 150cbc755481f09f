"""Which quirks a day has met, and which it had but never met."""

from collections import Counter

import pytest

from days.calendar import VIRTUAL
from days.chance import script_of
from days.quirks import ALL, CLOCK_AHEAD, Met, told, watched
from days.script import ChargerPlan
from simulator.charge_point.messages import Message
from simulator.vendors import VENDORS, Memory


def test_a_message_that_the_profile_changes_is_counted_and_no_other() -> None:
    met = Met()
    profile = watched("long-serial-wallbox", met)
    profile.says("1.6", "Heartbeat", {}, Memory())
    assert met.odd == 0
    boot = {"chargePointVendor": "V", "chargePointModel": "M", "chargePointSerialNumber": "1"}
    profile.says("1.6", "BootNotification", boot, Memory())
    assert met.quirks(ChargerPlan(version="1.6", vendor=profile.name), lost=0) == {profile.name: 1}


@pytest.mark.parametrize(
    ("vendor", "asked", "lost", "times"),
    [
        ("slash-at-the-end", "", 0, 1),
        ("no-reservations", "ReserveNow", 0, 1),
        ("no-reservations", "ChangeConfiguration", 0, 0),
        ("holds-on-paper", "ReserveNow", 0, 1),
        ("no-end-after-dark", "", 2, 2),
        ("nervous-car", "ReserveNow", 2, 0),
    ],
)
def test_what_shows_in_conduct_is_counted_where_there_was_an_occasion(
    vendor: str, asked: str, lost: int, times: int
) -> None:
    met = Met()
    for direction in ("in", "out"):
        met.hears(Message(VIRTUAL.morning, direction, "call", asked, "1", {}))
    assert met.quirks(ChargerPlan(version="1.6", vendor=vendor), lost)[vendor] == times


def test_the_line_names_what_was_met_and_what_never() -> None:
    line = told(Counter({"nervous-car": 3, CLOCK_AHEAD: 1}))
    assert line.startswith("quirks met: nervous-car 3, a clock ahead 1; never: ")
    assert told(Counter(dict.fromkeys(ALL, 1))).count("never") == ALL.count("never-free-again")


def test_two_hundred_days_have_every_vendor_and_clocks_that_are_wrong_either_way() -> None:
    chargers = [charger for seed in range(1, 201) for charger in script_of(seed).chargers]
    assert {charger.vendor for charger in chargers} >= VENDORS.keys()
    assert min(charger.clock_h for charger in chargers) < 0 < max(charger.clock_h for charger in chargers)
