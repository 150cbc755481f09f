"""All invariants, in order."""

from collections.abc import Callable, Iterable

from chaos.audit.answers import answers_are_documented, answers_stand, one_reservation_a_key
from chaos.audit.endings import everything_ends
from chaos.audit.evidence import Evidence, Violation
from chaos.audit.fees import no_fee_for_who_came, no_fee_with_our_cause
from chaos.audit.holds import holds_never_overlap
from chaos.audit.lists import lists_equal_workflows, lists_needed_no_mending
from chaos.audit.messages import messages_are_stored, sessions_are_priced
from chaos.audit.money import (
    books_are_of_the_outcome,
    credits_are_in_the_books,
    ledger_balances,
    ledger_equals_the_provider,
)
from chaos.audit.notices import nobody_is_told_wrong

INVARIANTS: tuple[Callable[[Evidence], Iterable[Violation]], ...] = (
    holds_never_overlap,
    everything_ends,
    messages_are_stored,
    sessions_are_priced,
    ledger_balances,
    ledger_equals_the_provider,
    books_are_of_the_outcome,
    credits_are_in_the_books,
    no_fee_with_our_cause,
    no_fee_for_who_came,
    one_reservation_a_key,
    answers_are_documented,
    answers_stand,
    lists_equal_workflows,
    lists_needed_no_mending,
    nobody_is_told_wrong,
)


def violations(evidence: Evidence) -> list[Violation]:
    """Everything that speaks against an invariant; empty when all of them hold."""
    return [violation for invariant in INVARIANTS for violation in invariant(evidence)]
