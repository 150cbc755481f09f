"""The gateway process: reads the settings, puts the parts together, runs until SIGTERM or SIGINT, then drains."""

import asyncio
import signal
import sys
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client

from db.engine import create_engine
from ocpp_gateway.admission.tls import KeyPair, TlsOptions, TlsUnusable
from ocpp_gateway.duties.certificates.authority import Authority
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.server import Gateway
from runtime import start
from runtime.logging import configure_logging
from runtime.readiness.database import DATABASE
from runtime.readiness.waiting import Outages, ended, unless_stopped, wait_for, watch
from runtime.settings import DatabaseSettings, GatewaySettings, LogSettings, TemporalSettings
from runtime.temporal import connect
from runtime.usage import parser_of

log = structlog.get_logger(__name__)

_OTHER_FILES = 100
"""Database connections, logs, the servers' own sockets."""


async def run() -> None:
    """Wait for Postgres, then serve chargers until a signal asks to stop. Raises CannotStart: a port is taken."""
    database, temporal, settings = DatabaseSettings(), TemporalSettings(), GatewaySettings()
    url = start.database_url(database)
    start.check_temporal_variables()

    async def reach_temporal() -> Client:
        return await connect(temporal.address, temporal.namespace)

    engine = create_engine(url, pool_size=database.pool_size, check_after=None, one_plan=True)
    gateway = Gateway(engine, reach_temporal, options_from(settings))
    stopping = start.stop_on_signals()
    if hasattr(signal, "SIGHUP"):
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, gateway.reload_tls)
    try:
        await _opened(gateway, settings)
        await _serve(gateway, settings, stopping)
    finally:
        await gateway.drain()
        await engine.dispose()


async def _serve(gateway: Gateway, settings: GatewaySettings, stopping: asyncio.Event) -> None:
    outages = Outages()
    if not await unless_stopped(stopping, _begin(gateway, outages)):
        return
    _allow_sockets(settings.max_connections)
    start.spare_the_collector(full_every=100)  # connections by the thousand are no garbage
    watching = asyncio.create_task(watch(gateway.readiness, outages))
    await stopping.wait()
    await ended(watching)


async def _begin(gateway: Gateway, outages: Outages) -> None:
    while True:
        await wait_for(gateway.readiness, (DATABASE,), outages)
        try:
            await gateway.serve()
        except (SQLAlchemyError, OSError) as error:
            log.warning("gateway_not_begun", error=type(error).__name__)  # it went away in between
        else:
            return


def _allow_sockets(wanted: int) -> None:
    """As many files as the system lets us have: the usual soft limit of 1,024 is a small site."""
    if sys.platform == "win32":
        return
    import resource

    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and hard < wanted + _OTHER_FILES:
        log.warning(
            "few_files_allowed", allowed=hard, max_connections=wanted, advice="raise ulimit -n or lower it"
        )


async def _opened(gateway: Gateway, settings: GatewaySettings) -> None:
    try:
        with start.listening(settings.host, settings.port):
            await gateway.open()
    except TlsUnusable as error:
        raise start.CannotStart(str(error), status=start.WRONG_SETTING) from error


def options_from(settings: GatewaySettings) -> GatewayOptions:
    return GatewayOptions(
        host=settings.host,
        port=settings.port,
        metrics_port=settings.metrics_port,
        instance=settings.instance,
        allow_unauthenticated=settings.allow_unauthenticated,
        minimum_profile=settings.minimum_security_profile,
        tls=tls_from(settings),
        behind_tls=settings.behind_tls,
        heartbeat_s=settings.heartbeat_seconds,
        call_timeout_s=settings.call_timeout_seconds,
        max_connections=settings.max_connections,
        messages_per_second=settings.messages_per_second,
        strict_schemas=settings.strict_schemas,
        authority=None
        if settings.ca_command is None
        else Authority(command=settings.ca_command, timeout_s=settings.ca_timeout_seconds),
        compression=settings.compression,
        events_kept=timedelta(days=settings.events_kept_days),
        probe_after_s=settings.ask_after_seconds,
        hold_watch_s=settings.watch_seconds,
        hold_settle_s=settings.settle_seconds,
        silent_session_s=settings.silent_session_hours * 3600,
    )


def tls_from(settings: GatewaySettings) -> TlsOptions | None:
    """None: no certificate is set. The settings have checked that what goes together is together."""
    pairs = (
        (settings.tls_certificate, settings.tls_key),
        (settings.tls_second_certificate, settings.tls_second_key),
    )
    key_pairs = tuple(KeyPair(certificate=c, key=k) for c, k in pairs if c is not None and k is not None)
    if not key_pairs:
        return None
    return TlsOptions(
        key_pairs=key_pairs,
        client_roots=settings.tls_client_roots,
        revoked=settings.tls_revoked,
        client_organization=settings.tls_client_organization,
    )


def main() -> None:
    start.run(
        "gateway",
        _main,
        parser_of(
            "python -m ocpp_gateway",
            "Has one socket for each charger, commits what chargers say, and delivers it, until SIGTERM.",
            (DatabaseSettings, TemporalSettings, GatewaySettings, LogSettings),
        ),
    )


def _main() -> None:
    logging = LogSettings()
    configure_logging(log_format=logging.format, level=logging.level, process="gateway")
    if sys.platform == "win32":
        asyncio.run(run())
        return
    import uvloop

    uvloop.run(run())
