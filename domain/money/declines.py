"""Why a card was not charged, in one word for people, and whether asking again can help.

The lists are Stripe's decline codes (docs.stripe.com/declines/codes): what it says not to retry waits for the driver.
"""

from enum import StrEnum

from domain.money.amount import Money
from domain.money.currencies import currency_of

NO_CARD = "no_card"
"""Our own code: there was no card to try."""
TOO_SMALL = "amount_too_small"
"""Stripe's code below its smallest charge or capture (e.g. 0.50 EUR). Such a sum stays receivable: a debt that is put
before a person (`domain.settlement.debts`). Policies whose fees would come to that are refused when written."""
TOO_LARGE = "amount_too_large"
"""Stripe's code above its largest charge: a person has to find another way."""
DISPUTE_LOST = "dispute_lost"
"""Our own code: the payer's bank took back for good what was paid. No card is charged for that without its holder."""
NO_CARD_TAKES = frozenset({TOO_SMALL, TOO_LARGE})
"""Codes of the sum, whatever the card."""


class DebtReason(StrEnum):
    NO_CARD = "no_card"
    BANK_WANTS_DRIVER = "bank_wants_driver"
    CARD_EXPIRED = "card_expired"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    CARD_REFUSED = "card_refused"
    """For good: lost, stolen, closed, not allowed."""
    DECLINED_FOR_NOW = "declined_for_now"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    DISPUTE_LOST = "dispute_lost"


_KNOWN = {
    NO_CARD: DebtReason.NO_CARD,
    TOO_SMALL: DebtReason.TOO_SMALL,
    TOO_LARGE: DebtReason.TOO_LARGE,
    DISPUTE_LOST: DebtReason.DISPUTE_LOST,
    "authentication_required": DebtReason.BANK_WANTS_DRIVER,
    "authentication_not_handled": DebtReason.BANK_WANTS_DRIVER,
    "offline_pin_required": DebtReason.BANK_WANTS_DRIVER,
    "online_or_offline_pin_required": DebtReason.BANK_WANTS_DRIVER,
    "expired_card": DebtReason.CARD_EXPIRED,
    "insufficient_funds": DebtReason.INSUFFICIENT_FUNDS,
    "card_velocity_exceeded": DebtReason.INSUFFICIENT_FUNDS,
    "withdrawal_count_limit_exceeded": DebtReason.INSUFFICIENT_FUNDS,
}
_FOR_GOOD = frozenset(
    {
        "card_not_supported",
        "currency_not_supported",
        "do_not_try_again",
        "fraudulent",
        "incorrect_address",
        "incorrect_cvc",
        "incorrect_number",
        "incorrect_zip",
        "invalid_account",
        "invalid_cvc",
        "invalid_expiry_month",
        "invalid_expiry_year",
        "invalid_number",
        "invalid_pin",
        "lost_card",
        "merchant_blacklist",
        "new_account_information_available",
        "not_permitted",
        "payment_method_unactivated",
        "pickup_card",
        "pin_try_exceeded",
        "resource_missing",
        "restricted_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "security_violation",
        "service_not_allowed",
        "stolen_card",
        "stop_payment_order",
        "testmode_decline",
        "transaction_not_allowed",
    }
)
NOT_BY_CARD = frozenset({DebtReason.TOO_SMALL, DebtReason.TOO_LARGE})
"""Nobody can pay it by card, so it waits for a person, and bars nobody."""
_MAY_PASS = frozenset({DebtReason.INSUFFICIENT_FUNDS, DebtReason.DECLINED_FOR_NOW})


def limit_met(amount: Money) -> str:
    """The code with which the provider would refuse such a sum; empty where it is not known to."""
    currency = currency_of(amount.currency)
    if amount.minor > currency.most:
        return TOO_LARGE
    return TOO_SMALL if amount.minor < currency.least else ""


def reason_of(decline_code: str, *, for_good: bool = False) -> DebtReason:
    """A code that nobody knows may pass: the attempts are few. `for_good`: the card's issuer says that none will."""
    if decline_code in _FOR_GOOD:
        return DebtReason.CARD_REFUSED
    reason = _KNOWN.get(decline_code, DebtReason.DECLINED_FOR_NOW)
    return DebtReason.CARD_REFUSED if for_good and may_pass(reason) else reason


def may_pass(reason: DebtReason) -> bool:
    """May the same card pay later, without anybody doing anything?"""
    return reason in _MAY_PASS
