"""After a day: what the records say against what really happened. Each invariant is a function of what was found."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from chaos.audit.evidence import Violation
from chaos.audit.fees import no_fee_for_who_came, no_fee_with_our_cause
from chaos.audit.holds import holds_never_overlap
from chaos.audit.lists import lists_equal_workflows
from chaos.audit.money import (
    books_are_of_the_outcome,
    credits_are_in_the_books,
    ledger_balances,
    ledger_equals_the_provider,
)
from days.day import Day
from days.fairness import FAIRNESS
from days.fees_in_trouble import FEES_IN_TROUBLE
from days.found import Found, leg_told, read_found, wrong
from days.gate_and_workflow import GATE
from days.handed import walk_ins_are_handed_over
from days.promises import PROMISES
from days.swaps import SWAPS

Invariant = Callable[[Found], Iterator[Violation]]

_OF_EVIDENCE = (
    holds_never_overlap,
    ledger_balances,
    ledger_equals_the_provider,
    books_are_of_the_outcome,
    credits_are_in_the_books,
    no_fee_with_our_cause,
    no_fee_for_who_came,
    lists_equal_workflows,
)


async def audit(day: Day) -> list[Violation]:
    """Everything that is wrong."""
    return violations_of(await read_found(day))


def violations_of(found: Found) -> list[Violation]:
    violations = [one for invariant in _OF_EVIDENCE for one in invariant(found.evidence)]
    return violations + [
        one
        for invariant in (*INVARIANTS, *FAIRNESS, *FEES_IN_TROUBLE, *PROMISES, *GATE, *SWAPS)
        for one in invariant(found)
    ]


# --- everything ends ------------------------------------------------------------------------------------
def everything_ends(found: Found) -> Iterator[Violation]:
    for code, workflow in found.evidence.running.items():
        if workflow.status == "RUNNING":
            seen = workflow.seen
            yield wrong("does_not_end", code, seen and (seen.state, seen.needs_attention))
    for hold in found.evidence.holds:
        if hold.open:
            yield wrong("hold_left", hold.code, hold.id)
    for intent in found.evidence.intents:
        if intent.capturable:
            yield wrong("authorisation_left", intent.code, intent.id)
    for delivery in found.evidence.undelivered:
        yield wrong("undelivered", delivery)
    for row in found.sessions:
        if row.ended_at is None:
            yield wrong("session_runs_on", row.transaction_id, row.charger_id)


# --- sessions and energy --------------------------------------------------------------------------------
def every_session_is_explained(found: Found) -> Iterator[Violation]:
    """What really flowed has a session of its own, with its energy."""
    rows = {row.id: row for row in found.sessions}
    for leg, row in found.matched:
        if row is None:
            if leg.wh:
                yield wrong("not_recorded", leg.visit, leg_told(found, leg))
            continue
        del rows[row.id]
        told = row.meter_last_wh - row.meter_start_wh
        if told != leg.wh and not (leg.forgotten and told <= leg.wh):
            yield wrong("other_energy", leg.visit, {**leg_told(found, leg), "recorded_wh": told})
    for row in rows.values():
        if row.meter_last_wh > row.meter_start_wh:
            yield wrong(
                "nobody_charged", row.transaction_id, (row.charger_id, row.meter_last_wh - row.meter_start_wh)
            )


def every_kwh_is_priced_once(found: Found) -> Iterator[Violation]:
    """Of a reservation: all its sessions' energy is on its bill, no more and no less."""
    energy: dict[str, int] = defaultdict(int)
    for row in found.sessions:
        if row.reservation_code:
            energy[row.reservation_code] += row.meter_last_wh - row.meter_start_wh
    for code, one in found.evidence.listed.items():
        if one.stands.energy_wh != energy[code]:
            detail = {"billed": one.stands.energy_wh, "sessions": energy[code], "state": one.seen.state}
            yield wrong("energy_not_priced_once", code, detail)
    for code in energy.keys() - found.evidence.listed.keys():
        yield wrong("session_of_no_reservation", code)


def nothing_refused_is_priced(found: Found) -> Iterator[Violation]:
    for row in found.sessions:
        if row.reservation_code and not row.authorised:
            yield wrong("refused_and_priced", row.reservation_code, row.transaction_id)


INVARIANTS: tuple[Invariant, ...] = (
    everything_ends,
    every_session_is_explained,
    every_kwh_is_priced_once,
    nothing_refused_is_priced,
    walk_ins_are_handed_over,
)
