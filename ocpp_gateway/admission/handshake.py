"""Before a socket is a charger: path, identity, password or certificate. Everything refused here is plain HTTP.

Nothing of a request is logged but the identity: queries and headers may carry passwords.
"""

import math
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

import structlog
from sqlalchemy.exc import SQLAlchemyError
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.exceptions import NegotiationError
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from ocpp_gateway.admission.authentication import Authenticator
from ocpp_gateway.admission.caller import Caller, Refused
from ocpp_gateway.admission.refused_connections import RefusedConnections
from ocpp_gateway.admission.tls import subject_of
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.storage.lanes import DatabaseAway
from ocpp_gateway.wire.subprotocols import selected

log = structlog.get_logger(__name__)

_PREFIX = "/ocpp/"
_LONGEST_IDENTITY = 48  # 2.0.1 §2.3 allows 48; 1.6 names no limit
_RETRY_AFTER_S = 5.0


def charger_of(path: str) -> str | None:
    """The charge point identity in a request path; None when the path is not a charger's.

    Wallboxes put slashes between the address they were given and their identity, and after it: those say nothing.
    """
    raw = "/" + urlsplit(path.lstrip("/")).path
    identity = unquote(raw.removeprefix(_PREFIX).strip("/")) if raw.startswith(_PREFIX) else ""
    good = identity.isprintable() and "/" not in identity and ":" not in identity
    return identity if good and 0 < len(identity) <= _LONGEST_IDENTITY else None


class Handshake:
    """`process_request` of the WebSocket server.

    `refused`: where refusals are noted for the operator. `subprotocols`: those spoken here, the best first; others are
    answered with 400, which is noted too. `strict`: and so are those that are spelled in other ways. `behind_tls`:
    a proxy in front ends TLS, so what comes here plain was not (profile 2; profile 3 needs TLS to reach the gateway
    itself).
    """

    def __init__(
        self,
        authenticator: Authenticator,
        metrics: GatewayMetrics,
        accepting: Callable[[], bool],
        full: Callable[[], bool],
        *,
        refused: RefusedConnections | None = None,
        subprotocols: Collection[str] = (),
        strict: bool = False,
        behind_tls: bool = False,
    ) -> None:
        self._authenticator = authenticator
        self._metrics = metrics
        self._accepting = accepting
        self._full = full
        self._refused = refused
        self._subprotocols = tuple(subprotocols)
        self._strict = strict
        self._behind_tls = behind_tls

    async def __call__(self, connection: ServerConnection, request: Request) -> Response | None:
        caller = self._caller(connection)
        try:
            await self._admit(request, caller)
        except Refused as refusal:
            self._metrics.refused(refusal.code)
            self._note(request, caller, refusal)
            return _refusal(connection, refusal)
        return None

    def select(self, connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol:
        """The one that is answered. Raises NegotiationError, which the library answers with 400."""
        name = selected(offered, self._subprotocols, strict=self._strict)
        if name is None:
            raise NegotiationError("no subprotocol that is spoken here")
        return Subprotocol(name)

    def certificate_refused(self, reason: str) -> None:
        """For `tls.server_context`: a client certificate did not verify. There is no request, so no identity."""
        self._metrics.refused("certificate_refused")
        log.info("charger_refused", code="certificate_refused", reason=reason)
        if self._refused is not None:
            self._refused.note("", "certificate_refused", "", datetime.now(UTC), reason)

    def _caller(self, connection: ServerConnection) -> Caller:
        info = connection.transport.get_extra_info
        peer, tls = info("peername"), info("ssl_object")
        certificate = None if tls is None else tls.getpeercert()
        return Caller(
            address=str(peer[0]) if isinstance(peer, tuple) and peer else "",
            encrypted=tls is not None or self._behind_tls,
            subject=subject_of(certificate) if certificate else None,
        )

    async def _admit(self, request: Request, caller: Caller) -> None:
        if not self._accepting():
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "draining")
        if self._full():
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "too_many_connections")
        charger_id = charger_of(request.path)
        if charger_id is None:
            raise Refused(HTTPStatus.NOT_FOUND, "path_unknown")
        given = request.headers.get_all("Authorization")
        try:
            await self._authenticator.check(charger_id, given[0] if given else None, caller)
        except (SQLAlchemyError, OSError, DatabaseAway) as error:
            log.warning("handshake_without_database", charger=charger_id, error=type(error).__name__)
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "database_unavailable") from error
        self._look_at_versions(request, charger_id, caller)

    def _look_at_versions(self, request: Request, charger_id: str, caller: Caller) -> None:
        if not self._subprotocols or self._refused is None:
            return
        offered = [v.strip() for h in request.headers.get_all("Sec-WebSocket-Protocol") for v in h.split(",")]
        if selected(offered, self._subprotocols, strict=self._strict) is None:
            detail = f"offers {', '.join(offered) or 'none'}"
            self._refused.note(charger_id, "subprotocol_unknown", caller.address, datetime.now(UTC), detail)

    def _note(self, request: Request, caller: Caller, refusal: Refused) -> None:
        if refusal.status is HTTPStatus.SERVICE_UNAVAILABLE:
            log.info("charger_put_off", code=refusal.code)
            return  # our trouble, not the charger's
        claimed = charger_of(request.path)
        identity = unquote(urlsplit(request.path).path) if claimed is None else claimed
        log.info("charger_refused", charger=claimed, code=refusal.code, address=caller.address)
        if self._refused is not None:
            self._refused.note(identity, refusal.code, caller.address, datetime.now(UTC), refusal.detail)


def _refusal(connection: ServerConnection, refusal: Refused) -> Response:
    response = connection.respond(refusal.status, refusal.code + "\n")
    extra = Headers()
    if refusal.status is HTTPStatus.UNAUTHORIZED:
        extra["WWW-Authenticate"] = 'Basic realm="ocpp", charset="UTF-8"'
    wait_s = refusal.retry_after_s
    if wait_s is None and refusal.status is HTTPStatus.SERVICE_UNAVAILABLE:
        wait_s = _RETRY_AFTER_S
    if wait_s is not None:
        extra["Retry-After"] = str(math.ceil(wait_s))
    response.headers.update(extra)
    return response
