"""The worker process: read settings, build clients, register, run. No rules here."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.common import MetricMeter

from activities.documents.issuing import Issuing
from activities.documents.rounds import issue_documents
from activities.erasing.handled_events import keep_no_handled_events
from activities.erasing.rounds import finish_erasures
from activities.erasing.whole_urls import keep_no_whole_urls
from activities.holds.berth_records import count_berths
from activities.holds.passing_routes import forget_driven_routes
from activities.holds.series import book_series
from activities.holds.unfinished_groups import finish_groups
from activities.money.credit_expiry import expire_credits
from activities.money.dispute_reminders import remind_of_disputes
from activities.money.stripe_gateway import StripeGateway
from activities.money.subscriptions import watch_subscriptions
from activities.queue.rounds import keep_waiting_lists
from activities.reconciliation.event_watch import EventWatch
from contracts.names import RESERVATIONS_QUEUE
from db.engine import create_engine, create_sessions
from db.migrations import revisions
from db.tables import Target
from delivery.backlog import BacklogFigures
from delivery.gauges import BacklogGauges
from domain.telling.local_receiver import LocalReceiver
from runtime import start
from runtime.channels import PhoneSettings, PushSettings
from runtime.health_server import ALL_INTERFACES, HealthServer
from runtime.issuer import issuing_of
from runtime.logging import configure_logging
from runtime.mail import MailSettings
from runtime.polling import Polling
from runtime.post import post_of
from runtime.readiness.database import DATABASE, database_need
from runtime.readiness.findings import NOT_POLLING
from runtime.readiness.home import home_need
from runtime.readiness.payments import payments_need
from runtime.readiness.process import own_need
from runtime.readiness.readiness import Readiness
from runtime.readiness.temporal import TEMPORAL, TemporalLink, temporal_needs
from runtime.readiness.waiting import Outages, ended, unless_stopped, wait_for, watch
from runtime.receiver import receiver_of
from runtime.registration import Parts, build_worker
from runtime.relays import debt_relay, movement_relay, payment_event_relay
from runtime.schedules import Schedules
from runtime.settings import (
    DatabaseSettings,
    IssuerSettings,
    LedgerSettings,
    LogSettings,
    StripeSettings,
    TemporalSettings,
    WorkerSettings,
)
from runtime.tellings import tell_everybody
from runtime.temporal import connect, metrics_runtime
from runtime.usage import parser_of
from runtime.webhooks import EndpointSettings, WalkInSettings
from telling.post import Post
from webhooks.walk_ins import Receiver
from workflows.client.reservations import ReservationClient
from workflows.client.unattended import UnattendedBookings
from workflows.reconciliation.schedule import Times

log = structlog.get_logger()


async def main() -> None:
    """Wait for the servers, then work until SIGTERM or SIGINT. Raises CannotStart."""
    configure(LogSettings())
    database, stripe, temporal = DatabaseSettings(), StripeSettings(), TemporalSettings()
    settings, walk_ins = WorkerSettings(), receiver_of(WalkInSettings())
    issuing = issuing_of(IssuerSettings(), LedgerSettings())
    url = start.database_url(database)
    start.check_temporal_variables()
    stop = start.stop_on_signals()
    metrics = metrics_runtime(settings.metrics_port)
    meter = metrics.metric_meter if metrics else MetricMeter.noop
    link = TemporalLink(lambda: connect(temporal.address, temporal.namespace, runtime=metrics))
    async with AsyncExitStack() as cleanup:
        post = post_of(MailSettings(), PushSettings(), PhoneSettings(), cleanup)
        engine = create_engine(url, pool_size=database.pool_size)
        cleanup.push_async_callback(engine.dispose)
        gateway = StripeGateway(stripe.api_key.get_secret_value(), stripe.api_base)
        cleanup.push_async_callback(gateway.aclose)
        servers = Servers(
            engine=engine,
            stripe=gateway,
            link=link,
            walk_ins=walk_ins,
            local=EndpointSettings().local_receiver,
            issuing=issuing,
            post=post,
            meter=meter,
        )
        polling = Polling(lambda: link.client, lambda client: build_worker(servers.parts(client), settings))
        await _work(servers, polling, settings, stop, cleanup)
    log.info("worker_stopped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Those that the worker needs; Temporal once it was reached.

    `walk_ins`: whom it tells of them, if anybody. `local`: an engineers' receiver of a stack to try. `issuing`: who
    issues documents, if anybody. `post`: by what people are told.
    """

    engine: AsyncEngine
    stripe: StripeGateway
    link: TemporalLink
    walk_ins: Receiver | None = None
    local: LocalReceiver | None = None
    issuing: Issuing | None = None
    post: Post = field(default_factory=Post)
    meter: MetricMeter = MetricMeter.noop

    def parts(self, client: Client) -> Parts:
        return Parts(sessions=create_sessions(self.engine), stripe=self.stripe, temporal=client)

    def bookings(self) -> UnattendedBookings:
        return UnattendedBookings(ReservationClient(self.link.client))

    def shown(self, target: Target) -> Callable[[BacklogFigures], None]:
        """What waits for `target`, on the metrics port."""
        return BacklogGauges(self.meter, target).show

    def event_watch(self, every: timedelta) -> EventWatch:
        return EventWatch(create_sessions(self.engine), self.stripe, every, self.meter)

    def readiness(self, polling: Polling, schedules: Schedules) -> Readiness:
        return Readiness(
            [
                database_need(self.engine, revisions()),
                *temporal_needs(self.link),
                home_need(self.engine, self.link),
                payments_need(self.stripe.use_key),
                own_need("polling", lambda: polling.active, NOT_POLLING),
                schedules.need,
            ]
        )


async def _work(
    servers: Servers, polling: Polling, settings: WorkerSettings, stop: asyncio.Event, cleanup: AsyncExitStack
) -> None:
    schedules, outages = Schedules(times_of(settings)), Outages()
    readiness = servers.readiness(polling, schedules)
    if settings.health_port is not None:
        health = HealthServer(readiness)
        with start.listening(ALL_INTERFACES, settings.health_port):
            await health.start(ALL_INTERFACES, settings.health_port)
        cleanup.push_async_callback(health.stop)
    if not await unless_stopped(stop, wait_for(readiness, (DATABASE, TEMPORAL), outages)):
        return
    cleanup.push_async_callback(ended, asyncio.create_task(watch(readiness, outages)))
    cleanup.push_async_callback(ended, asyncio.create_task(schedules.keep(servers.link.client)))
    working = asyncio.create_task(polling.run())
    working.add_done_callback(lambda _: stop.set())
    start.spare_the_collector()
    log.info("worker_ready", task_queue=RESERVATIONS_QUEUE)
    await asyncio.gather(
        payment_event_relay(
            servers.engine,
            servers.link.client,
            servers.stripe,
            waiting=servers.shown(Target.RESERVATION_PAYMENT),
        ).run(stop),
        debt_relay(servers.engine, servers.link.client, waiting=servers.shown(Target.DEBTS)).run(stop),
        movement_relay(servers.engine, servers.stripe, waiting=servers.shown(Target.MOVEMENTS)).run(stop),
        tell_everybody(servers.engine, servers.post, servers.walk_ins, servers.local, stop, servers.shown),
        issue_documents(servers.engine, servers.issuing, stop),
        expire_credits(servers.engine, stop),
        remind_of_disputes(servers.engine, stop),
        book_series(servers.engine, servers.bookings, stop),
        finish_groups(servers.engine, servers.bookings, stop),
        keep_waiting_lists(servers.engine, servers.bookings, stop),
        count_berths(servers.engine, stop),
        forget_driven_routes(servers.engine, stop),
        finish_erasures(servers.engine, servers.stripe.customers, stop),
        keep_no_handled_events(servers.engine, stop),
        keep_no_whole_urls(servers.engine, stop),
        servers.event_watch(settings.events_every).run(stop),
        watch_subscriptions(
            create_sessions(servers.engine), servers.stripe, settings.subscriptions_every, stop
        ),
    )
    polling.stop()
    await working


def times_of(settings: WorkerSettings) -> Times:
    return Times(
        reconcile_every=settings.reconcile_every,
        orphan_after=settings.orphan_after,
        compare_every=settings.compare_every,
        compare_at_once=settings.compare_at_once,
        compare_all_every=settings.compare_all_every,
        reconcile_money_every=settings.reconcile_money_every,
        reconcile_money_days=settings.reconcile_money_days,
    )


def configure(settings: LogSettings) -> None:
    configure_logging(log_format=settings.format, level=settings.level, process="worker")


if __name__ == "__main__":
    start.run(
        "worker",
        lambda: asyncio.run(main()),
        parser_of(
            "python worker.py",
            "Runs workflows and their activities, and delivers what the payment provider says, until SIGTERM.",
            (
                DatabaseSettings,
                TemporalSettings,
                StripeSettings,
                WorkerSettings,
                WalkInSettings,
                EndpointSettings,
                IssuerSettings,
                LedgerSettings,
                MailSettings,
                PushSettings,
                PhoneSettings,
                LogSettings,
            ),
        ),
    )
