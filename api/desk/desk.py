"""The desk: every use case, for every face. Opened once a process, over its clients."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from api.desk.access import Access
from api.desk.access_rules import AccessRulesDesk
from api.desk.bay_reports import BayReports
from api.desk.bay_signs import BaySigns
from api.desk.bays import Bays
from api.desk.booking import Booking
from api.desk.budgets import Budgets
from api.desk.cards import Cards
from api.desk.charger_commands import ChargerCommands
from api.desk.charger_credentials import ChargerCredentials
from api.desk.charger_settings import SettingsOfChargers
from api.desk.chargers import Chargers
from api.desk.charging_history import ChargingHistory
from api.desk.charging_now import ChargingNow
from api.desk.charging_sessions import ChargingSessions
from api.desk.contact_points import ContactPoints
from api.desk.credit_grants import CreditGrants, give_approved
from api.desk.credits import Credits
from api.desk.debts import Debts
from api.desk.disputes import Disputes, accept_approved, claim_approved
from api.desk.documents import Documents
from api.desk.driver_groups import DriverGroups
from api.desk.drivers import Drivers
from api.desk.erasing import Erasing
from api.desk.fleet_drivers import FleetDrivers
from api.desk.fleets import Fleets
from api.desk.groups import Groups
from api.desk.guests import Guests
from api.desk.installing import Installing
from api.desk.instead import InsteadDesk
from api.desk.invitations import Invitations
from api.desk.invoice_accounts import InvoiceAccounts
from api.desk.ledger import Ledger
from api.desk.limits import Limits
from api.desk.live import Live
from api.desk.maintenance import MaintenanceDesk
from api.desk.memberships import Memberships
from api.desk.messages import Messages
from api.desk.money_requests import MoneyRequests
from api.desk.notices import Notices
from api.desk.occupancy import Occupancies
from api.desk.opening_hours import OpeningHoursDesk
from api.desk.passkeys import Passkeys
from api.desk.payments import Payments
from api.desk.people import People
from api.desk.personal_data import PersonalData
from api.desk.policies import Policies, Tariffs, WalkInTariffs
from api.desk.price_rules import PriceRulesDesk
from api.desk.quirks import Quirks
from api.desk.quotes import Quotes
from api.desk.reading import Reading
from api.desk.reconciliation import Reconciliations
from api.desk.refunds import Refunds, carry_out_refund
from api.desk.refused_cards import RefusedCards
from api.desk.refused_connections import RefusedConnections
from api.desk.relying_party import relying_party
from api.desk.reports import Reports
from api.desk.returns import Returns, carry_out_return
from api.desk.rosters import Rosters
from api.desk.series import SeriesDesk
from api.desk.sign_in_links import SignInLinks
from api.desk.site_plans import SitePlans
from api.desk.site_search import SiteSearch
from api.desk.sites import Sites
from api.desk.steering import Steering
from api.desk.swaps import Swaps
from api.desk.telling_preferences import TellingPreferencesDesk
from api.desk.topology import Topologies
from api.desk.troubles import Troubles
from api.desk.unplaced_transactions import UnplacedTransactions
from api.desk.vehicles import Vehicles
from api.desk.waiting_answers import WaitingAnswers
from api.desk.waiting_list import WaitingListDesk
from api.desk.web_sessions import WebSessions
from api.desk.webhook_endpoints import WebhookEndpoints
from api.desk.webhooks import Webhooks
from db.engine import Sessions
from domain.money.authority import Authority, RequestKind
from domain.money.bookkeeping import Bookkeeping
from domain.telling.channels import Offered
from domain.telling.local_receiver import LocalReceiver
from workflows.client.charger_commands import ChargerCommandClient
from workflows.client.debts import DebtClient
from workflows.client.reservations import ReservationClient
from workflows.client.unattended import UnattendedBookings


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One member a concern. Each use case takes who is asking and refuses by itself what they may not do."""

    booking: Booking
    steering: Steering
    reading: Reading
    chargers: Chargers
    charging_history: ChargingHistory
    charging_now: ChargingNow
    charging_sessions: ChargingSessions
    commands: ChargerCommands
    contact_points: ContactPoints
    credit_grants: CreditGrants
    credits: Credits
    debts: Debts
    documents: Documents
    disputes: Disputes
    series: SeriesDesk
    settings: SettingsOfChargers
    access_rules: AccessRulesDesk
    bay_reports: BayReports
    bay_signs: BaySigns
    bays: Bays
    budgets: Budgets
    cards: Cards
    driver_groups: DriverGroups
    drivers: Drivers
    erasing: Erasing
    people: People
    credentials: ChargerCredentials
    fleet_drivers: FleetDrivers
    fleets: Fleets
    rosters: Rosters
    groups: Groups
    guests: Guests
    swaps: Swaps
    installing: Installing
    instead: InsteadDesk
    invitations: Invitations
    invoice_accounts: InvoiceAccounts
    ledger: Ledger
    live: Live
    maintenance: MaintenanceDesk
    memberships: Memberships
    messages: Messages
    money_requests: MoneyRequests
    notices: Notices
    occupancies: Occupancies
    opening_hours: OpeningHoursDesk
    passkeys: Passkeys
    payments: Payments
    personal_data: PersonalData
    policies: Policies
    price_rules: PriceRulesDesk
    quirks: Quirks
    quotes: Quotes
    reconciliations: Reconciliations
    refunds: Refunds
    refused_cards: RefusedCards
    refused_connections: RefusedConnections
    reports: Reports
    returns: Returns
    sign_in_links: SignInLinks
    site_plans: SitePlans
    site_search: SiteSearch
    sites: Sites
    tariffs: Tariffs
    telling_preferences: TellingPreferencesDesk
    topologies: Topologies
    troubles: Troubles
    unplaced: UnplacedTransactions
    vehicles: Vehicles
    waiting_answers: WaitingAnswers
    waiting_list: WaitingListDesk
    walk_in_tariffs: WalkInTariffs
    web_sessions: WebSessions
    webhook_endpoints: WebhookEndpoints
    webhooks: Webhooks


_APPROVED = {
    RequestKind.GRANT: give_approved,
    RequestKind.REFUND: carry_out_refund,
    RequestKind.DISPUTE_LOSS: accept_approved,
    RequestKind.RETURN: carry_out_return,
    RequestKind.DISPUTE_CLAIM: claim_approved,
}
"""What becomes of money that a second person agreed to."""


def open_desk(
    *,
    sessions: Sessions,
    reservations: ReservationClient,
    gateways: ChargerCommandClient,
    debts: DebtClient,
    stripe_webhook_secret: str,
    clock: Callable[[], datetime],
    limits: Limits,
    books: Bookkeeping | None = None,
    authority: Authority | None = None,
    local_receiver: LocalReceiver | None = None,
    address: str = "",
    offered: Offered | None = None,
) -> Desk:
    """Over these clients; nothing of theirs is closed here. `clock` returns aware UTC. `address`: of the pages.
    `offered`: by what people are told here; None: by mail.
    """
    access = Access(sessions)
    commands = ChargerCommands(sessions, gateways, clock, limits)
    steering = Steering(sessions, access, reservations, clock, limits)
    booking = Booking(sessions, reservations, clock, limits)
    reading = Reading(sessions, access, reservations, limits)
    unattended = UnattendedBookings(reservations)
    quotes = Quotes(sessions, clock)
    instead = InsteadDesk(sessions, access, steering, quotes, clock)
    books, authority = books or Bookkeeping(), authority or Authority()
    return Desk(
        booking=booking,
        steering=steering,
        reading=reading,
        chargers=Chargers(sessions, clock),
        charging_history=ChargingHistory(sessions, clock),
        charging_now=ChargingNow(sessions, clock),
        charging_sessions=ChargingSessions(sessions, commands, clock),
        commands=commands,
        contact_points=ContactPoints(sessions, offered or Offered(), clock),
        credit_grants=CreditGrants(sessions, authority, clock),
        credits=Credits(sessions),
        debts=Debts(sessions, debts, clock, limits),
        documents=Documents(sessions, access, clock),
        disputes=Disputes(sessions, authority, clock),
        series=SeriesDesk(sessions, unattended, booking.admission, steering, clock),
        settings=SettingsOfChargers(sessions, commands, clock),
        access_rules=AccessRulesDesk(sessions, clock),
        bay_reports=BayReports(sessions, access, steering, clock),
        bay_signs=BaySigns(sessions, clock),
        bays=Bays(sessions, clock),
        budgets=Budgets(sessions, clock),
        cards=Cards(sessions, clock),
        driver_groups=DriverGroups(sessions, clock),
        drivers=Drivers(sessions, clock),
        erasing=Erasing(sessions, clock),
        people=People(sessions, clock),
        credentials=ChargerCredentials(sessions, commands, clock),
        guests=Guests(sessions, access, reading, steering),
        swaps=Swaps(sessions, access, instead, clock),
        fleet_drivers=FleetDrivers(sessions, clock),
        fleets=Fleets(sessions, clock),
        rosters=Rosters(sessions, clock),
        groups=Groups(sessions, booking, unattended, steering, clock),
        installing=Installing(sessions, clock),
        instead=instead,
        invitations=Invitations(sessions, clock),
        invoice_accounts=InvoiceAccounts(sessions, clock, books.zone),
        ledger=Ledger(sessions, books),
        live=Live(sessions),
        maintenance=MaintenanceDesk(sessions, clock),
        memberships=Memberships(sessions, clock),
        messages=Messages(sessions, clock),
        money_requests=MoneyRequests(sessions, authority, _APPROVED, clock),
        notices=Notices(sessions),
        occupancies=Occupancies(sessions, clock),
        passkeys=Passkeys(sessions, clock, relying_party(address)),
        payments=Payments(sessions, access),
        personal_data=PersonalData(sessions, clock),
        opening_hours=OpeningHoursDesk(sessions, clock),
        policies=Policies(sessions, clock),
        price_rules=PriceRulesDesk(sessions, clock),
        quirks=Quirks(sessions),
        quotes=quotes,
        reconciliations=Reconciliations(sessions),
        refunds=Refunds(sessions, authority, clock),
        refused_cards=RefusedCards(sessions),
        refused_connections=RefusedConnections(sessions, clock),
        reports=Reports(sessions, clock),
        returns=Returns(sessions, authority, clock),
        sign_in_links=SignInLinks(sessions, clock),
        site_plans=SitePlans(sessions, clock),
        site_search=SiteSearch(sessions),
        sites=Sites(sessions, clock),
        tariffs=Tariffs(sessions, clock),
        telling_preferences=TellingPreferencesDesk(sessions, clock),
        topologies=Topologies(sessions, clock),
        troubles=Troubles(sessions, clock),
        unplaced=UnplacedTransactions(sessions, steering, clock),
        vehicles=Vehicles(sessions, clock),
        waiting_answers=WaitingAnswers(sessions, booking, clock),
        waiting_list=WaitingListDesk(sessions, clock),
        walk_in_tariffs=WalkInTariffs(sessions, clock),
        web_sessions=WebSessions(sessions, clock),
        webhook_endpoints=WebhookEndpoints(sessions, clock, local_receiver),
        webhooks=Webhooks(sessions, stripe_webhook_secret, clock),
    )
