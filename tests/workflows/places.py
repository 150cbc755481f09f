"""The sites there are in the world of the workflow tests: the one that is booked, and one nearby."""

from domain.whereabouts import Whereabouts

SITE = "north"
QUAY = Whereabouts(site_id="quay", name="Quay", address="Quay Street 7", distance_m=1_234)
"""Seen from `north`."""
SITES = {
    SITE: Whereabouts(site_id=SITE, name="Site north", address="North Street 1"),
    QUAY.site_id: QUAY,
}
