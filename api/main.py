"""The API process: settings to engine to Temporal client to uvicorn. The only place in `api` that reads settings."""

import asyncio
from datetime import UTC, datetime

import structlog
import uvicorn
import uvloop
from temporalio.client import Client

from api.app import create_app
from api.tokens.bearer import TokenVerifier
from api.tokens.keys import JwksKeys, LocalKey, TokenKeys
from db.engine import create_engine, create_sessions
from runtime.logging import configure_logging
from runtime.settings import (
    ApiSettings,
    DatabaseSettings,
    LogSettings,
    StripeSettings,
    TemporalSettings,
    TokenSettings,
)
from runtime.start import WRONG_SETTING, CannotStart, reaching_postgres, reaching_temporal, run
from runtime.temporal import connect

_CONNECT_ATTEMPTS = 30
_log = structlog.get_logger()


def main() -> None:
    """Serve until SIGTERM or SIGINT. Exits non-zero with one line when a setting is missing or wrong."""
    run("api", _main)


def _main() -> None:
    log = LogSettings()
    configure_logging(log_format=log.format, level=log.level, process="api")
    uvloop.run(serve())


async def serve() -> None:
    """Build everything from the environment and serve; returns after a graceful shutdown."""
    address = ApiSettings()
    database = DatabaseSettings()
    stripe = StripeSettings()
    tokens = TokenSettings()
    verifier = TokenVerifier(token_keys(tokens), issuer=tokens.issuer, audience=tokens.audience)
    url = database.url.get_secret_value()
    with reaching_postgres(url):
        engine = create_engine(url, pool_size=database.pool_size)
    temporal = await _temporal(TemporalSettings())
    try:
        app = create_app(
            sessions=create_sessions(engine),
            temporal=temporal,
            tokens=verifier,
            stripe_webhook_secret=stripe.webhook_secret.get_secret_value(),
            clock=lambda: datetime.now(UTC),
        )
        config = uvicorn.Config(
            app,
            host=address.host,
            port=address.port,
            log_config=None,
            access_log=False,  # our own access line knows the route template
            server_header=False,
            h11_max_incomplete_event_size=32 * 1024,
            timeout_graceful_shutdown=15,
        )
        await uvicorn.Server(config).serve()
    finally:
        await engine.dispose()


def token_keys(settings: TokenSettings) -> TokenKeys:
    """Raises CannotStart unless exactly one key source is set and usable."""
    if (settings.public_key_file is None) == (settings.jwks_url is None):
        raise CannotStart(
            "set exactly one of SLOTKEEPER_JWT_PUBLIC_KEY_FILE=/path/to/public.pem "
            "and SLOTKEEPER_JWT_JWKS_URL=https://…",
            status=WRONG_SETTING,
        )
    if settings.public_key_file is not None:
        try:
            return LocalKey(settings.public_key_file)
        except (OSError, ValueError) as error:
            raise CannotStart(
                f"SLOTKEEPER_JWT_PUBLIC_KEY_FILE is not a readable public key: {error}", status=WRONG_SETTING
            ) from error
    assert settings.jwks_url is not None  # noqa: S101 - narrowed by the check above
    return JwksKeys(settings.jwks_url)


async def _temporal(settings: TemporalSettings) -> Client:
    for attempt in range(1, _CONNECT_ATTEMPTS + 1):
        try:
            with reaching_temporal(settings.address, settings.namespace):
                return await connect(settings.address, settings.namespace)
        except CannotStart:
            _log.warning("temporal_not_reachable", address=settings.address, attempt=attempt)
            if attempt == _CONNECT_ATTEMPTS:
                raise
            await asyncio.sleep(1)
    raise AssertionError("unreachable")
