"""Before a socket is a charger: path, identity, password. Everything refused here is a plain HTTP answer."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

import structlog
from sqlalchemy.exc import SQLAlchemyError
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from ocpp_gateway.authentication import Authenticator, Refused
from ocpp_gateway.metrics import GatewayMetrics

log = structlog.get_logger(__name__)

_PREFIX = "/ocpp/"
_LONGEST_IDENTITY = 48  # 2.0.1 §2.3 allows 48; 1.6 names no limit
_RETRY_AFTER_S = "5"


def charger_of(path: str) -> str | None:
    """The charge point identity in a request path; None when the path is not a charger's."""
    raw = urlsplit(path).path
    identity = unquote(raw.removeprefix(_PREFIX)) if raw.startswith(_PREFIX) else ""
    good = identity.isprintable() and "/" not in identity and ":" not in identity
    return identity if good and 0 < len(identity) <= _LONGEST_IDENTITY else None


class Handshake:
    """`process_request` of the WebSocket server."""

    def __init__(
        self,
        authenticator: Authenticator,
        metrics: GatewayMetrics,
        accepting: Callable[[], bool],
        full: Callable[[], bool],
    ) -> None:
        self._authenticator = authenticator
        self._metrics = metrics
        self._accepting = accepting
        self._full = full

    async def __call__(self, connection: ServerConnection, request: Request) -> Response | None:
        try:
            await self._admit(request)
        except Refused as refusal:
            self._metrics.refusals.labels(str(refusal.status.value)).inc()
            log.info("charger_refused", path=request.path[:200], code=refusal.code)
            return _refusal(connection, refusal)
        return None

    async def _admit(self, request: Request) -> None:
        if not self._accepting():
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "draining")
        if self._full():
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "too_many_connections")
        charger_id = charger_of(request.path)
        if charger_id is None:
            raise Refused(HTTPStatus.NOT_FOUND, "path_unknown")
        given = request.headers.get_all("Authorization")
        try:
            await self._authenticator.check(charger_id, given[0] if given else None)
        except (SQLAlchemyError, OSError) as error:
            log.warning("handshake_without_database", charger=charger_id, error=repr(error))
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "database_unavailable") from error


def _refusal(connection: ServerConnection, refusal: Refused) -> Response:
    response = connection.respond(refusal.status, refusal.code + "\n")
    extra = Headers()
    if refusal.status is HTTPStatus.UNAUTHORIZED:
        extra["WWW-Authenticate"] = 'Basic realm="ocpp", charset="UTF-8"'
    if refusal.status is HTTPStatus.SERVICE_UNAVAILABLE:
        extra["Retry-After"] = _RETRY_AFTER_S
    response.headers.update(extra)
    return response
