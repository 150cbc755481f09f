"""What a connector says of itself, in the words of no protocol version."""

from collections.abc import Iterable
from enum import StrEnum


class ConnectorStatus(StrEnum):
    """Union of OCPP 1.6 §7.7 and 2.0.1 ConnectorStatusEnum; 2.x `Occupied` maps to OCCUPIED."""

    UNKNOWN = "unknown"
    AVAILABLE = "available"
    PREPARING = "preparing"
    OCCUPIED = "occupied"
    CHARGING = "charging"
    SUSPENDED_EV = "suspended_ev"
    SUSPENDED_EVSE = "suspended_evse"
    FINISHING = "finishing"
    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"
    FAULTED = "faulted"

    @property
    def is_usable(self) -> bool:
        """Could serve a driver now or soon: neither Faulted nor Unavailable."""
        return self not in (ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE)

    @property
    def shows_cable(self) -> bool:
        """After a transaction: it is over, and the cable still in. Preparing: so says who has booted since (1.6)."""
        return self in (ConnectorStatus.FINISHING, ConnectorStatus.OCCUPIED, ConnectorStatus.PREPARING)

    @property
    def is_in_use(self) -> bool:
        return self in IN_USE


IN_USE = frozenset(
    {
        ConnectorStatus.OCCUPIED,
        ConnectorStatus.CHARGING,
        ConnectorStatus.SUSPENDED_EV,
        ConnectorStatus.SUSPENDED_EVSE,
        ConnectorStatus.FINISHING,
    }
)


TROUBLE = frozenset({ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE})


_TELLING = TROUBLE | {ConnectorStatus.AVAILABLE, ConnectorStatus.FINISHING, ConnectorStatus.SUSPENDED_EV}


_IDLE = (ConnectorStatus.AVAILABLE, ConnectorStatus.UNKNOWN)


MOST_PLUGS = 8
"""Connectors of one EVSE that are told apart."""

_WEIGHT = (
    ConnectorStatus.OCCUPIED,
    ConnectorStatus.RESERVED,
    ConnectorStatus.AVAILABLE,
    ConnectorStatus.UNKNOWN,
    ConnectorStatus.FAULTED,
)


def status_of_evse(plugs: Iterable[ConnectorStatus]) -> ConnectorStatus:
    """What the connectors of one EVSE (2.x) say together: one car at a time, so that it is busy while one of them is,
    can be used while one can, and is Faulted rather than Unavailable where none can.
    """
    busy = (*IN_USE, ConnectorStatus.PREPARING)
    told = {ConnectorStatus.OCCUPIED if one in busy else one for one in plugs}
    return next((one for one in _WEIGHT if one in told), ConnectorStatus.UNAVAILABLE)


def is_blocked_beside(status: ConnectorStatus, siblings: Iterable[ConnectorStatus]) -> bool:
    """Is it Unavailable only because another connector of its berth is busy? That is no trouble: it passes."""
    return status is ConnectorStatus.UNAVAILABLE and any(
        sibling.is_usable and sibling not in _IDLE for sibling in siblings
    )


def is_busy_beside(siblings: Iterable[ConnectorStatus]) -> bool:
    """Is somebody at another connector of the berth? A hold of ours there is nobody yet."""
    return any(sibling.is_in_use or sibling is ConnectorStatus.PREPARING for sibling in siblings)


def concerns_reservations(before: ConnectorStatus, after: ConnectorStatus) -> bool:
    """Can this change of status move a reservation? Each one that is told costs it four history events.

    Reserved, Preparing and Charging say nothing that the answer to ReserveNow, the token and the transaction do
    not say better, unless they end trouble or a pause; or the cable has outlived the transaction.
    """
    vacated = after is ConnectorStatus.RESERVED and before in (*IN_USE, ConnectorStatus.PREPARING)
    without_transaction = (ConnectorStatus.PREPARING, ConnectorStatus.OCCUPIED)
    still_in = after in without_transaction and before in IN_USE - {ConnectorStatus.FINISHING}
    return (
        vacated
        or still_in
        or after in _TELLING
        or before in TROUBLE
        or before is ConnectorStatus.SUSPENDED_EV
    )
