"""Each invariant holds on good evidence and fails on evidence that breaks it, so that silence means something."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chaos.audit.evidence import Entry, Evidence, Given, HoldRecord, Mended, Notice
from chaos.audit.invariants import INVARIANTS, violations
from chaos.beliefs import Answered, Call
from tests.chaos.made_up import (
    CAME,
    CHARGER,
    REFUSED,
    STAYED_AWAY,
    at,
    done,
    event,
    good,
    line,
    session,
    showing,
    shown,
    started,
    stopped,
)

Break = Callable[[Evidence], Evidence]


def believing(change: Callable[[Any], object]) -> Break:
    def broken(evidence: Evidence) -> Evidence:
        change(evidence.beliefs)
        return evidence

    return broken


def with_listed(code: str, **changes: Any) -> Break:
    return lambda e: replace(e, listed={**e.listed, code: replace(e.listed[code], **changes)})


def with_running(code: str, **changes: Any) -> Break:
    return lambda e: replace(e, running={**e.running, code: replace(e.running[code], **changes)})


def showing_now(code: str, **changes: Any) -> Break:
    return lambda e: showing(e, code, **changes)


def with_sessions(*sessions: Any) -> Break:
    return lambda e: replace(e, sessions=sessions)


def with_more(field: str, *more: Any) -> Break:
    def broken(evidence: Evidence) -> Evidence:
        longer: dict[str, Any] = {field: (*getattr(evidence, field), *more)}
        return replace(evidence, **longer)

    return broken


def with_first(field: str, **changes: Any) -> Break:
    def broken(evidence: Evidence) -> Evidence:
        first, *others = getattr(evidence, field)
        changed: dict[str, Any] = {field: (replace(first, **changes), *others)}
        return replace(evidence, **changed)

    return broken


def without(field: str, code: str) -> Break:
    def broken(evidence: Evidence) -> Evidence:
        kept: dict[str, Any] = {field: {k: v for k, v in getattr(evidence, field).items() if k != code}}
        return replace(evidence, **kept)

    return broken


def open_hold(number: int, code: str) -> HoldRecord:
    return HoldRecord(id=number, code=code, connector_id=1, begins=at(0), ends=at(30), open=True)


def end_of_2x(meter_wh: int) -> Answered:
    reading = {"sampledValue": [{"value": meter_wh}]}
    info = {"transactionId": "7"}
    message = {"eventType": "Ended", "transactionInfo": info, "meterValue": [reading]}
    return Answered(at=at(20), charger_id=CHARGER, action="TransactionEvent", message=message, answer={})


def notice(template: str, **parameters: Any) -> Notice:
    return Notice(code=CAME, template=template, parameters=parameters)


def entry(account: str, minor: int, code: str = CAME) -> Entry:
    return Entry(transaction="other", code=code, account=account, minor=minor)


def credit(**over: Any) -> Given:
    values: dict[str, Any] = {"key": "c", "code": STAYED_AWAY, "given": 500, "spent": 0, "expired": 0}
    return Given(**(values | over))


MOVED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("confirmed", {}),
    ("moved", {"cause": "charger_fault"}),
    ("not_arrived", {}),
)
BROKEN: dict[str, tuple[Break, str]] = {
    "two holds at once": (with_more("holds", open_hold(8, CAME), open_hold(9, STAYED_AWAY)), "I1 overlap"),
    "two holds, seen in passing": (
        lambda e: replace(e, overlaps_seen=("A and B",)),
        "I1 overlap_seen_in_the_storm",
    ),
    "stuck": (with_listed(CAME, closed=False), "I2 does_not_close"),
    "stuck on the way": (
        lambda e: with_listed(CAME, closed=False)(showing(e, CAME, state="LOCKED")),
        "I2 stuck",
    ),
    "closed on the way": (showing_now(CAME, state="CHARGING"), "I2 closed_too_early"),
    "terminated": (with_running(CAME, status="TERMINATED"), "I2 workflow_ended_badly"),
    "runs, and nobody sees it": (
        lambda e: without("listed", CAME)(with_running(CAME, status="RUNNING")(e)),
        "I2 runs_unlisted",
    ),
    "the last net was needed": (with_more("helped", (CAME, "orphan_released")), "I2 reconciler_had_to_help"),
    "a list was mended in passing": (
        with_more("mended", Mended(code=CAME, kind="row_state")),
        "I7 mended_by_comparison",
    ),
    "a hold of nobody": (with_more("holds", open_hold(9, CAME)), "I2 hold_without_owner"),
    "an authorisation of nobody": (with_first("intents", capturable=2000), "I2 authorisation_without_owner"),
    "an answered end is not stored": (
        lambda e: replace(e, events=e.events[:1]),
        "I3 end_not_stored_once",
    ),
    "an end is stored twice": (
        with_more("events", event("transaction_ended")),
        "I3 end_not_stored_once",
    ),
    "a start is stored twice": (with_more("events", event("transaction_started")), "I3 start_stored_again"),
    "one number for two starts": (
        believing(lambda b: b.answered.append(started("2026-05-04T12:09:00Z"))),
        "I3 number_given_twice",
    ),
    "an answered start has no session": (with_sessions(), "I3 no_session"),
    "a start with another reading": (with_sessions(session(meter_start_wh=1001)), "I3 start_differs"),
    "an end that the session does not know": (with_sessions(session(ended=False)), "I3 end_not_in_session"),
    "an end with another reading": (believing(lambda b: b.answered.append(stopped(5001))), "I3 end_differs"),
    "the same in 2.x": (believing(lambda b: b.answered.append(end_of_2x(4999))), "I3 end_differs"),
    "a message waits for ever": (with_more("undelivered", "reservation.charger X #1"), "I3 undelivered"),
    "energy that nobody billed": (showing_now(CAME, energy_wh=3000), "I3 not_priced"),
    "energy for nothing": (showing_now(CAME, lines=(), charge=0, captured=0), "I3 delivered_for_free"),
    "energy heard after the bill": (
        lambda e: showing(
            replace(e, events=(e.events[0], event("transaction_ended", received_at=at(99)))),
            CAME,
            energy_wh=0,
        ),
        "I3 heard_after_pricing",
    ),
    "a session of no reservation": (with_sessions(session(code="GONE")), "I3 session_of_nobody"),
    "unbalanced": (with_more("ledger", entry("tax_payable", 1)), "I4 unbalanced"),
    "the provider took more": (
        with_first("intents", received=800),
        "I4 ledger_differs_from_provider",
    ),
    "money under an intent that did not take it": (
        with_more(
            "ledger",
            replace(entry("stripe_clearing", 1), provider_object="pi-OTHER"),
            entry("stripe_clearing", -1),
        ),
        "I4 intent_differs_from_ledger",
    ),
    "captured twice": (with_first("intents", captures=2), "I4 captured_twice"),
    "a payment that we do not know": (lambda e: replace(e, payments=()), "I4 payment_not_recorded"),
    "a payment that differs": (with_first("payments", refunded=1), "I4 payment_differs"),
    "a line of another outcome": (
        showing_now(STAYED_AWAY, lines=(line("cancellation", 500),)),
        "I4 line_of_another_outcome",
    ),
    "books of another outcome": (
        with_more("ledger", entry("compensation_expense", 1000), entry("driver_credit", -1000)),
        "I4 books_differ_from_bill",
    ),
    "books of nobody": (
        with_more("ledger", entry("tax_payable", 5, "GONE"), entry("stripe_clearing", -5, "GONE")),
        "I4 books_of_nobody",
    ),
    "a credit that nobody booked": (with_more("credits", credit()), "I4 credits_differ"),
    "more spent than there is": (with_more("credits", credit(paid={CAME: 600})), "I4 credit_overdrawn"),
    "a bill that says nothing of its credit": (
        with_more("credits", credit(spent=500, paid={CAME: 500})),
        "I4 credit_spent_differs",
    ),
    "a sum that is none": (showing_now(CAME, charge=715), "I4 lines_differ_from_sum"),
    "more taken than charged": (showing_now(CAME, captured=715), "I4 too_much_taken"),
    "a fee for our fault": (
        showing_now(STAYED_AWAY, lines=(line("no_show", 500, "charger_fault"),)),
        "I5 fee_with_our_cause",
    ),
    "a fee although we ended it": (showing_now(STAYED_AWAY, ended_by="operator"), "I5 fee_after_our_end"),
    "a fee although we moved them": (showing_now(STAYED_AWAY, timeline=MOVED), "I5 fee_although_moved"),
    "a no-show who charged": (
        with_more("sessions", session(code=STAYED_AWAY, transaction_id="8")),
        "I5 no_show_fee_although_charged",
    ),
    "a no-show who presented the card": (
        believing(lambda b: b.authorised.append(shown(45))),
        "I5 no_show_fee_although_presented",
    ),
    "a no-show who checked in": (
        believing(lambda b: b.trips[STAYED_AWAY].acts.append(done("check-in"))),
        "I5 no_show_fee_although_checked_in",
    ),
    "two reservations for a key": (
        believing(lambda b: b.bookings["key-1"].codes.add(REFUSED)),
        "I6 two_codes",
    ),
    "two answers to a key": (
        believing(lambda b: b.bookings["key-3"].outcomes.add("booking_too_late")),
        "I6 two_answers",
    ),
    "a key that is on record for another": (
        lambda e: replace(e, key_records={**e.key_records, "key-1": REFUSED}),
        "I6 recorded_otherwise",
    ),
    "a key that nobody answers": (
        believing(lambda b: setattr(b.bookings["key-1"], "answered_in_the_calm", False)),
        "I6 never_answered",
    ),
    "told, and in no list": (without("listed", REFUSED), "I6 told_but_not_listed"),
    "an undocumented answer": (
        believing(
            lambda b: b.undocumented.append(Call(at=at(1), method="GET", route="/v1/sites", status=500))
        ),
        "I6 undocumented_answer",
    ),
    "a promise taken back": (
        believing(lambda b: b.bookings["key-3"].outcomes.add("confirmed")),
        "I6 promise_taken_back",
    ),
    "a cancellation undone": (
        believing(lambda b: b.trips[CAME].acts.append(done("cancel"))),
        "I6 cancellation_undone",
    ),
    "a slot moved back": (
        believing(lambda b: b.trips[CAME].acts.append(done("extend", end=at(90).isoformat()))),
        "I6 slot_moved_back",
    ),
    "no workflow": (without("running", CAME), "I7 no_workflow"),
    "not in the list": (without("listed", CAME), "I7 not_listed"),
    "closed in the list only": (with_running(CAME, status="RUNNING"), "I7 closing_differs"),
    "another search attribute": (with_running(CAME, state_attribute="SETTLING"), "I7 attribute_differs"),
    "another attention": (with_running(CAME, attention_attribute=True), "I7 attention_differs"),
    "a workflow that does not answer": (with_running(CAME, seen=None), "I7 no_answer"),
    "another view": (
        lambda e: with_running(CAME, seen=replace(e.listed[CAME].seen, charge=0))(e),
        "I7 view_differs",
    ),
    "another timeline": (
        lambda e: with_running(CAME, seen=replace(e.listed[CAME].seen, timeline=()))(e),
        "I7 timeline_differs",
    ),
    "told twice": (with_more("notices", notice("confirmed")), "I8 told_twice"),
    "a second receipt": (with_more("notices", notice("receipt", charged={"minor": 714})), "I8 told_twice"),
    "told of another end": (with_more("notices", notice("cancelled")), "I8 told_of_another_end"),
    "told what did not happen": (
        with_more("notices", notice("rerouted")),
        "I8 told_what_did_not_happen",
    ),
    "told another sum": (with_more("notices", notice("receipt", charged={"minor": 1})), "I8 wrong_receipt"),
    "told of nothing": (
        lambda e: replace(e, notices=(*e.notices, replace(notice("no_show"), code="GONE"))),
        "I8 told_of_nothing",
    ),
}


def test_good_evidence_speaks_against_nothing() -> None:
    assert violations(good()) == []


@pytest.mark.parametrize("case", BROKEN)
def test_evidence_that_breaks_it_is_found(case: str) -> None:
    broken, expected = BROKEN[case]
    found = {f"{one.invariant} {one.what}" for one in violations(broken(good()))}
    assert expected in found


def test_each_invariant_is_broken_by_some_case() -> None:
    failed = {
        invariant.__name__
        for broken, _ in BROKEN.values()
        for invariant in INVARIANTS
        if list(invariant(broken(good())))
    }
    assert failed == {invariant.__name__ for invariant in INVARIANTS}


@pytest.mark.parametrize(
    "late", [shown(51), shown(39, accepted=True), shown(45, accepted=False)], ids=["late", "early", "refused"]
)
def test_a_card_out_of_time_or_refused_excuses_nobody(late: Any) -> None:
    evidence = good()
    evidence.beliefs.authorised.append(late)
    assert violations(evidence) == []
