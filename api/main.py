"""The API process: settings to engine to Temporal client to uvicorn. The only place in `api` that reads settings."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI
from temporalio.client import Client as TemporalClient

from activities.money.stripe_gateway import StripeGateway
from api.app import create_app
from api.serving import LeavingServer, http_server
from api.tokens.bearer import TokenVerifier
from api.tokens.keys import JwksKeys, LocalKey, TokenKeys
from api.waiting import Front, waiting_app
from api.web import addresses
from api.web.face import Beside, Door, Paying
from api.web.identity import Client, Identity
from db.engine import create_engine, create_sessions
from db.migrations import revisions
from domain.money.authority import Authority, Role
from domain.money.bookkeeping import Bookkeeping
from runtime import start
from runtime.channels import PhoneSettings, PushSettings, offered_by
from runtime.logging import configure_logging
from runtime.pages import MailedSettings, PagesSettings
from runtime.readiness.database import database_need
from runtime.readiness.home import home_need
from runtime.readiness.payments import payments_need
from runtime.readiness.process import token_keys_need
from runtime.readiness.readiness import Readiness
from runtime.readiness.temporal import TemporalLink, temporal_needs
from runtime.readiness.waiting import Outages, ended, watch
from runtime.settings import (
    ApiSettings,
    AuthoritySettings,
    DatabaseSettings,
    LedgerSettings,
    LogSettings,
    StripeSettings,
    TemporalSettings,
    TokenSettings,
)
from runtime.start import WRONG_SETTING, CannotStart, run
from runtime.temporal import connect
from runtime.usage import parser_of
from runtime.webhooks import EndpointSettings

_log = structlog.get_logger()


def main() -> None:
    """Serve until SIGTERM or SIGINT. Exits non-zero with one line when a setting is missing or wrong."""
    run(
        "api",
        _main,
        parser_of(
            "python -m api",
            "Answers HTTP: books and steers reservations, reads lists, takes the provider's events; until SIGTERM.",
            (
                DatabaseSettings,
                TemporalSettings,
                StripeSettings,
                TokenSettings,
                ApiSettings,
                PagesSettings,
                EndpointSettings,
                MailedSettings,
                PushSettings,
                PhoneSettings,
                LedgerSettings,
                AuthoritySettings,
                LogSettings,
            ),
        ),
    )


def _main() -> None:
    log = LogSettings()
    configure_logging(log_format=log.format, level=log.level, process="api")
    uvloop.run(serve())


async def serve() -> None:
    """Build everything from the environment and serve; returns after a graceful shutdown."""
    address, database, stripe = ApiSettings(), DatabaseSettings(), StripeSettings()
    temporal, tokens, pages, mailed = TemporalSettings(), TokenSettings(), PagesSettings(), MailedSettings()
    books, authority = bookkeeping(LedgerSettings()), authority_of(AuthoritySettings())
    keys, endpoints = token_keys(tokens), EndpointSettings()
    offered = offered_by(mailed, PushSettings(), PhoneSettings())
    url = start.database_url(database)
    start.check_temporal_variables()
    start.stop_on_signals()  # uvicorn takes the signals, and raises them again when it is done: status 0 then
    link = TemporalLink(lambda: connect(temporal.address, temporal.namespace))
    async with AsyncExitStack() as cleanup:
        engine = create_engine(url, pool_size=database.pool_size)
        cleanup.push_async_callback(engine.dispose)
        gateway = StripeGateway(stripe.api_key.get_secret_value(), stripe.api_base)
        cleanup.push_async_callback(gateway.aclose)
        readiness = Readiness(
            [
                database_need(engine, revisions()),
                *temporal_needs(link),
                home_need(engine, link),
                payments_need(gateway.use_key),
                token_keys_need(keys.available),
            ]
        )

        def application(client: TemporalClient) -> FastAPI:
            return create_app(
                sessions=create_sessions(engine),
                temporal=client,
                tokens=TokenVerifier(keys, issuer=tokens.issuer, audience=tokens.audience),
                stripe_webhook_secret=stripe.webhook_secret.get_secret_value(),
                readiness=readiness,
                clock=lambda: datetime.now(UTC),
                books=books,
                authority=authority,
                origins=address.origins,
                identity=identity_of(pages),
                paying=Paying(publishable_key=stripe.publishable_key, stand_in=pages.payments_stand_in),
                doors=[
                    Door(hint=one[0], label=one[1], page=one[2]) for one in json.loads(pages.doors or "[]")
                ],
                beside=Beside(**json.loads(pages.beside or "{}")),
                address=pages.address.rstrip("/"),
                local_receiver=endpoints.local_receiver,
                mails=mailed.host is not None,
                offered=offered,
            )

        await _serve(address, readiness, link, application)


def bookkeeping(settings: LedgerSettings) -> Bookkeeping:
    return Bookkeeping(
        zone=ZoneInfo(settings.zone),
        chart=settings.chart,
        own_numbers=settings.accounts,
        consultant=settings.datev_consultant,
        client=settings.datev_client,
    )


def authority_of(settings: AuthoritySettings) -> Authority:
    return Authority(
        alone={
            Role.SUPPORT: settings.support,
            Role.MANAGER: settings.manager,
            Role.FINANCE: settings.finance,
        }
    )


def identity_of(settings: PagesSettings) -> Identity | None:
    """None: nobody can sign in to the pages."""
    if settings.issuer is None:
        return None
    secret = settings.client_secret
    return Identity(
        Client(
            issuer=settings.issuer,
            client_id=settings.client_id,
            client_secret=None if secret is None else secret.get_secret_value(),
            scope=settings.scope,
            back=settings.address.rstrip("/") + addresses.SIGNED_IN,
            left=settings.address.rstrip("/") + addresses.SIGNED_OUT,
        )
    )


async def _serve(
    address: ApiSettings,
    readiness: Readiness,
    link: TemporalLink,
    application: Callable[[TemporalClient], FastAPI],
) -> None:
    """The port is open from the beginning; the application follows when Temporal has been reached."""
    front = Front(waiting_app(readiness))

    async def open_when_reached() -> None:
        front.app = opened = application(await link.made())
        front.leaving = opened.state.services.desk.live.close
        front.settle = opened.state.services.desk.sign_in_links.settle
        start.spare_the_collector()
        _log.info("api_ready", host=address.host, port=address.port)

    config = http_server(
        front, host=address.host, port=address.port, keep_alive_seconds=address.keep_alive_seconds
    )
    server = LeavingServer(config, lambda: front.leaving())
    opening = asyncio.create_task(open_when_reached())
    opening.add_done_callback(lambda task: _stop_unless_opened(server, task))
    beside = [
        opening,
        asyncio.create_task(watch(readiness, Outages(), first_after_s=0)),
    ]
    try:
        await server.serve()
        await front.settle()
        if opening.done():
            opening.result()  # what kept it from opening ends the process
    finally:
        for task in beside:
            await ended(task)


def _stop_unless_opened(server: uvicorn.Server, opening: asyncio.Task[None]) -> None:
    if not opening.cancelled() and opening.exception() is not None:
        server.should_exit = True


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
