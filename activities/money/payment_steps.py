"""The words of payments: statuses of rows and of Stripe's intents, steps by their beginnings, and their keys."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from db.tables.money.ledger import OPEN_PAYMENTS

INTENDED = "intended"
DECLINED = "declined"
CANCELED = "canceled"
SUCCEEDED = "succeeded"
OPEN = frozenset(OPEN_PAYMENTS)
"""Statuses that hold money, or still could."""
GIVEN_UP = "given_up"
"""Why a payment is void that was made too late."""
UNPAID = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
OF_DEBTS = "debt-"
"""Begins the steps that belong to the workflow of the reservation's debt: attempts, and links."""
BY_HAND = f"{OF_DEBTS}link-"
"""Begins the steps of what somebody pays who is there, maybe for another: such a card is charged that once."""
RELEASABLE = UNPAID | {"requires_capture"}
"""Statuses of an intent that Stripe cancels when asked."""

Guard = Callable[[AsyncSession], Awaitable[None]]


def payment_key(code: str, step: str, verb: str = "") -> str:
    """The idempotency key of a Stripe call: from reservation and step, so that a retry meets itself."""
    return f"{code}:{step}:{verb}" if verb else f"{code}:{step}"
