"""One request to the control surface: loopback only, JSON in and out, refusals in Stripe's envelope."""

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.stripe_api.errors import StripeApiError

Handler = Callable[[Request], Awaitable[Any]]


class ControlBody(BaseModel):
    """Base of the control bodies: unknown fields are refused, so that a typo is not silently ignored."""

    model_config = ConfigDict(extra="forbid")


def guarded(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """The handler behind the door."""

    async def answer(request: Request) -> Response:
        if not from_this_machine(request):
            return JSONResponse({"error": {"message": "loopback only"}}, 403)
        try:
            return JSONResponse(await handler(request))
        except ValidationError as error:
            return JSONResponse({"error": {"message": str(error)}}, 400)
        except StripeApiError as error:
            return JSONResponse({"error": error.body}, error.status)

    return answer


def from_this_machine(request: Request) -> bool:
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
