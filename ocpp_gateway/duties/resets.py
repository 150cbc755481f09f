"""Transactions that a reset of ours ended: many chargers name no reason, and whoever was cut short had not finished."""

from msgspec import structs

from ocpp_gateway.duties.received_call import ReceivedCall
from ocpp_gateway.wire.reports import Phase, TransactionReported

_UNSAID = frozenset({"", "Local", "Other"})
"""What a stop without a reason means (1.6 §6.47, 2.x TransactionType), and what says nothing."""
_RESET = "HardReset"


def ended_by_reset(received: ReceivedCall, report: TransactionReported) -> TransactionReported:
    """The end with its true reason. One that names a card was asked for at the charger."""
    if report.phase is not Phase.ENDED or report.id_tag is not None or report.stop_reason not in _UNSAID:
        return report
    if received.liveness is None or not received.liveness.was_reset(report.connector_number, received.at):
        return report
    return structs.replace(report, stop_reason=_RESET)
