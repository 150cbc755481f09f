"""All evidence, read once: from Postgres, Temporal and the payment provider, beside what people believe."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from chaos.audit import temporal
from chaos.audit.evidence import Evidence, Intent
from chaos.audit.logs import mended
from chaos.audit.postgres import Records
from chaos.beliefs import Beliefs
from runtime.stack.stack import Stack
from simulator.stripe_api.control_client import StripeApiControl


async def read_evidence(
    stack: Stack, stripe: StripeApiControl, beliefs: Beliefs, overlaps_seen: Iterable[str]
) -> Evidence:
    records = Records(stack.sessions)
    return Evidence(
        beliefs=beliefs,
        overlaps_seen=tuple(overlaps_seen),
        listed=await records.listed(),
        running=await temporal.running(stack.temporal_address, stack.temporal_namespace),
        holds=await records.holds(),
        sessions=await records.sessions(),
        events=await records.events(),
        undelivered=await records.undelivered(),
        priced=await records.priced(),
        payments=await records.payments(),
        intents=await intents_at(stripe),
        ledger=await records.ledger(),
        credits=await records.credits(),
        notices=await records.notices(),
        helped=await records.helped(),
        mended=mended(stack.plan.logs),
        key_records=await records.key_records(),
    )


def _minor(of: dict[str, Any], units: int) -> int:
    """The provider does not count every currency in its minor units; written out again here on purpose."""
    if of["currency"] == "mga":
        return units * 100
    return units // 100 if of["currency"] in ("isk", "ugx") else units


async def intents_at(stripe: StripeApiControl) -> tuple[Intent, ...]:
    """Every payment, as the provider itself has it."""
    objects = await stripe.dump()
    refunded: Counter[str] = Counter()
    for refund in objects["refunds"]:
        if refund.get("status") != "failed":
            refunded[refund["payment_intent"]] += _minor(refund, refund["amount"])
    captures = Counter(charge["payment_intent"] for charge in objects["charges"] if charge.get("captured"))
    return tuple(
        Intent(
            id=intent["id"],
            code=(intent.get("metadata") or {}).get("reservation_code", ""),
            status=intent["status"],
            received=_minor(intent, intent["amount_received"]),
            capturable=_minor(intent, intent["amount_capturable"]),
            refunded=refunded[intent["id"]],
            captures=captures[intent["id"]],
        )
        for intent in objects["payment_intents"]
    )
