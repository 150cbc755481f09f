"""One stand-in account: its objects, operations and knobs, wired together."""

from __future__ import annotations

from collections import Counter

import httpx

from simulator.stripe_api.balance import Balance
from simulator.stripe_api.charges import Charges
from simulator.stripe_api.confirmation import Confirmations
from simulator.stripe_api.customers import Customers
from simulator.stripe_api.disputes import Disputes
from simulator.stripe_api.events import EventLog
from simulator.stripe_api.faults import Faults
from simulator.stripe_api.idempotency import IdempotencyKeys
from simulator.stripe_api.passing_time import PassingTime
from simulator.stripe_api.payment_intents import PaymentIntents
from simulator.stripe_api.payment_methods import PaymentMethods
from simulator.stripe_api.payouts import Payouts
from simulator.stripe_api.refunds import Refunds
from simulator.stripe_api.saved_cards import SavedCards
from simulator.stripe_api.settings import StripeApiSettings
from simulator.stripe_api.setup_intents import SetupIntents
from simulator.stripe_api.store import Store
from simulator.stripe_api.subscriptions import Subscriptions
from simulator.stripe_api.trust import trusted_roots
from simulator.stripe_api.webhooks import ATTEMPT_TIMEOUT_SECONDS, Webhooks


class Account:
    """Everything behind one secret key."""

    def __init__(self, settings: StripeApiSettings) -> None:
        self.settings = settings
        self.store = Store(settings.clock, settings.state_file)
        self.keys = IdempotencyKeys(self.store)
        self.faults = Faults()
        self.calls: Counter[str] = Counter()
        """`METHOD /path` with `*` for ids → how often it was asked."""
        # Proxies of the environment are for the outside; the endpoint is on this machine.
        client = httpx.AsyncClient(timeout=ATTEMPT_TIMEOUT_SECONDS, verify=trusted_roots(), trust_env=False)
        self.webhooks = Webhooks(settings, self.store, client)
        self.events = EventLog(self.store, self.webhooks.deliver)
        self.customers = Customers(self.store, self.events)
        self.methods = PaymentMethods(self.store, self.events, self.customers)
        self.balance = Balance(self.store)
        self.charges = Charges(self.store, self.events, self.balance)
        saved = SavedCards(self.store, self.methods)
        self.intents = PaymentIntents(
            self.store,
            self.events,
            self.charges,
            self.customers,
            self.methods,
            Confirmations(self.events, self.charges, self.methods, saved),
        )
        self.setups = SetupIntents(self.store, self.events, self.customers, self.methods, saved)
        self.refunds = Refunds(self.store, self.events, self.charges, self.methods, self.balance)
        self.disputes = Disputes(self.store, self.events, self.charges, self.methods, self.balance)
        self.payouts = Payouts(self.store, self.events, self.balance)
        self.subscriptions = Subscriptions(self.store, self.events, self.customers)
        others = (
            self.balance.settle,
            self.payouts.arrive,
            self.refunds.let_banks_answer,
            self.disputes.end_overdue,
        )
        self.time = PassingTime(self.store, self.events, self.charges, self.intents, others)
