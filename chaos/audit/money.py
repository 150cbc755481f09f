"""I4: the ledger balances, equals the provider, and has only lines of the outcome that happened."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from chaos.audit.evidence import Evidence, Listed, Seen, Violation
from domain.money.accounts import CLEARING, COMPENSATION, CREDIT, RECEIVABLE, REVENUE, TAX
from domain.money.lines import SESSION, LineKind
from domain.reservation.lifecycle import State

_I = "I4"
_CHARGED = SESSION | {LineKind.TAX, LineKind.ROUNDING}
_OF_CREDITS = "credit-"
"""Begins the keys of what was posted of a credit beside any bill."""
LINES_OF: dict[str, frozenset[LineKind]] = {
    State.COMPLETED: _CHARGED
    | {LineKind.RESERVATION_FEE, LineKind.FEE_CREDIT, LineKind.OVERSTAY, LineKind.CHANGE},
    State.CANCELLED: _CHARGED | {LineKind.CANCELLATION, LineKind.CHANGE},
    State.NO_SHOW: _CHARGED | {LineKind.NO_SHOW, LineKind.CHANGE},
    State.UNFULFILLED: _CHARGED | {LineKind.COMPENSATION},
    State.DECLINED: frozenset(),
    State.EXPIRED: _CHARGED | {LineKind.CHANGE},
}
"""Which lines each outcome may have, under the town's rules (a late arrival waives the no-show fee)."""


def ledger_balances(evidence: Evidence) -> Iterator[Violation]:
    sums: Counter[str] = Counter()
    for entry in evidence.ledger:
        sums[entry.transaction] += entry.minor
    for transaction, minor in sums.items():
        if minor:
            yield Violation(invariant=_I, what="unbalanced", about=transaction, detail=minor)


def ledger_equals_the_provider(evidence: Evidence) -> Iterator[Violation]:
    taken: Counter[str] = Counter()
    for intent in evidence.intents:
        taken[intent.code] += intent.received - intent.refunded
        if intent.captures > 1:
            yield Violation(invariant=_I, what="captured_twice", about=intent.code, detail=intent.id)
    booked: Counter[str] = Counter()
    for entry in evidence.ledger:
        if entry.account == CLEARING:
            booked[entry.code] += entry.minor
    for code in sorted({*taken, *booked}):
        if taken[code] != booked[code]:
            detail = {"provider": taken[code], "ledger": booked[code], "state": _state(evidence, code)}
            yield Violation(invariant=_I, what="ledger_differs_from_provider", about=code, detail=detail)
    yield from _intents_differ(evidence)
    yield from _records_differ(evidence)


def _intents_differ(evidence: Evidence) -> Iterator[Violation]:
    """Object by object: money may not stand under another intent than the one that took it."""
    posted: Counter[str] = Counter()
    for entry in evidence.ledger:
        if entry.account == CLEARING and entry.provider_object:
            posted[entry.provider_object] += entry.minor
    taken = {intent.id: intent.received - intent.refunded for intent in evidence.intents}
    for intent, minor in sorted(posted.items()):
        if minor != taken.get(intent, 0):
            detail = {"provider": taken.get(intent), "ledger": minor}
            yield Violation(invariant=_I, what="intent_differs_from_ledger", about=intent, detail=detail)


def credits_are_in_the_books(evidence: Evidence) -> Iterator[Violation]:
    """What drivers have left is what is owed to them, and each bill was paid by what its credits say."""
    owed = -sum(entry.minor for entry in evidence.ledger if entry.account == CREDIT)
    left = sum(credit.left for credit in evidence.credits)
    if owed != left and all(step.posted for step in evidence.priced):
        yield Violation(
            invariant=_I, what="credits_differ", about="ledger", detail={"owed": owed, "left": left}
        )
    paid: Counter[str] = Counter()
    for credit in evidence.credits:
        paid.update(credit.paid)
        if (
            credit.left < 0
            or sum(credit.paid.values()) != credit.spent
            or min(credit.paid.values(), default=0) < 0
        ):
            yield Violation(invariant=_I, what="credit_overdrawn", about=credit.key, detail=credit)
    for code, one in sorted(evidence.listed.items()):
        if one.closed and paid[code] != one.stands.credit_spent:
            detail = {"uses": paid[code], "bill": one.stands.credit_spent}
            yield Violation(invariant=_I, what="credit_spent_differs", about=code, detail=detail)


def books_are_of_the_outcome(evidence: Evidence) -> Iterator[Violation]:
    accounts: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in evidence.ledger:
        if entry.transaction.startswith(_OF_CREDITS):
            continue
        accounts[entry.code][entry.account] += entry.minor
    for code in sorted({*evidence.listed, *accounts}):
        one = evidence.listed.get(code)
        if one is None:
            yield Violation(invariant=_I, what="books_of_nobody", about=code, detail=dict(accounts[code]))
        elif one.closed:
            yield from _of_another_outcome(code, one)
            should = _accounts(one.stands)
            stands = {account: minor for account, minor in accounts[code].items() if minor}
            if stands != should:
                detail = {"state": one.seen.state, "stands": stands, "should": should}
                yield Violation(invariant=_I, what="books_differ_from_bill", about=code, detail=detail)


def _of_another_outcome(code: str, one: Listed) -> Iterator[Violation]:
    seen = one.stands
    wrong = sorted({line.kind for line in seen.lines} - LINES_OF.get(seen.state, frozenset()))
    if wrong:
        detail = {"state": seen.state, "lines": wrong}
        yield Violation(invariant=_I, what="line_of_another_outcome", about=code, detail=detail)
    if sum(line.minor for line in seen.lines) != seen.charge - seen.credit:
        yield Violation(invariant=_I, what="lines_differ_from_sum", about=code, detail=seen.state)
    if seen.captured + seen.credit_spent > seen.charge:
        taken = {"charge": seen.charge, "captured": seen.captured, "credit": seen.credit_spent}
        yield Violation(invariant=_I, what="too_much_taken", about=code, detail=taken)


def _accounts(seen: Seen) -> dict[str, int]:
    """What should stand for this bill, account by account; written out again here on purpose."""
    accounts: Counter[str] = Counter()
    for line in seen.lines:
        if line.kind == LineKind.COMPENSATION:
            accounts[COMPENSATION] -= line.minor
            accounts[CREDIT] += line.minor
        else:
            accounts[TAX if line.kind == LineKind.TAX else f"{REVENUE}{line.kind}"] -= line.minor
            accounts[RECEIVABLE] += line.minor
    left_over = max(0, -accounts[RECEIVABLE])
    accounts[RECEIVABLE] += left_over - seen.captured - seen.credit_spent
    accounts[CREDIT] += seen.credit_spent - left_over
    accounts[CLEARING] += seen.captured
    return {account: minor for account, minor in accounts.items() if minor}


def _records_differ(evidence: Evidence) -> Iterator[Violation]:
    records = {one.intent_id: one for one in evidence.payments if one.intent_id}
    for intent in evidence.intents:
        record = records.get(intent.id)
        if record is None:
            seen = (intent.id, intent.status, intent.received)
            yield Violation(invariant=_I, what="payment_not_recorded", about=intent.code, detail=seen)
        elif (record.captured, record.refunded) != (intent.received, intent.refunded):
            detail = {
                "id": intent.id,
                "recorded": (record.status, record.captured, record.refunded),
                "provider": (intent.status, intent.received, intent.refunded),
            }
            yield Violation(invariant=_I, what="payment_differs", about=intent.code, detail=detail)


def _state(evidence: Evidence, code: str) -> str | None:
    one = evidence.listed.get(code)
    return None if one is None else one.seen.state
