"""Which news of a status are edges: of a connector, and of the types of plug of an EVSE, each for itself."""

from collections.abc import Sequence

from msgspec import structs

from domain.charging.connector import ConnectorStatus
from ocpp_gateway.duties import troubles
from ocpp_gateway.duties.beside import Told
from ocpp_gateway.duties.received_call import ReceivedCall
from ocpp_gateway.storage.former_status import FormerStatus
from ocpp_gateway.wire.reports import StatusReported

Reported = tuple[ReceivedCall, StatusReported]


def of_evse(report: StatusReported, known: FormerStatus | None) -> StatusReported:
    """What it says as part of its EVSE, where that has several connectors."""
    if known is None or known.together is None:
        return report
    occupied = known.together is ConnectorStatus.OCCUPIED
    return structs.replace(report, status=known.together, merely_occupied=occupied)


def edges_of(reported: Sequence[Reported], before: Sequence[FormerStatus | None]) -> list[Told]:
    """Those of connectors, and those that only concern who was promised a type of plug."""
    known = [(received, report, one) for (received, report), one in zip(reported, before, strict=True) if one]
    apart = [(received, of_evse(report, one), one) for received, report, all_ in known for one in all_.apart]
    return [
        *(told for told in known if told[2].written and _is_edge(told[1], told[2])),
        *(told for told in apart if told[1].status != told[2].status),
    ]


def of_plugs(reported: Sequence[Reported], before: Sequence[FormerStatus | None]) -> list[Told]:
    """What each type of plug of an EVSE with several says now."""
    return [
        (received, of_evse(report, plug), plug)
        for (received, report), one in zip(reported, before, strict=True)
        if one is not None
        for plug in one.by_plug
    ]


def _is_edge(report: StatusReported, known: FormerStatus) -> bool:
    """Or else only the error code is another: an edge where it begins or ends trouble."""
    return known.status != report.status or changes_trouble(report, known)


def changes_trouble(report: StatusReported, known: FormerStatus) -> bool:
    return troubles.cause_before(known) is not troubles.cause_now(report, known)
