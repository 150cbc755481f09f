"""Who is at a connector, as JSON."""

from api.desk.occupancy import KnownOccupancy
from api.v1.pagination import cursor_of_evidence
from api.v1.schemas.occupancy import BerthConnectorOut, EvidenceOut, OccupancyOut
from db.tables import Connector
from domain.charging.clocks import InstantBasis
from domain.charging.connector import ConnectorStatus
from domain.charging.evidence import Evidence


def occupancy_out(known: KnownOccupancy, limit: int) -> OccupancyOut:
    connector, berth, charger, _ = known.berth
    page, presence = known.evidence[:limit], known.presence
    return OccupancyOut(
        site_id=charger.site_id,
        charger_id=charger.id,
        connector_id=connector.id,
        connector_number=connector.number,
        at=known.at,
        occupant=presence.occupant,
        basis=presence.basis,
        since=presence.since,
        reservation_code=presence.code,
        session_id=presence.session_id,
        connected=charger.gateway_instance is not None,
        berth=[_connector_out(one) for one in berth],
        evidence=[_evidence_out(piece) for piece in page],
        next_cursor=cursor_of_evidence(page[-1]) if len(known.evidence) > limit else None,
    )


def _connector_out(connector: Connector) -> BerthConnectorOut:
    return BerthConnectorOut(
        connector_id=connector.id,
        charger_id=connector.charger_id,
        number=connector.number,
        status=ConnectorStatus(connector.status),
    )


def _evidence_out(piece: Evidence) -> EvidenceOut:
    return EvidenceOut(
        kind=piece.kind,
        at=piece.at,
        source=piece.source,
        says=piece.says,
        connector_id=piece.connector_id,
        about=piece.about,
        detail=piece.detail,
        basis=InstantBasis(piece.basis) if piece.basis else "",
        counts=piece.counts,
    )
