"""When did it happen? By what a message says, what its connection has shown, and `domain.charging.clocks`. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from domain.charging.clocks import InstantBasis, Moment, moment_of, present
from domain.charging.meter import Reading
from ocpp_gateway.duties.received_call import ReceivedCall
from ocpp_gateway.wire.reports import MeterReported, TransactionReported


def moment(received: ReceivedCall, report: TransactionReported) -> Moment:
    """Of a transaction's message."""
    liveness = received.liveness
    if liveness is None:
        return _without_connection(received, report)
    return moment_of(
        report.at,
        received.at,
        liveness.presence,
        queued=report.offline,
        presented=report.id_tag in liveness.presented,
    )


def judged_at(received: ReceivedCall, found: Moment) -> datetime:
    """The moment that counts at the gate: our own clock's, unless it really was before."""
    return received.at if found.live else found.at


def measured_at(received: ReceivedCall, report: MeterReported) -> datetime:
    liveness = received.liveness
    if liveness is None:
        return report.at
    return moment_of(report.at, received.at, liveness.presence, queued=None, presented=False).at


def heard_at(received: ReceivedCall, report: MeterReported) -> datetime:
    """By our own clock: now, or the time that a queued reading tells of."""
    liveness = received.liveness
    if liveness is None:
        return report.at
    found = moment_of(report.at, received.at, liveness.presence, queued=None, presented=False)
    return received.at if found.live else found.at


def read_by(readings: Sequence[Reading], correction: timedelta) -> Sequence[Reading]:
    """Readings were stamped by the clock of the message they came in: what corrects that one corrects them."""
    return [replace(one, at=one.at + correction) for one in readings] if correction else readings


def noticed_at(received: ReceivedCall, at: datetime) -> datetime:
    """Of a status, which nobody queues: what it says holds now, so a time far behind is a slow clock's."""
    return present(at, received.at)


def _without_connection(received: ReceivedCall, report: TransactionReported) -> Moment:
    """Where nothing is known of the connection the charger's times are believed."""
    if report.offline is False:
        return Moment(at=present(report.at, received.at), basis=InstantBasis.NOW, live=True)
    return Moment(at=report.at, basis=InstantBasis.CHARGER, live=False)
