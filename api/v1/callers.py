"""Who is calling, by bearer token, checked before a request's body is looked at."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from api.desk.principal import SCOPES_OF, Principal
from api.services import Services
from api.v1.etags import unless_known
from api.v1.pagination import link_to_next
from domain.reservation.actions.action import Actor


class AuthenticatedRoute(APIRoute):
    """Checks the token before FastAPI reads the body: a stranger learns nothing about what we accept.

    Pages are sent with a link to the next one, what its reader has already without its body.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        may_be_known = 304 in self.responses
        paged = "next_cursor" in getattr(self.response_model, "model_fields", ())

        async def authenticate_then_handle(request: Request) -> Response:
            services: Services = request.app.state.services
            request.state.principal = await services.tokens.principal(request.headers.get("authorization"))
            response = await handle(request)
            if paged:
                link_to_next(request, response)
            return unless_known(request, response) if may_be_known else response

        return authenticate_then_handle


_bearer = HTTPBearer(
    auto_error=False, bearerFormat="JWT", description="JWT with scope `driver`, `operator` or `fleet`"
)


def _principal(request: Request, _shown: Annotated[Any, Security(_bearer)]) -> Principal:
    """AuthenticatedRoute has checked the token already; the bearer scheme is here for OpenAPI."""
    principal: Principal = request.state.principal
    return principal


def _operator(principal: Annotated[Principal, Depends(_principal)]) -> Principal:
    """The desk asks again; here it is asked before the body is judged."""
    principal.require_operator()
    return principal


def _customer(principal: Annotated[Principal, Depends(_principal)]) -> Principal:
    principal.require(*SCOPES_OF[Actor.DRIVER])
    return principal


def _fleet(principal: Annotated[Principal, Depends(_principal)]) -> Principal:
    principal.require_fleet()
    return principal


Anyone = Annotated[Principal, Depends(_principal)]
"""Any valid token."""
Operator = Annotated[Principal, Security(_operator, scopes=SCOPES_OF[Actor.OPERATOR])]
Fleet = Annotated[Principal, Security(_fleet, scopes=("fleet",))]
"""Who acts for a fleet."""
Customer = Annotated[Principal, Security(_customer, scopes=SCOPES_OF[Actor.DRIVER])]
"""A driver or a fleet. OpenAPI shows these scopes, of which one is needed; none: any valid token will do."""
