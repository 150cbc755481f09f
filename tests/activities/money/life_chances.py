"""What chance decides about a life: terms, cards, troubles, ends."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from domain.causes import Cause
from domain.money.amount import Money
from domain.money.currencies import currency_of
from domain.reservation.lifecycle import State
from domain.terms.accepted import Terms
from domain.terms.payer import Payer, PayerKind
from domain.terms.payments import PaymentModel, PaymentRules
from domain.terms.policy import CancellationTier
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import SLOT
from tests.factories import make_overstay, make_policy, make_tariff, make_terms

Trouble = tuple[FaultKind, str, str]

LOST = st.sampled_from(
    [FaultKind.CUT, FaultKind.STATUS, FaultKind.STATUS_AFTER, FaultKind.STORED, FaultKind.STORED_AFTER]
)
PLACES = st.sampled_from(
    [("POST", "*"), ("GET", "*"), ("POST", "/v1/refunds"), ("POST", "*/capture"), ("POST", "*/cancel")]
)
TROUBLE = st.lists(st.tuples(LOST, PLACES).map(lambda one: (one[0], *one[1])), max_size=3)
CARDS = st.sampled_from(
    ["pm_card_visa", "pm_card_mastercard", "pm_card_chargeDeclined", "pm_card_authenticationRequired", None]
)
PAYING = st.sampled_from(["pm_card_visa", "pm_card_chargeDeclinedInsufficientFunds"])
ENDS: list[tuple[State, dict[str, Any]]] = [
    (State.SETTLING, {}),
    (State.NO_SHOW, {"no_show_at": SLOT.end, "arrived_at": None}),
    (State.CANCELLED, {"cancelled_at": SLOT.start, "ended_by": Cause.DRIVER}),
    (State.CANCELLED, {"cancelled_at": SLOT.start, "ended_by": Cause.OPERATOR}),
    (State.UNFULFILLED, {"ended_by": Cause.CHARGER_FAULT}),
]
PAYERS = [PayerKind.CARD, PayerKind.CARD, PayerKind.TRUSTED, PayerKind.MEMBER, PayerKind.INVOICE]
CURRENCIES = ["EUR", "JPY", "KWD", "ISK", "UGX"]


def terms_in(
    currency: str,
    *,
    deposit: int,
    model: PaymentModel = PaymentModel.DEPOSIT,
    payer: PayerKind = PayerKind.CARD,
) -> Terms:
    """As the factories', with prices that mean as much as they do in EUR. `deposit`: in those cents."""
    each = max(1, currency_of(currency).least // 50)

    def price(cents: int) -> Money:
        return Money(cents * each, currency)

    policy = make_policy(
        currency=currency,
        deposit=price(deposit if model is PaymentModel.DEPOSIT else 0),
        payments=PaymentRules(model=model),
        fee_credited_to_session=model is not PaymentModel.FEE_AT_BOOKING,
        reservation_fee=price(300),
        no_show_fee=price(500),
        compensation=price(500),
        overstay=make_overstay(fee_per_step=price(50), cap=price(1200)),
        cancellation=(
            CancellationTier(ahead=timedelta(hours=24), fee=price(0)),
            CancellationTier(ahead=timedelta(0), fee=price(200)),
        ),
    )
    tariff = make_tariff(
        currency=currency, energy_per_kwh=price(50), time_per_minute=price(0), session_fee=price(0)
    )
    account = f"fleet-{currency}" if payer is PayerKind.INVOICE else ""
    return make_terms(policy=policy, tariff=tariff, payer=Payer(kind=payer, account=account))
