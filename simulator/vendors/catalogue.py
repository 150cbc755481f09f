"""The vendors: real peculiarities under made-up names."""

from __future__ import annotations

from simulator.vendors import boots, clocks, meters, statuses, transactions
from simulator.vendors.conduct import Conduct
from simulator.vendors.vendor import MODERN, Flaw, UnknownVendorError, Vendor

_ALL = (
    Vendor(
        name="long-serial-wallbox",
        shows="a serial number of 26 characters in the boot",
        source="K4.2",
        habits=(boots.long_serial,),
        flaws=(
            Flaw("BootNotification", "chargePointSerialNumber", "too_long", ("1.6",)),
            Flaw("BootNotification", "chargingStation/serialNumber", "too_long", MODERN),
        ),
    ),
    Vendor(
        name="padded-card",
        shows="the card that ends a transaction is padded beyond the longest allowed",
        source="K4.1",
        versions=("1.6", "2.0.1"),
        habits=(transactions.long_card_at_the_end,),
        flaws=(
            Flaw("StopTransaction", "idTag", "too_long", ("1.6",)),
            Flaw("TransactionEvent", "idToken/idToken", "too_long", ("2.0.1",)),
        ),
    ),
    Vendor(
        name="decimal-meter",
        shows="meterStart and meterStop with decimals",
        source="K4.1",
        versions=("1.6",),
        habits=(meters.with_decimals,),
        flaws=(
            Flaw("StartTransaction", "meterStart", "wrong_type", ("1.6",)),
            Flaw("StopTransaction", "meterStop", "wrong_type", ("1.6",)),
        ),
    ),
    Vendor(
        name="loose-types",
        shows="texts for numbers and numbers for texts",
        source="K4",
        habits=(meters.other_types,),
        flaws=(
            Flaw("StartTransaction", "meterStart", "wrong_type", ("1.6",)),
            Flaw("StopTransaction", "meterStop", "wrong_type", ("1.6",)),
            Flaw("MeterValues", "meterValue/sampledValue/value", "wrong_type", ("1.6",)),
            Flaw("TransactionEvent", "meterValue/sampledValue/value", "wrong_type", MODERN),
        ),
    ),
    Vendor(
        name="lifetime-outlet",
        shows="readings without a transaction, of the outlet's lifetime register",
        source="K3.1",
        habits=(meters.lifetime,),
    ),
    Vendor(
        name="all-ones-meter",
        shows="one reading of 4,294,967,295 in each transaction",
        source="K3.2",
        habits=(meters.one_wild_value,),
    ),
    Vendor(
        name="kilowatt-meter",
        shows="registers in kWh, and so it says",
        source="K3",
        habits=(meters.kilowatt_hours,),
    ),
    Vendor(
        name="multiplier-meter",
        shows="registers in Wh with a multiplier of three",
        source="K3",
        versions=MODERN,
        habits=(meters.times_a_thousand,),
    ),
    Vendor(
        name="unit-mixer",
        shows="readings on the way in kWh that call themselves Wh",
        source="K3",
        habits=(meters.called_watt_hours,),
    ),
    Vendor(
        name="local-time",
        shows="local time, five hours behind, marked Z; cards let in without asking",
        source="K5.1",
        habits=(clocks.local_time, transactions.cards_from_memory),
    ),
    Vendor(
        name="clock-of-1970",
        shows="from a boot to the first Heartbeat the clock counts from 1970",
        source="docs/field.md 5",
        habits=(clocks.since_1970,),
    ),
    Vendor(
        name="blank-times",
        shows="empty timestamps",
        source="docs/field.md 5",
        habits=(clocks.empty,),
        flaws=(
            Flaw("StatusNotification", "timestamp", "dropped"),
            Flaw("StartTransaction", "timestamp", "dropped", ("1.6",)),
            Flaw("MeterValues", "meterValue/timestamp", "dropped", ("1.6",)),
            Flaw("StopTransaction", "timestamp", "dropped", ("1.6",)),
            Flaw("TransactionEvent", "timestamp", "dropped", MODERN),
            Flaw("TransactionEvent", "meterValue/timestamp", "dropped", MODERN),
        ),
    ),
    Vendor(
        name="zoneless-times",
        shows="timestamps without a zone; no status Reserved",
        source="What stations really do, 1 and 10",
        habits=(clocks.without_a_zone,),
        conduct=Conduct(keeps_reserved_to_itself=True),
    ),
    Vendor(
        name="same-numbers-again",
        shows="transactions are called 1, 2, 3 from each boot on; a power cut loses what runs",
        source="K1.9",
        versions=MODERN,
        habits=(transactions.names_again,),
        conduct=Conduct(forgets_transactions=True),
        occasion="power",
    ),
    Vendor(
        name="backward-queue",
        shows="what was queued while offline is told from its end to its beginning",
        source="K1.10",
        versions=MODERN,
        habits=(transactions.queue_backwards,),
        occasion="coverage",
    ),
    Vendor(
        name="tells-twice",
        shows="after a loss of the connection the last message is told again under a new id",
        source="docs/field.md 1",
        habits=(transactions.told_again,),
        occasion="coverage",
    ),
    Vendor(
        name="no-end-after-dark",
        shows="no stop is told after a power cut",
        source="K1.1, K1.2",
        conduct=Conduct(forgets_transactions=True),
        occasion="power",
    ),
    Vendor(
        name="number-forgotten",
        shows="stops name transaction 0",
        source="K1.11",
        versions=("1.6",),
        habits=(transactions.without_a_number,),
    ),
    Vendor(
        name="never-free-again",
        shows="the Available after a stop is missing",
        source="K2",
        habits=(statuses.never_free_again,),
    ),
    Vendor(
        name="only-connector-zero",
        shows="statuses of the charger as a whole, of no connector",
        source="K2",
        versions=("1.6",),
        habits=(statuses.only_the_whole,),
    ),
    Vendor(
        name="fault-for-ever",
        shows="a fault is told of each connector and of 0, its end of the connectors only",
        source="K2.2",
        versions=("1.6",),
        habits=(statuses.whole_stays_faulted,),
        occasion="fault",
    ),
    Vendor(
        name="one-car-cabinet",
        shows="while one plug is in use the others are Unavailable",
        source="K6",
        habits=(statuses.sibling_unavailable,),
    ),
    Vendor(
        name="nervous-car",
        shows="SuspendedEV and Charging a dozen times over",
        source="K7.1",
        habits=(statuses.flapping,),
    ),
    Vendor(
        name="status-first",
        shows="SuspendedEVSE before Charging, and in 1.6 both before the start",
        source="What stations really do, 9",
        habits=(statuses.suspended_first,),
    ),
    Vendor(
        name="slash-at-the-end",
        shows="a slash at the end of the path",
        source="K4.3",
        conduct=Conduct(slash_at_the_end=True),
    ),
    Vendor(
        name="no-reservations",
        shows="ReserveNow is answered by CALLERROR NotImplemented",
        source="What stations really do, 8",
        conduct=Conduct(refuses=frozenset({"ReserveNow", "CancelReservation"})),
    ),
    Vendor(
        name="holds-on-paper",
        shows="reservations are accepted and not enforced, and starts name the holder's",
        source="What stations really do, 2 and 3",
        conduct=Conduct(lets_anybody_in=True, names_reservation="of_the_holder"),
    ),
)
VENDORS: dict[str, Vendor] = {vendor.name: vendor for vendor in _ALL}


def vendor(name: str) -> Vendor:
    """The profile of this name.

    Raises:
        UnknownVendorError: there is none.
    """
    try:
        return VENDORS[name]
    except KeyError as error:
        raise UnknownVendorError(name) from error
