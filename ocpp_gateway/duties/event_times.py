"""When did it happen? By what a message says, what its connection has shown, and `domain.charging.clocks`. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from domain.charging.clocks import (
    CLOCK_TRUST,
    EDGE,
    Absence,
    InstantBasis,
    Moment,
    may_be_queued_since,
    moment_of,
    present,
)
from domain.charging.readings import Reading
from ocpp_gateway.duties.received_call import KnownStatus, Liveness, ReceivedCall
from ocpp_gateway.wire.reports import MeterReported, Phase, Report, StatusReported, TransactionReported


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
        unset=report.clock_unset,
    )


def possible(received: ReceivedCall, report: TransactionReported, found: Moment) -> Absence | None:
    """Of a start that was, or may have been, queued by a clock that tells nothing: the absence it may be from."""
    liveness = received.liveness
    if liveness is None or report.phase is not Phase.STARTED or report.id_tag in liveness.presented:
        return None
    presence = liveness.presence
    if report.offline is None:
        return may_be_queued_since(report.at, received.at, presence, unset=report.clock_unset)
    if found.live or found.basis is not InstantBasis.ESTIMATED:
        return None
    return next((one for one in reversed(presence.absences) if one.covers(found.at)), None)


def told_of_the_present(
    report: Report, liveness: Liveness, known: Mapping[int, KnownStatus], received_at: datetime
) -> datetime | None:
    """What time the charger believes it is; None: the report does not show it. `known`: the statuses of before.

    Its kind decides, not its pace: a queue may be told as fast as it was stamped, and a status that is told again, or
    was asked for, is stamped by some with its last change.
    """
    if isinstance(report, TransactionReported):
        if report.offline is not None:
            is_now = not report.offline
        elif report.phase is Phase.STARTED:
            is_now = report.id_tag in liveness.presented
        else:
            is_now = report.transaction_id in liveness.begun
        return report.at if is_now else None
    if isinstance(report, MeterReported):
        return report.at if report.transaction_id in liveness.begun else None
    if not isinstance(report, StatusReported):
        return None
    before = known.get(report.connector_number)
    is_now = before is not None and before != (report.status, report.error_code)
    is_now = is_now and not liveness.was_asked(report.connector_number, received_at)
    return report.at if is_now else None


def judged_at(received: ReceivedCall, found: Moment) -> datetime:
    """The moment that counts at the gate: our own clock's, unless it really was before."""
    return received.at if found.live else found.at


def measured_at(received: ReceivedCall, report: MeterReported) -> datetime:
    return _measured(received, report).at


def heard_at(received: ReceivedCall, report: MeterReported) -> datetime:
    """By our own clock: now, or the time that a queued reading tells of."""
    return judged_at(received, _measured(received, report))


def read_by(readings: Sequence[Reading], correction: timedelta) -> Sequence[Reading]:
    """Readings were stamped by the clock of the message they came in: what corrects that one corrects them."""
    return [replace(one, at=one.at + correction) for one in readings] if correction else readings


def noticed_at(received: ReceivedCall, at: datetime) -> datetime:
    """Of a status: what it says holds now, so a time far off is a wrong clock's, unless it was queued."""
    return queued_at(received, at) or present(at, received.at)


def queued_at(received: ReceivedCall, at: datetime) -> datetime | None:
    """When a status was so that its charger has kept until it came back; None: it is of the present."""
    if received.liveness is None:
        return None
    presence = received.liveness.presence
    is_off = abs(presence.offset) > CLOCK_TRUST and at != received.at
    corrected = at + presence.offset if is_off else at
    was_before = corrected < presence.connected_since - EDGE
    return corrected if was_before and presence.may_still_tell_of(corrected, received.at) else None


def stamped_at(received: ReceivedCall, report: StatusReported) -> datetime | None:
    """By the charger's own clock, to be compared with what it stamped before; None: that says nothing.

    The answer to a question is of now, whatever the clock.
    """
    asked = received.liveness is not None and received.liveness.was_asked(
        report.connector_number, received.at
    )
    return None if asked or report.at == received.at else report.at


def takes_its_turn(received: ReceivedCall, report: StatusReported) -> bool:
    """It is the last word of its place from now on. False: a later one came just before, so that it says nothing."""
    if received.liveness is None or report.at == received.at:
        return True
    place = (report.connector_number, report.plug)
    return received.liveness.hears(place, report.at, received.at)


def _without_connection(received: ReceivedCall, report: TransactionReported) -> Moment:
    """Where nothing is known of the connection the charger's times are believed."""
    if report.offline is False:
        return Moment(at=present(report.at, received.at), basis=InstantBasis.NOW, live=True)
    return _believed(received, report.at)


def _measured(received: ReceivedCall, report: MeterReported) -> Moment:
    liveness = received.liveness
    if liveness is None:
        return _believed(received, report.at)
    return moment_of(
        report.at,
        received.at,
        liveness.presence,
        queued=None,
        presented=False,
        unset=report.at == received.at,
    )


def _believed(received: ReceivedCall, told: datetime) -> Moment:
    if told - received.at > CLOCK_TRUST:
        return Moment(at=received.at, basis=InstantBasis.ESTIMATED, live=False)
    return Moment(at=told, basis=InstantBasis.CHARGER, live=False)
