"""When did it happen? Chargers' clocks run slow, and chargers without a connection tell things later. Pure.

A 2.x station says which messages it queued. A 1.6 charger does not: there a message is from before when its time
lies before the connection began, unless its token was presented over this very connection.
"""

from datetime import datetime, timedelta

from ocpp_gateway.duties.received_call import ReceivedCall
from ocpp_gateway.wire.reports import MeterReported, TransactionReported

CLOCK_TRUST = timedelta(minutes=5)
"""A clock that is further behind is not taken for what it says of the present."""


def is_live(received: ReceivedCall, report: TransactionReported) -> bool:
    """It happens now, whatever the charger's clock says."""
    if report.offline is not None:
        return not report.offline
    liveness = received.liveness
    if liveness is None:
        return False
    return report.at >= liveness.since or report.id_tag in liveness.presented


def judged_at(received: ReceivedCall, report: TransactionReported) -> datetime:
    """The moment that counts at the gate: our own clock's, unless it really was before."""
    return received.at if is_live(received, report) else report.at


def recorded_at(received: ReceivedCall, report: TransactionReported) -> datetime:
    """The moment to write down: the charger's, unless it speaks of now and is far behind."""
    return _corrected(received, report.at, live=is_live(received, report))


def measured_at(received: ReceivedCall, report: MeterReported) -> datetime:
    liveness = received.liveness
    return _corrected(received, report.at, live=liveness is not None and report.at >= liveness.since)


def heard_at(received: ReceivedCall, report: MeterReported) -> datetime:
    """By our own clock: now, or the time that a queued reading tells of."""
    liveness = received.liveness
    return received.at if liveness is not None and report.at >= liveness.since else report.at


def noticed_at(received: ReceivedCall, at: datetime) -> datetime:
    """Of a status, which nobody queues: what it says holds now, so a time far behind is a slow clock's."""
    return _corrected(received, at, live=True)


def _corrected(received: ReceivedCall, at: datetime, *, live: bool) -> datetime:
    return received.at if live and received.at - at > CLOCK_TRUST else at
