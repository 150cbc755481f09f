"""What routes work with, handed to the application once; and the FastAPI aliases to receive it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from temporalio.client import Client

from api.metrics import ApiMetrics
from api.tokens.bearer import Principal, TokenVerifier
from db.engine import Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much and how long. Patience with a booking stays below contracts.reservation.BOOKING_PATIENCE."""

    concurrent_bookings: int = 64
    booking_timeout: timedelta = timedelta(seconds=8)
    update_timeout: timedelta = timedelta(seconds=8)
    query_timeout: timedelta = timedelta(seconds=2)
    command_schedule_timeout: timedelta = timedelta(seconds=4)
    command_timeout: timedelta = timedelta(seconds=35)
    body_bytes: int = 64 * 1024
    webhook_bytes: int = 512 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    sessions: Sessions
    temporal: Client
    tokens: TokenVerifier
    stripe_webhook_secret: str
    clock: Callable[[], datetime]
    metrics: ApiMetrics
    limits: Limits
    booking_slots: asyncio.Semaphore


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


_bearer = HTTPBearer(
    auto_error=False, bearerFormat="JWT", description="JWT with scope `driver`, `operator` or `fleet`"
)


def _principal(request: Request, _shown: Annotated[Any, Security(_bearer)]) -> Principal:
    """AuthenticatedRoute has checked the token already; the bearer scheme is here for OpenAPI."""
    principal: Principal = request.state.principal
    return principal


def _operator(principal: Annotated[Principal, Depends(_principal)]) -> Principal:
    principal.require("operator")
    return principal


def _customer(principal: Annotated[Principal, Depends(_principal)]) -> Principal:
    principal.require("driver", "fleet")
    return principal


ServicesHere = Annotated[Services, Depends(_services)]
Anyone = Annotated[Principal, Depends(_principal)]
"""Any valid token."""
Operator = Annotated[Principal, Depends(_operator)]
Customer = Annotated[Principal, Depends(_customer)]
"""A driver or a fleet."""
