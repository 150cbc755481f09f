"""Facts read back from where they are stored, by list."""

from typing import Any

from domain.facts import (
    audit,
    audit_money,
    audit_people,
    audit_places,
    audit_rules,
    audit_telling,
    ledger,
    money_notices,
    notices,
    price_reasons,
    refusals,
    refused_actions,
    refused_bookings,
    refused_erasures,
    refused_for_now,
    refused_hours,
    refused_installing,
    refused_invitations,
    refused_maintenance,
    refused_money,
    refused_people,
    refused_reports,
    refused_series,
    refused_signing_in,
    refused_swaps,
    refused_telling,
    refused_waiting,
    signing_in_notices,
    stay,
    timeline,
    timeline_payment,
    waiting_notices,
)
from domain.facts.fact import Fact

LISTS: dict[str, type[Fact]] = {
    "timeline": timeline.TimelineFact,
    "notice": notices.NoticeFact,
    "audit": audit.AuditFact,
    "ledger": ledger.LedgerFact,
    "price_reason": price_reasons.PriceReason,
    "why": refusals.RefusalFact,
}
"""Each with all its facts, whichever of the modules above they stand in."""


def read_fact(of: str, code: str, parameters: dict[str, Any]) -> Fact:
    """`of`: a key of LISTS. Raises UnknownFact."""
    return LISTS[of].read(code, parameters)


def all_facts() -> dict[str, dict[str, type[Fact]]]:
    """Every fact there is, by list and code."""
    return {of: dict(kind.known) for of, kind in LISTS.items()}


__all__ = [
    "LISTS",
    "all_facts",
    "audit_money",
    "audit_people",
    "audit_places",
    "audit_rules",
    "audit_telling",
    "money_notices",
    "read_fact",
    "refused_actions",
    "refused_bookings",
    "refused_erasures",
    "refused_for_now",
    "refused_hours",
    "refused_installing",
    "refused_invitations",
    "refused_maintenance",
    "refused_money",
    "refused_people",
    "refused_reports",
    "refused_series",
    "refused_signing_in",
    "refused_swaps",
    "refused_telling",
    "refused_waiting",
    "signing_in_notices",
    "stay",
    "timeline_payment",
    "waiting_notices",
]
