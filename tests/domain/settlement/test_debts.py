"""Debts: when the card is tried again, whose turn it is, and what bars a new booking."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DebtsOpen
from domain.money.amount import Money
from domain.money.declines import DebtReason, may_pass, reason_of
from domain.settlement.debts import (
    LINK_PATIENCE,
    Owed,
    WaitsFor,
    barring,
    check_debts,
    next_step,
    split,
    tried_at,
)
from domain.terms.debts import DebtRules

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
RULES = DebtRules()
moments = st.timedeltas(timedelta(0), timedelta(days=90)).map(lambda after: NOW + after)
owed = st.builds(
    Owed,
    reservation=st.sampled_from(["A", "B", "C", "D"]),
    amount=st.builds(Money, st.integers(1, 10_000), st.sampled_from(["EUR", "CHF"])),
    since=moments,
    payable=st.booleans(),
)


@given(st.sampled_from(DebtReason), st.integers(0, 12), moments)
def test_attempts_are_few_and_always_later(reason: DebtReason, attempts: int, failed_at: datetime) -> None:
    step = next_step(RULES, reason, attempts=attempts, failed_at=failed_at, opened_at=NOW)
    assert step.at is None or step.at > failed_at
    if step.waits_for is WaitsFor.ATTEMPT:
        assert may_pass(reason)
        assert attempts < len(RULES.backoff)
    assert (step.at is None) == (step.waits_for is WaitsFor.OPERATOR)


@given(moments, st.none() | moments)
def test_who_asks_for_a_link_is_left_alone_an_hour_and_holds_nothing_off_for_longer(
    due: datetime, asked_at: datetime | None
) -> None:
    at = tried_at(due, asked_at)
    assert due <= at <= due + LINK_PATIENCE
    if asked_at is not None and asked_at <= due:
        assert at == max(due, asked_at + LINK_PATIENCE)


@pytest.mark.parametrize("code", ["authentication_required", "expired_card", "lost_card", "no_card"])
def test_what_the_bank_refuses_for_good_waits_for_the_driver(code: str) -> None:
    step = next_step(RULES, reason_of(code), attempts=0, failed_at=NOW, opened_at=NOW)
    assert (step.waits_for, step.at) == (WaitsFor.DRIVER, NOW + RULES.person_after)


def test_what_is_too_small_for_any_card_is_put_before_a_person() -> None:
    step = next_step(RULES, DebtReason.TOO_SMALL, attempts=0, failed_at=NOW, opened_at=NOW)
    assert step.waits_for is WaitsFor.OPERATOR


@given(st.text())
def test_an_unknown_code_may_pass(code: str) -> None:
    assert reason_of(f"?{code}") is DebtReason.DECLINED_FOR_NOW


@given(st.lists(owed).map(tuple), moments)
def test_only_what_is_payable_old_enough_and_too_much_bars(debts: tuple[Owed, ...], now: datetime) -> None:
    rules = DebtRules(most_open=Money(5_000, "EUR"), bars_after=timedelta(days=3))
    bars = barring(debts, rules, now)
    old = [one for one in debts if one.payable and one.since + rules.bars_after <= now]
    assert set(bars) <= set(old)
    for currency, most in (("EUR", 5_000), ("CHF", 0)):
        owed_in_it = sum(one.amount.minor for one in old if one.amount.currency == currency)
        assert any(one.amount.currency == currency for one in bars) == (owed_in_it > most)
    assert barring(debts, DebtRules(bars_bookings=False), now) == ()


def test_a_refusal_says_what_is_owed_and_since_when() -> None:
    debts = (Owed(reservation="7F3K", amount=Money(2380, "EUR"), since=NOW),)
    with pytest.raises(DebtsOpen) as refused:
        check_debts(debts, RULES, NOW)
    assert refused.value.why.parameters() == {
        "owed": {"minor": 2380, "currency": "EUR"},
        "reservation": "7F3K",
        "since": NOW.isoformat(),
    }


@given(st.integers(-10_000, 10_000), st.integers(0, 10_000))
def test_what_is_outstanding_is_owed_or_forgone(outstanding: int, written_off: int) -> None:
    still, forgone = split(Money(outstanding, "EUR"), Money(written_off, "EUR"))
    assert still.minor + forgone.minor == max(0, outstanding)
    assert 0 <= forgone.minor <= written_off
