"""Evidence of a dispute: staged by itself, submitted once as an operator decides, or the loss accepted."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from activities.failures import StripeKeyRefused
from activities.money.dispute_answers import DisputeAnswers
from activities.money.dispute_reminders import NEAR, remind
from api.desk.disputes import Disputes as Desk
from api.desk.principal import Principal
from db.queries.disputes import dispute_of
from db.tables import AuditEntry, Dispute
from domain.errors import DisputeAnswered, DisputeNotAnswerable
from domain.money.authority import Authority
from domain.money.dispute_evidence import CUT, LONGEST_FIELD, MOST_CHARACTERS, fitted
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import CODE, VISA, MoneyDesk, money_desk
from tests.activities.money.provider_says import ProviderSays

OLGA = Principal(subject="olga", scopes=frozenset({"operator"}))


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as money:
        yield money


@pytest.fixture
def provider(desk: MoneyDesk) -> ProviderSays:
    return ProviderSays(desk)


async def disputed(desk: MoneyDesk, provider: ProviderSays, **over: Any) -> str:
    """23.80 EUR for 40 kWh, disputed and heard of."""
    await desk.charged(40_000)
    await desk.settle(payment_method=VISA)
    (row,) = [row for row in (await desk.rows()).values() if row.captured_minor]
    assert row.payment_intent_id is not None
    dispute: str = (await desk.api.dispute(row.payment_intent_id, **over))["id"]
    await provider.hear(of=dispute)
    return dispute


async def case(desk: MoneyDesk, dispute: str) -> Dispute:
    async with desk.sessions() as session:
        found = await dispute_of(session, dispute)
    assert found is not None
    return found


def operators(desk: MoneyDesk, at: timedelta = timedelta()) -> Desk:
    return Desk(desk.sessions, Authority(), lambda: datetime.now(UTC) + at)


async def test_it_is_staged_by_itself_and_the_bank_hears_nothing_yet(
    desk: MoneyDesk, provider: ProviderSays
) -> None:
    dispute = await disputed(desk, provider)
    found, there = await case(desk, dispute), await desk.stripe.disputes.retrieve(dispute)
    assert (found.evidence_state, there.submissions, dict(there.evidence)) == ("staged", 0, found.evidence)
    text = there.evidence["uncategorized_text"]
    assert "Charged: 23.80 EUR" in text
    assert "meter 1000 Wh to 41000 Wh" in text
    assert "driver-1" not in str(there.evidence)
    await provider.hear(of=dispute)
    assert (await case(desk, dispute)).staged_at == found.staged_at


async def test_an_operator_submits_once_with_own_words(desk: MoneyDesk, provider: ProviderSays) -> None:
    dispute = await disputed(desk, provider)
    await operators(desk).submit(OLGA, dispute, "They thanked us by phone.")
    await desk.api.fail_next(FaultKind.TIMEOUT, path="/v1/disputes/*")
    await provider.deliver()
    await provider.deliver()
    there, found = await desk.stripe.disputes.retrieve(dispute), await case(desk, dispute)
    assert (there.submissions, there.status) == (1, "under_review")
    assert there.evidence["uncategorized_text"].startswith("They thanked us by phone.")
    assert (found.evidence_state, found.decided_by, found.status) == ("submitted", "olga", "under_review")
    for again in (operators(desk).submit(OLGA, dispute, ""), operators(desk).accept(OLGA, dispute, "no")):
        with pytest.raises(DisputeAnswered):
            await again


async def test_or_accepts_the_loss(desk: MoneyDesk, provider: ProviderSays) -> None:
    dispute = await disputed(desk, provider)
    await operators(desk).accept(OLGA, dispute, "wrong bay")
    await provider.deliver()
    found = await case(desk, dispute)
    assert (found.state, found.evidence_state, found.submitted_at) == ("lost", "accepted", None)
    assert (await provider.books(dispute))["dispute_losses"] == 2380


@pytest.mark.parametrize("again", ["submit", "accept"])
async def test_what_the_provider_refused_is_decided_again_also_where_it_remembers_that(
    desk: MoneyDesk, provider: ProviderSays, again: str
) -> None:
    dispute = await disputed(desk, provider)
    await operators(desk).submit(OLGA, dispute, "first")
    await desk.api.fail_next(FaultKind.STORED, path="/v1/disputes/*", status=400)
    await provider.deliver()
    refused = await case(desk, dispute)
    assert (refused.evidence_state, refused.decision, refused.submitted_at) == ("refused", "", None)
    if again == "submit":
        await operators(desk).submit(OLGA, dispute, "first")
    else:
        await operators(desk).accept(OLGA, dispute, "first")
    await provider.deliver()
    found = await case(desk, dispute)
    ends = {"submit": ("under_review", "submitted"), "accept": ("lost", "accepted")}
    assert (found.status, found.evidence_state) == ends[again]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_key_that_is_not_good_enough_refuses_nothing(
    desk: MoneyDesk, provider: ProviderSays, status: int
) -> None:
    dispute = await disputed(desk, provider)
    await operators(desk).submit(OLGA, dispute, "They came.")
    answers, now = DisputeAnswers(desk.sessions, desk.stripe), datetime.now(UTC)
    await desk.api.fail_next(FaultKind.STATUS, path="/v1/disputes/*", status=status)
    with pytest.raises(StripeKeyRefused):
        await answers.answer(dispute, now)
    assert (await case(desk, dispute)).decision == "submit"
    assert await answers.answer(dispute, now)
    assert (await case(desk, dispute)).evidence_state == "submitted"


async def test_a_failure_that_the_provider_remembers_is_looked_behind(
    desk: MoneyDesk, provider: ProviderSays
) -> None:
    dispute = await disputed(desk, provider)
    await operators(desk).accept(OLGA, dispute, "wrong bay")
    await desk.api.fail_next(FaultKind.STORED, path="/v1/disputes/*/close")
    await provider.deliver()
    await provider.deliver()
    assert (await case(desk, dispute)).state == "lost"


@pytest.mark.parametrize(("days", "late"), [(7, timedelta(days=8)), (None, timedelta())])
async def test_too_late_or_where_the_bank_takes_no_answer_it_is_refused(
    desk: MoneyDesk, provider: ProviderSays, days: int | None, late: timedelta
) -> None:
    dispute = await disputed(desk, provider, days=days)
    with pytest.raises(DisputeNotAnswerable):
        await operators(desk, late).submit(OLGA, dispute, "")
    assert (await case(desk, dispute)).decision == ""


async def test_operators_are_told_once_of_what_nobody_answers_two_days_before_it_is_due(
    desk: MoneyDesk, provider: ProviderSays
) -> None:
    dispute = await disputed(desk, provider)
    due = (await case(desk, dispute)).due_by
    assert due is not None
    assert await remind(desk.sessions, due - NEAR - timedelta(seconds=1)) == []
    told = await asyncio.gather(*(remind(desk.sessions, due - NEAR) for _ in range(3)))
    assert sorted(told) == [[], [], [dispute]]
    assert await remind(desk.sessions, due - timedelta(hours=1)) == []
    assert (await case(desk, dispute)).reminded_at == due - NEAR
    async with desk.sessions() as session:
        (entry,) = await session.scalars(select(AuditEntry).where(AuditEntry.code == "dispute_unanswered"))
    assert (entry.subject, entry.detail["dispute"]) == (CODE, dispute)


async def test_what_was_decided_and_refused_is_on_the_record_and_reminds_once_more(
    desk: MoneyDesk, provider: ProviderSays
) -> None:
    dispute = await disputed(desk, provider)
    due = (await case(desk, dispute)).due_by
    assert due is not None
    assert await remind(desk.sessions, due - NEAR) == [dispute]
    await operators(desk).submit(OLGA, dispute, "They came.")
    await desk.api.fail_next(FaultKind.STORED, path="/v1/disputes/*", status=400)
    await provider.deliver()
    assert [await remind(desk.sessions, due - timedelta(hours=h)) for h in (40, 39)] == [[dispute], []]
    async with desk.sessions() as session:
        entries = select(AuditEntry.code).where(AuditEntry.subject == CODE).order_by(AuditEntry.id)
        told = list(await session.scalars(entries))
    refused = ["dispute_submitted", "dispute_answer_refused", "dispute_unanswered"]
    assert told == ["dispute_unanswered", *refused]


async def test_what_was_decided_and_never_reached_the_provider_is_not_answered(
    desk: MoneyDesk, provider: ProviderSays
) -> None:
    dispute = await disputed(desk, provider)
    due = (await case(desk, dispute)).due_by
    assert due is not None
    assert await remind(desk.sessions, due - NEAR) == [dispute]
    decided = due - timedelta(hours=40)
    await operators(desk, decided - datetime.now(UTC)).submit(OLGA, dispute, "They came.")
    await desk.api.fail_next(FaultKind.STATUS, path="/v1/disputes/*", status=401)
    await provider.deliver()
    assert await remind(desk.sessions, decided + timedelta(minutes=1)) == []
    assert await remind(desk.sessions, due - timedelta(hours=39)) == [dispute]
    assert await remind(desk.sessions, due - timedelta(hours=38)) == []


async def test_what_is_answered_or_too_late_reminds_nobody(desk: MoneyDesk, provider: ProviderSays) -> None:
    dispute = await disputed(desk, provider)
    due = (await case(desk, dispute)).due_by
    assert due is not None
    assert await remind(desk.sessions, due) == []
    await operators(desk).submit(OLGA, dispute, "They came.")
    await provider.deliver()
    assert await remind(desk.sessions, due - timedelta(hours=1)) == []


@given(st.dictionaries(st.sampled_from("abcdefghijklmno"), st.integers(0, 2 * LONGEST_FIELD)))
def test_evidence_is_within_the_providers_limits_and_keeps_what_comes_first(lengths: dict[str, int]) -> None:
    given_texts = {name: "x" * length for name, length in lengths.items()}
    kept = fitted(given_texts)
    assert sum(map(len, kept.values())) <= MOST_CHARACTERS
    for name, text in kept.items():
        assert 0 < len(text) <= LONGEST_FIELD
        assert text == given_texts[name] or text.endswith(CUT)
