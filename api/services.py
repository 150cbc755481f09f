"""What the routes of every face work with, handed to the application once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from api.desk.desk import Desk
from api.metrics import ApiMetrics
from api.press import Press
from api.tokens.bearer import TokenVerifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    desk: Desk
    tokens: TokenVerifier
    metrics: ApiMetrics
    clock: Callable[[], datetime]
    """Aware UTC."""
    press: Press = field(default_factory=Press)


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesHere = Annotated[Services, Depends(_services)]
