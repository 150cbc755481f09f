"""The application: constructed from its clients, nothing at import."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI
from temporalio.client import Client

from api import health, problems
from api.metrics import ApiMetrics
from api.middleware import BodyLimit, Observation
from api.services import Limits, Services
from api.tokens.bearer import TokenVerifier
from api.v1.openapi import DESCRIPTION, describe
from api.v1.routes import (
    charger_credentials as operations_credentials,
)
from api.v1.routes import (
    chargers as operations_chargers,
)
from api.v1.routes import (
    documentation as pages,
)
from api.v1.routes import (
    operations_reservations,
    reservations,
    sites,
    webhooks,
)
from db.engine import Sessions


def create_app(
    *,
    sessions: Sessions,
    temporal: Client,
    tokens: TokenVerifier,
    stripe_webhook_secret: str,
    clock: Callable[[], datetime],
    limits: Limits | None = None,
) -> FastAPI:
    """The API over these clients; the caller owns and closes them. `clock` returns aware UTC."""
    limits = limits or Limits()
    metrics = ApiMetrics()
    app = FastAPI(title="Slotkeeper", version="1.0", description=DESCRIPTION, docs_url=None)
    app.state.services = Services(
        sessions=sessions,
        temporal=temporal,
        tokens=tokens,
        stripe_webhook_secret=stripe_webhook_secret,
        clock=clock,
        metrics=metrics,
        limits=limits,
        booking_slots=asyncio.Semaphore(limits.concurrent_bookings),
    )
    problems.install(app)
    # The last added is the outermost.
    app.add_middleware(
        BodyLimit, default=limits.body_bytes, by_prefix={"/v1/webhooks/": limits.webhook_bytes}
    )
    app.add_middleware(Observation, metrics=metrics)
    for collection in (
        sites, reservations, operations_reservations, operations_chargers, operations_credentials, webhooks, health,
        pages,
    ):  # fmt: skip
        app.include_router(collection.router)
    describe(app)
    return app
