"""The application: constructed from its clients, nothing at import."""

from collections.abc import Callable, Sequence
from datetime import datetime

from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from temporalio.client import Client

from api import problems
from api.desk.desk import open_desk
from api.desk.limits import Limits
from api.health import health_router
from api.methods import HeadAndOptions
from api.metrics import ApiMetrics
from api.middleware import BodyLimit, Observation
from api.services import Services
from api.tokens.bearer import TokenVerifier
from api.v1.actions.routes import action_router
from api.v1.openapi import DESCRIPTION, describe, operation_id
from api.v1.responses import keep_common
from api.v1.routes import (
    access_rules,
    bay_reports,
    bays,
    budgets,
    cards,
    charger_commands,
    charger_credentials,
    charger_settings,
    charger_upkeep,
    chargers,
    charging_history,
    credits,
    debts,
    disputes,
    documents,
    driver_groups,
    drivers,
    fleet_drivers,
    fleets,
    groups,
    guests,
    installing,
    invitations,
    invoice_accounts,
    ledger,
    live,
    maintenance,
    memberships,
    money_requests,
    notices,
    opening_hours,
    operations_reservations,
    payments,
    people,
    personal_data,
    policies,
    price_rules,
    quirks,
    quotes,
    reconciliation,
    refunds,
    refused_cards,
    reports,
    reservations,
    returns,
    series,
    site_plans,
    sites,
    swaps,
    telling,
    topology,
    troubles,
    unplaced_transactions,
    vehicles,
    waiting_list,
    webhook_endpoints,
    webhooks,
)
from api.v1.routes import (
    sessions as charging_sessions,
)
from api.v1.routes.documentation import Served, documentation_router
from api.web.assets import Assets
from api.web.face import Beside, Door, Face, Paying, tell_people
from api.web.identity import Identity
from api.web.pages import Pages
from api.web.routers import PAGES
from db.engine import Sessions
from domain.money.authority import Authority
from domain.money.bookkeeping import Bookkeeping
from domain.reservation.actions.action import Action
from domain.reservation.actions.table import ACTIONS
from domain.telling.channels import Offered
from domain.telling.local_receiver import LocalReceiver
from runtime.readiness.readiness import Readiness
from workflows.client.charger_commands import ChargerCommandClient
from workflows.client.debts import DebtClient
from workflows.client.reservations import ReservationClient

_BODY_BYTES = 64 * 1024
_LARGER = dict.fromkeys(("/v1/webhooks/", "/fleet/import", "/fleet/drivers/import"), 512 * 1024)
"""By what addresses begin with: deliveries, and tables that a fleet hands over."""
_ASKED_WITH = [
    "Authorization",
    "Accept-Language",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-Request-Id",
]
_TOLD_WITH = [
    "Allow", "Content-Disposition", "Content-Language", "ETag", "Idempotent-Replayed", "Link", "Location",
    "Retry-After", "WWW-Authenticate", "X-Request-Id",
]  # fmt: skip
"""What scripts of another origin may read of an answer, beside its body."""
_PREFLIGHT_SECONDS = 600


def create_app(
    *,
    sessions: Sessions,
    temporal: Client,
    tokens: TokenVerifier,
    stripe_webhook_secret: str,
    readiness: Readiness,
    clock: Callable[[], datetime],
    limits: Limits | None = None,
    books: Bookkeeping | None = None,
    authority: Authority | None = None,
    actions: Sequence[Action] = ACTIONS,
    origins: Sequence[str] = (),
    identity: Identity | None = None,
    paying: Paying | None = None,
    doors: Sequence[Door] = (),
    beside: Beside | None = None,
    address: str = "",
    local_receiver: LocalReceiver | None = None,
    mails: bool = False,
    offered: Offered | None = None,
) -> FastAPI:
    """The API over these clients; the caller owns and closes them. `clock` returns aware UTC.

    `origins`: of web pages whose scripts may call it, e.g. `https://book.example`. `identity`: who signs people in to
    the pages; None: nobody does. `address`: where people find them, without a slash behind. `mails`: there is a server.
    `local_receiver`: of a stack to try, where engineers' endpoints may lead.
    `offered`: by what people are told; None: by mail.
    """
    desk = open_desk(
        sessions=sessions,
        reservations=ReservationClient(temporal),
        gateways=ChargerCommandClient(temporal),
        debts=DebtClient(temporal),
        stripe_webhook_secret=stripe_webhook_secret,
        clock=clock,
        limits=limits or Limits(),
        books=books,
        authority=authority,
        local_receiver=local_receiver,
        address=address,
        offered=offered,
    )
    metrics = ApiMetrics()
    metrics.bookings_in_flight.set_function(lambda: desk.booking.admission.inside)
    metrics.live_followers.set_function(lambda: desk.live.followers)
    metrics.bookings_waiting.set_function(lambda: desk.booking.admission.waiting)
    app = FastAPI(
        title="Slotkeeper",
        version="1.0",
        description=DESCRIPTION,
        openapi_url=None,
        generate_unique_id_function=operation_id,
    )
    app.state.services = Services(desk=desk, tokens=tokens, metrics=metrics, clock=clock)
    assets = Assets()
    app.state.face = Face(
        pages=Pages(assets, secure=address.startswith("https://")),
        identity=identity,
        paying=paying or Paying(),
        doors=tuple(doors),
        beside=beside or Beside(),
        mails=mails,
        address=address,
    )
    problems.install(app)
    tell_people(app)
    _wrap(app, metrics, origins)
    for router in _routers(actions, readiness, metrics):
        keep_common(router)
        app.include_router(router)
    describe(app, actions, clock)
    documentation = documentation_router(assets.address, Served(app.openapi, clock))
    for router in (documentation, assets.router(), *PAGES):
        app.include_router(router)
    return app


def _wrap(app: FastAPI, metrics: ApiMetrics, origins: Sequence[str]) -> None:
    """What every request goes through, whichever route answers it."""
    # The last added is the outermost.
    app.add_middleware(BodyLimit, default=_BODY_BYTES, by_prefix=_LARGER)
    app.add_middleware(HeadAndOptions, routes=app)
    app.add_middleware(Observation, metrics=metrics)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"],
            allow_headers=_ASKED_WITH,
            expose_headers=_TOLD_WITH,
            max_age=_PREFLIGHT_SECONDS,
        )


def _routers(actions: Sequence[Action], readiness: Readiness, metrics: ApiMetrics) -> tuple[APIRouter, ...]:
    """In this order an address is looked for."""
    return (
        sites.router, live.router, quotes.router,
        reservations.router, reservations.here_router, groups.router, series.router,
        waiting_list.router, waiting_list.operations_router,
        guests.router, guests.visit_router, swaps.router, swaps.offers_router,
        operations_reservations.router, action_router(actions),
        chargers.router, charger_commands.router, charger_upkeep.router, charger_credentials.router,
        charger_settings.router, charging_sessions.router, charging_history.router,
        quirks.router, troubles.router, webhooks.router,
        bay_reports.own_router, bay_reports.operations_router,
        installing.router, topology.router, bays.router, opening_hours.router, policies.router,
        site_plans.router, site_plans.operations_router, price_rules.router,
        access_rules.router, maintenance.router, money_requests.router, refused_cards.router, refunds.router,
        reports.router, returns.router, ledger.router, unplaced_transactions.router,
        debts.own_router, debts.operations_router,
        documents.router, documents.billing_router, documents.party_router, payments.router,
        disputes.router, reconciliation.router, invoice_accounts.router, invoice_accounts.own_router,
        notices.router, telling.own_router, telling.operations_router,
        webhook_endpoints.router, webhook_endpoints.operations_router,
        vehicles.router, memberships.own_router, memberships.operations_router,
        driver_groups.own_router, driver_groups.operations_router, people.router,
        cards.own_router, cards.operations_router, drivers.router, fleets.router, fleet_drivers.router,
        budgets.router, budgets.operations_router, personal_data.own_router, personal_data.operations_router,
        invitations.own_router, invitations.operations_router,
        credits.own_router, credits.operations_router, credits.grants_router,
        health_router(readiness, metrics),
    )  # fmt: skip
