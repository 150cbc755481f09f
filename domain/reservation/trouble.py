"""When trouble at a charger becomes a reason to move the driver, and when it was only a flicker."""

from enum import StrEnum

from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.reservation.lifecycle import REROUTABLE, State
from domain.reservation.progress import Progress

WATCHED = REROUTABLE | {State.OVERSTAYING}
"""Overstaying moves nobody, but nobody pays for a cable that a dead charger keeps."""


class FaultSign(StrEnum):
    NONE = "none"
    FAULT_BEGINS = "fault_begins"
    FAULT_ENDS = "fault_ends"
    OFFLINE_BEGINS = "offline_begins"
    OFFLINE_ENDS = "offline_ends"


def fault_sign(event: ChargerEvent, progress: Progress) -> FaultSign:
    """What an event says about the reservation's own connector. Other connectors' trouble is no sign."""
    if progress.state not in WATCHED or progress.assignment is None:
        return FaultSign.NONE
    if event.charger_id != progress.assignment.charger_id:
        return FaultSign.NONE
    if event.kind is ChargerEventKind.CHARGER_OFFLINE:
        return FaultSign.OFFLINE_BEGINS if progress.offline_since is None else FaultSign.NONE
    if event.kind in (ChargerEventKind.CHARGER_ONLINE, ChargerEventKind.CHARGER_BOOTED):
        return FaultSign.OFFLINE_ENDS if progress.offline_since is not None else FaultSign.NONE
    if event.kind is not ChargerEventKind.CONNECTOR_STATUS or event.status is None:
        return FaultSign.NONE
    # Connector 0 speaks for the whole charger (emergency stop arrives as Faulted on 1, 2 and then 0).
    if event.connector_id not in (None, progress.assignment.connector_id):
        return FaultSign.NONE
    return _status_sign(event.status, progress, whole_charger=event.connector_id is None)


def _status_sign(status: ConnectorStatus, progress: Progress, *, whole_charger: bool) -> FaultSign:
    if not status.is_usable:
        return FaultSign.FAULT_BEGINS if progress.fault_since is None else FaultSign.NONE
    # "Unknown" is no sign of health, and the charger as a whole does not vouch for its connector.
    if progress.fault_since is not None and not whole_charger and status is not ConnectorStatus.UNKNOWN:
        return FaultSign.FAULT_ENDS
    return FaultSign.NONE
