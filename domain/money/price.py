"""The prices of a tariff that a site may let vary."""

from enum import StrEnum


class Price(StrEnum):
    """What may vary. Damages and deposits do not."""

    ENERGY = "energy_per_kwh"
    TIME = "time_per_minute"
    FEE = "reservation_fee"
