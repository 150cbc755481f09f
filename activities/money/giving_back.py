"""Refunds what was paid beyond what is charged, payment by payment."""

from collections.abc import Sequence
from dataclasses import replace

from activities.money.charge import Charge
from activities.money.payment_records import PaymentRecord, PaymentRecords
from activities.money.payment_steps import payment_key
from activities.money.stripe_gateway import StripeGateway
from domain.money.accounts import Taken
from domain.money.amount import Money, total, zero


class GivingBack:
    def __init__(self, records: PaymentRecords, stripe: StripeGateway) -> None:
        self._records = records
        self._stripe = stripe

    async def give_back(
        self, charge: Charge, amount: Money, records: Sequence[PaymentRecord]
    ) -> list[PaymentRecord]:
        """The `records` as they are then. What a bank has taken for a dispute stays: if we win, it is given back then
        (`follow_ups`). What was never disputed goes back first: who paid again has paid by that. But what was paid for
        something that had been given up is its own affair: if a bank has it, nothing else goes back in its place.

        Of what a bank gave back for good its payer has had that much (`dispute_losses`): only the rest goes back, of
        whichever payment that is; what of that its driver got another way is not waited for.
        """
        nothing = zero(amount.currency)
        given_back, otherwise = [], charge.returned or nothing
        disputed, lost = await self._records.disputed(charge.code), await self._records.lost(charge.code)
        by_banks = total([_had(one, lost) for one in records if not one.is_void], amount.currency)

        def turn(one: PaymentRecord) -> tuple[bool, bool]:
            return not one.is_void, one.intent is not None and one.intent.id in disputed

        for record in sorted(records, key=turn):
            had = _had(record, lost)
            amount -= min(amount, had if record.is_void else by_banks)
            by_banks = by_banks if record.is_void else nothing
            part = min(amount, record.paid - had)
            if record.intent is not None and part.minor > 0:
                key = payment_key(charge.code, record.step, f"refund:{charge.step}")
                intent = await self._stripe.refund_unless_disputed(record.intent, part, key=key)
                if intent is record.intent:
                    given_back.append(record)
                    if record.is_void:
                        amount -= max(nothing, part - otherwise)
                        otherwise -= min(part, otherwise)
                    continue
                await self._records.keep(charge.code, record.step, intent, charge.now)
                amount -= record.net - intent.net
                record = replace(record, intent=intent)
            given_back.append(record)
        return given_back


def _had(record: PaymentRecord, lost: Taken) -> Money:
    """What of it its payer got by a bank, and nobody asks for again."""
    nothing = zero(record.amount.currency)
    of_it = lost.get(record.intent.id, nothing) if record.intent is not None else nothing
    return min(of_it, max(nothing, record.paid)) if of_it.currency == nothing.currency else nothing
