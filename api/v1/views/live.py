"""What is told of a site's availability over a stream, as JSON."""

from api.desk.sites import Offer
from api.v1.schemas.live import LiveAvailabilityOut
from api.v1.views.sites import connector_out, pool_availability_out


def live_availability_out(site_id: str, offer: Offer) -> LiveAvailabilityOut:
    """Without what differs by the moment of asking: the same state is the same text."""
    return LiveAvailabilityOut(
        site_id=site_id,
        duration_seconds=int(offer.found.length.total_seconds()),
        next_from=offer.found.next_from,
        pools=[pool_availability_out(pool) for pool in offer.found.pools],
        connectors=[connector_out(item, offer.now) for item in offer.connectors],
    )
