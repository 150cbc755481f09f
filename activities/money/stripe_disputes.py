"""The adapter of Stripe's disputes: read, evidence staged, and submitted once (docs.stripe.com/disputes/api).

Evidence is given by Stripe's own field names. Its limits are Stripe's: 150,000 characters in all, 20,000 in a field.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe
from stripe.params import DisputeUpdateParams

from activities.failures import StripeKeyRefused, StripeRefused
from activities.money.dispute_movements import DisputeMovement, movements_of
from activities.money.stripe_answers import answered, nothing_to_look_for, unless_it_happened
from activities.money.stripe_units import from_stripe
from domain.money.amount import Money
from domain.money.movements import CaseState

CLOSED = {
    "won": CaseState.WON,
    "lost": CaseState.LOST,
    "warning_closed": CaseState.ENDED,
    "prevented": CaseState.ENDED,
}
"""Stripe's statuses in which nothing more is decided; in every other one a dispute is open."""
WAITING = frozenset({"needs_response", "warning_needs_response"})
"""Stripe's statuses in which evidence is still taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeState:
    """A dispute as it is now. `due_by` None: the bank allows no response. `evidence`: what is staged or submitted."""

    id: str
    status: str
    reason: str
    amount: Money
    charge_id: str
    payment_intent_id: str | None
    opened_at: datetime
    due_by: datetime | None
    submissions: int
    evidence: Mapping[str, str]
    movements: tuple[DisputeMovement, ...]

    @property
    def case(self) -> CaseState:
        """How it stands for us."""
        return CLOSED.get(self.status, CaseState.OPEN)

    @property
    def waits(self) -> bool:
        """Whether evidence may be staged and submitted."""
        return self.status in WAITING and self.due_by is not None and not self.submissions


class StripeDisputes:
    """Disputes of our charges. Raises StripeUnavailable (ask again with the same key) or StripeRefused (final)."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._disputes = client.v1.disputes

    async def retrieve(self, dispute_id: str) -> DisputeState:
        """The dispute as it is now."""
        return _state(await answered(self._disputes.retrieve_async(dispute_id)))

    async def of_intent(self, intent_id: str) -> list[DisputeState]:
        """Disputes of what an intent took, newest first; more than a few do not happen."""
        page = await answered(self._disputes.list_async({"payment_intent": intent_id, "limit": 100}))
        return [_state(dispute) for dispute in page.data]

    async def stage(self, dispute_id: str, evidence: Mapping[str, str], *, key: str) -> DisputeState:
        """Keep evidence at Stripe without sending it to the bank; a field with an empty text is cleared."""
        fields: Any = dict(evidence)
        params: DisputeUpdateParams = {"evidence": fields, "submit": False}

        async def staged(key: str) -> DisputeState:
            update = self._disputes.update_async(dispute_id, params, {"idempotency_key": key})
            return _state(await answered(update))

        return await unless_it_happened(key, staged, nothing_to_look_for)

    async def accept(self, dispute_id: str, *, key: str) -> DisputeState:
        """Accept the loss, for good. Repeated, the answer is what it is then."""

        async def closed(key: str) -> DisputeState:
            return _state(
                await answered(self._disputes.close_async(dispute_id, {}, {"idempotency_key": key}))
            )

        async def lost() -> DisputeState | None:
            now = await self.retrieve(dispute_id)
            return now if now.case == CaseState.LOST else None

        return await _once(key, closed, lost)

    async def submit(self, dispute_id: str, *, key: str) -> DisputeState:
        """Send what is staged to the bank, once and for all. Repeated, the answer is what was submitted."""

        async def submitted(key: str) -> DisputeState:
            update = self._disputes.update_async(dispute_id, {"submit": True}, {"idempotency_key": key})
            return _state(await answered(update))

        async def there() -> DisputeState | None:
            now = await self.retrieve(dispute_id)
            return now if now.submissions else None

        return await _once(key, submitted, there)


async def _once(
    key: str,
    call: Callable[[str], Awaitable[DisputeState]],
    done: Callable[[], Awaitable[DisputeState | None]],
) -> DisputeState:
    """What cannot be done twice: what is refused because it was done is done."""
    try:
        return await unless_it_happened(key, call, done)
    except StripeKeyRefused:
        raise
    except StripeRefused:
        found = await done()
        if found is None:
            raise
        return found


def _state(dispute: stripe.Dispute) -> DisputeState:
    fields = dispute.to_dict()
    details = fields["evidence_details"]
    evidence: dict[str, Any] = fields.get("evidence") or {}
    return DisputeState(
        id=fields["id"],
        status=fields["status"],
        reason=fields["reason"],
        amount=from_stripe(fields["amount"], fields["currency"].upper()),
        charge_id=fields["charge"],
        payment_intent_id=fields.get("payment_intent"),
        opened_at=_instant(fields["created"]),
        due_by=_instant(details["due_by"]) if details.get("due_by") else None,
        submissions=details["submission_count"],
        evidence={name: text for name, text in evidence.items() if isinstance(text, str) and text},
        movements=movements_of(fields),
    )


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
