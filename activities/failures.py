"""Errors of the outside world, and the one translation of typed errors into Temporal failures.

`ApplicationError.type` is the error's stable `code`; workflows and the API decide by it, not by messages.
"""

import functools
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from temporalio.exceptions import ApplicationError

from domain.errors import DomainError
from texts.reader import Reader


class InvalidWebhook(DomainError):
    """The body was not signed with our secret, is too old, or is not an event."""

    code = "webhook_invalid"


class StripeUnavailable(DomainError):
    """Stripe did not answer, or answered that it cannot now. Whether it executed is not known: ask again.

    `remembered`: it failed in the midst of it before, and under the same key repeats that for a day: nothing is under
    way any more, and what came of it has to be looked up.
    """

    code = "stripe_unavailable"

    def __init__(self, message: str, *, remembered: bool = False) -> None:
        super().__init__(message)
        self.remembered = remembered


class StripeRefused(DomainError):
    """Stripe refused the request itself. `stripe_code` is Stripe's own, `param` what it complained about."""

    code = "stripe_refused"

    def __init__(self, message: str, *, stripe_code: str = "", param: str = "") -> None:
        super().__init__(message)
        self.stripe_code = stripe_code
        self.param = param


class StripeKeyRefused(StripeRefused):
    """Stripe refused our key, or what it may do (401, 403), which says nothing of the request: ask again."""


class PaymentStillMoving(DomainError):
    """The PaymentIntent is between two states (`processing`); it can be settled or voided once it rests."""

    code = "payment_still_moving"


class LedgerUnbalanced(DomainError):
    """Entries that do not sum to zero in one currency. Always a bug; the database refuses them as well."""

    code = "ledger_unbalanced"


Owner = TypeVar("Owner")
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

RETRYABLE = frozenset({StripeUnavailable.code, PaymentStillMoving.code})
"""Codes worth another attempt without anybody doing anything. Every other typed error is final."""


def as_failure(error: DomainError) -> ApplicationError:
    """The Temporal failure of `error`: type = code, final unless the code is in RETRYABLE."""
    details: dict[str, str] = {"code": error.code}
    if isinstance(error, StripeRefused):
        details |= {"stripe_code": error.stripe_code, "param": error.param}
    return ApplicationError(
        Reader().refused(error), details, type=error.code, non_retryable=error.code not in RETRYABLE
    )


def failures_translated(
    method: Callable[Concatenate[Owner, Parameters], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[Owner, Parameters], Coroutine[Any, Any, Result]]:
    """Put under `@activity.defn`: typed errors leave the activity as Temporal failures."""

    @functools.wraps(method)
    async def translating(self: Owner, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            return await method(self, *args, **kwargs)
        except DomainError as error:
            raise as_failure(error) from error

    return translating
