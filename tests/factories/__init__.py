"""Plain functions that make valid objects; name only what your test is about."""

from tests.factories.bookings import NOON, make_booking, make_slot
from tests.factories.policies import make_overstay, make_policy, make_slot_rules, make_tariff, make_terms
from tests.factories.receipts import make_receipt
from tests.factories.sites import CHEAP_HASHER, PASSWORD, make_driver, make_seed, make_site, plant

__all__ = [
    "CHEAP_HASHER",
    "NOON",
    "PASSWORD",
    "make_booking",
    "make_driver",
    "make_overstay",
    "make_policy",
    "make_receipt",
    "make_seed",
    "make_site",
    "make_slot",
    "make_slot_rules",
    "make_tariff",
    "make_terms",
    "plant",
]
