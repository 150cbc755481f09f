"""From which network somebody asks, as a digest: for counting how often, and no longer than for that."""

import hashlib

from fastapi import Request

from domain.place.bay_reports import line_of


def network_of(request: Request) -> str:
    """Behind a proxy that does not say for whom it asks, many have one."""
    address = "" if request.client is None else request.client.host
    return hashlib.sha256(f"address:{line_of(address)}".encode()).hexdigest()
