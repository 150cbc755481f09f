"""Stripe's test cards: how each answers a charge (docs.stripe.com/testing)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Authentication(StrEnum):
    """When the card's issuer asks its holder to authenticate (3-D Secure)."""

    NEVER = "never"
    ALWAYS = "always"
    UNLESS_SET_UP = "unless_set_up"
    """Not of an absent holder, once they authenticated while the card was saved for that."""
    WHEN_PRESENT = "when_present"
    """Only of a holder who is there: the card counts as saved for their absence from the start."""


@dataclass(frozen=True)
class Decline:
    """What the issuer answers: `code`, `decline_code` and `advice_code` of the 402, and the words for the driver."""

    code: str
    decline_code: str
    message: str
    advice: str = "try_again_later"


class RefundFate(StrEnum):
    """What the bank makes of a refund to the card."""

    SUCCEEDS = "succeeds"
    FAILS_LATER = "fails_later"
    SUCCEEDS_LATER = "succeeds_later"


@dataclass(frozen=True)
class Dispute:
    """How a charge to the card is disputed once it was captured."""

    reason: str
    inquiry: bool = False


@dataclass(frozen=True)
class TestCard:
    """One `pm_card_...` test id."""

    brand: str
    last4: str
    decline: Decline | None = None
    authentication: Authentication = Authentication.NEVER
    savable: bool = False
    """Can be kept for a customer although charges to it are declined; other declining cards cannot."""
    refund: RefundFate = RefundFate.SUCCEEDS
    dispute: Dispute | None = None


GENERIC_DECLINE = Decline("card_declined", "generic_decline", "Your card was declined.")
INSUFFICIENT_FUNDS = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
NEVER_AGAIN = Decline("card_declined", "generic_decline", "Your card was declined.", "do_not_try_again")
LOST_CARD = Decline("card_declined", "lost_card", "Your card was declined.", "do_not_try_again")
STOLEN_CARD = Decline("card_declined", "stolen_card", "Your card was declined.", "do_not_try_again")
EXPIRED_CARD = Decline("expired_card", "expired_card", "Your card has expired.")
INCORRECT_CVC = Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")
PROCESSING_ERROR = Decline(
    "processing_error", "processing_error", "An error occurred while processing your card. Try again later."
)
AUTHENTICATION_REQUIRED = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)

TEST_CARDS = {
    "pm_card_visa": TestCard("visa", "4242"),
    "pm_card_visa_debit": TestCard("visa", "5556"),
    "pm_card_mastercard": TestCard("mastercard", "4444"),
    "pm_card_amex": TestCard("amex", "8431"),
    "pm_card_discover": TestCard("discover", "9424"),
    "pm_card_chargeDeclined": TestCard("visa", "0002", GENERIC_DECLINE),
    "pm_card_visa_chargeDeclined": TestCard("visa", "0002", GENERIC_DECLINE),
    "pm_card_chargeDeclinedInsufficientFunds": TestCard("visa", "9995", INSUFFICIENT_FUNDS),
    "pm_card_visa_chargeDeclinedInsufficientFunds": TestCard("visa", "9995", INSUFFICIENT_FUNDS),
    "pm_card_visa_chargeDeclinedLostCard": TestCard("visa", "9987", LOST_CARD),
    "pm_card_visa_chargeDeclinedStolenCard": TestCard("visa", "9979", STOLEN_CARD),
    "pm_card_chargeDeclinedExpiredCard": TestCard("visa", "0069", EXPIRED_CARD),
    "pm_card_chargeDeclinedIncorrectCvc": TestCard("visa", "0127", INCORRECT_CVC),
    "pm_card_chargeDeclinedProcessingError": TestCard("visa", "0119", PROCESSING_ERROR),
    "pm_card_chargeDeclinedDoNotTryAgain": TestCard(
        "visa", "9996", NEVER_AGAIN
    ),  # of ours: Stripe has none for it
    "pm_card_chargeCustomerFail": TestCard("visa", "0341", GENERIC_DECLINE, savable=True),
    "pm_card_authenticationRequired": TestCard("visa", "3184", authentication=Authentication.ALWAYS),
    "pm_card_authenticationRequiredOnSetup": TestCard(
        "visa", "3155", authentication=Authentication.UNLESS_SET_UP
    ),
    "pm_card_authenticationRequiredSetupForOffSession": TestCard(
        "visa", "0446", authentication=Authentication.WHEN_PRESENT
    ),
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": TestCard(
        "visa", "3178", INSUFFICIENT_FUNDS, Authentication.ALWAYS, savable=True
    ),
    "pm_card_pendingRefund": TestCard("visa", "7726", refund=RefundFate.SUCCEEDS_LATER),
    "pm_card_refundFail": TestCard("visa", "5126", refund=RefundFate.FAILS_LATER),
    "pm_card_createDispute": TestCard("visa", "0259", dispute=Dispute("fraudulent")),
    "pm_card_createDisputeProductNotReceived": TestCard(
        "visa", "2685", dispute=Dispute("product_not_received")
    ),
    "pm_card_createDisputeInquiry": TestCard("visa", "1976", dispute=Dispute("fraudulent", inquiry=True)),
    "pm_card_threeDSecure2Required": TestCard("visa", "3220", authentication=Authentication.ALWAYS),
    "pm_card_threeDSecureRequiredChargeDeclined": TestCard(
        "visa", "1629", GENERIC_DECLINE, Authentication.ALWAYS
    ),
}
