"""The way in, as one thing: TLS, credentials read in batches, the handshake, and the list of those refused."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from ocpp_gateway.admission.authentication import AuthenticationRules, Authenticator
from ocpp_gateway.admission.handshake import Handshake
from ocpp_gateway.admission.refused_connections import RefusedConnections
from ocpp_gateway.admission.tls import CertificateWatch, ServerContext, TlsOptions, server_context
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.storage.credentials import Credentials, credentials_of
from ocpp_gateway.storage.lanes import DatabaseAway, Lane

_LARGEST_BATCH = 200
_PATIENCE_S = 5.0
"""Below a charger's own patience with a handshake: it is asked to come again while the database is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionOptions:
    """`tls` None: plain WebSockets. `behind_tls`: a proxy in front ends TLS. The others: AuthenticationRules."""

    tls: TlsOptions | None = None
    behind_tls: bool = False
    minimum_profile: int = 1
    allow_unauthenticated: bool = False


class Admission:
    """`accepting` and `full`: whether anybody is let in at all. `work` is to be run for as long as it is open."""

    def __init__(
        self,
        engine: AsyncEngine,
        metrics: GatewayMetrics,
        options: AdmissionOptions,
        *,
        subprotocols: Collection[str],
        strict: bool,
        accepting: Callable[[], bool],
        full: Callable[[], bool],
    ) -> None:
        self._engine = engine
        self._options = options
        self._refused = RefusedConnections(engine)
        self._watch: CertificateWatch | None = None
        self.lane: Lane[str, Credentials | None] = Lane(
            "credentials", self._read, metrics=metrics, largest=_LARGEST_BATCH, patience_s=_PATIENCE_S
        )
        self._authenticator = Authenticator(engine, rules=_rules(options), find=self._find)
        self.handshake = Handshake(
            self._authenticator,
            metrics,
            accepting,
            full,
            refused=self._refused,
            subprotocols=subprotocols,
            strict=strict,
            behind_tls=options.behind_tls,
        )

    def open(self) -> ServerContext | None:
        """For `serve(..., ssl=…)`. Raises TlsUnusable."""
        if self._options.tls is None:
            return None
        context = server_context(self._options.tls, self.handshake.certificate_refused)
        self._watch = CertificateWatch(context, self._options.tls)
        return context

    def reload_tls(self) -> bool:
        """Read certificates, roots and revocations again. False: one is unusable, all stays as it was."""
        return self._watch is None or self._watch.reload()

    @property
    def work(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        parts: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            (self.lane.name, self.lane.run),
            ("refused_connections", self._refused.run),
            ("password_hashes", self._authenticator.run),
        ]
        return parts if self._watch is None else [*parts, ("certificates", self._watch.run)]

    def close(self) -> None:
        self._authenticator.close()

    async def _find(self, charger_id: str) -> Credentials | None:
        # A key of its own for each: two knocks of one charger may be answered by the same read.
        try:
            async with asyncio.timeout(_PATIENCE_S):  # a Postgres that has frozen does not even refuse
                return await self.lane.do(charger_id, object())
        except TimeoutError as error:
            raise DatabaseAway(self.lane.name) from error

    async def _read(self, charger_ids: Sequence[str]) -> Sequence[Credentials | None]:
        async with self._engine.connect() as connection:
            found = await credentials_of(connection, charger_ids)
        return [found.get(charger_id) for charger_id in charger_ids]


def _rules(options: AdmissionOptions) -> AuthenticationRules:
    return AuthenticationRules(
        minimum_profile=options.minimum_profile,
        allow_unauthenticated=options.allow_unauthenticated,
        client_organization=None if options.tls is None else options.tls.client_organization,
    )
