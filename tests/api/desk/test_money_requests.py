"""Four eyes: what one person asked for another one decides, and what is approved is carried out once."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.money_requests import MoneyRequests, ask_second_person
from api.desk.principal import Principal
from db.engine import Sessions
from db.queries.money.requests import MoneyRequestFilter, NewRequest
from db.tables import AuditEntry, MoneyRequest, Notification
from domain.errors import DomainError, NotPossibleNow
from domain.facts.refused_money import AskedByYou
from domain.money.amount import Money
from domain.money.authority import (
    Authority,
    BeyondAuthority,
    MoneyRequestDecided,
    RequestKind,
    Role,
    SecondPersonNeeded,
    UnknownMoneyRequest,
)
from tests.api.desk.players import OPERATOR
from tests.api.stage import NOW, fresh_key

MIRA = replace(OPERATOR, subject="mira", role=Role.MANAGER)
FINN = replace(OPERATOR, subject="finn", role=Role.FINANCE)
OTTO = replace(OPERATOR, subject="otto")


async def give(session: AsyncSession, row: MoneyRequest, _: object) -> None:
    """What a kind does: here, a notice to the driver, one a request."""
    session.add(
        Notification(
            key=f"given:{row.id}",
            at=NOW,
            driver_id=row.subject,
            reservation_code="",
            template="t",
            parameters={},
        )
    )


async def give_badly(session: AsyncSession, row: MoneyRequest, now: object) -> None:
    await give(session, row, now)
    raise NotPossibleNow(AskedByYou())


@pytest.fixture
def requests(sessions: Sessions) -> MoneyRequests:
    effects = dict.fromkeys(RequestKind, give)
    return MoneyRequests(sessions, Authority(), effects, lambda: NOW)


async def asked(
    sessions: Sessions,
    minor: int,
    *,
    by: Principal = OPERATOR,
    key: str = "",
    kind: RequestKind = RequestKind.REFUND,
) -> int:
    new = NewRequest(
        kind=kind,
        subject="driver-1",
        amount=Money(minor, "EUR"),
        reason="stood in the rain",
        asked_by=by.subject,
        key=key or fresh_key(),
        details={},
    )
    async with sessions.begin() as session:
        return (await ask_second_person(session, by, new, NOW)).id


async def given(sessions: Sessions, number: int) -> int:
    async with sessions() as session:
        found = await session.scalar(select(func.count()).where(Notification.key == f"given:{number}"))
    return found or 0


@pytest.mark.parametrize("kind", [RequestKind.REFUND, RequestKind.GRANT])
async def test_what_is_approved_is_given_once_however_often_and_by_however_many_at_once(
    sessions: Sessions, requests: MoneyRequests, kind: RequestKind
) -> None:
    number = await asked(sessions, 400_00, kind=kind)
    answers = await asyncio.gather(
        *(requests.approve(who, number, "fair") for who in (MIRA, MIRA, FINN, FINN)), return_exceptions=True
    )
    assert not [answer for answer in answers if not isinstance(answer, (MoneyRequest, MoneyRequestDecided))]
    decided = {answer.decided_by for answer in answers if isinstance(answer, MoneyRequest)}
    assert len(decided) == 1
    assert sum(isinstance(answer, MoneyRequestDecided) for answer in answers) == 2
    assert await given(sessions, number) == 1
    async with sessions() as session:
        codes = await session.scalars(
            select(AuditEntry.code).where(AuditEntry.detail["number"].as_integer() == number)
        )
        assert sorted(codes) == ["money_approved", "money_asked"]


async def test_who_asked_and_who_may_not_decide_change_nothing(
    sessions: Sessions, requests: MoneyRequests
) -> None:
    managers, large = await asked(sessions, 100_00, by=MIRA), await asked(sessions, 501_00)
    for who, number, refusal in (
        (MIRA, managers, SecondPersonNeeded),
        (OTTO, managers, BeyondAuthority),
        (MIRA, large, BeyondAuthority),
        (FINN, 2**40, UnknownMoneyRequest),
    ):
        for decide in (requests.approve, requests.refuse):
            with pytest.raises(refusal):
                await decide(who, number, "fair")
    assert await given(sessions, managers) == await given(sessions, large) == 0
    waiting = await requests.page(MIRA, MoneyRequestFilter(state="waiting"), None, 100)
    assert {managers, large} <= {row.id for row in waiting}
    assert (await requests.refuse(FINN, large, "no")).state == "refused"
    with pytest.raises(MoneyRequestDecided):
        await requests.approve(FINN, large, "after all")


async def test_what_an_effect_refuses_leaves_the_request_waiting(sessions: Sessions) -> None:
    requests = MoneyRequests(sessions, Authority(), {RequestKind.REFUND: give_badly}, lambda: NOW)
    number = await asked(sessions, 100_00)
    with pytest.raises(DomainError):
        await requests.approve(MIRA, number, "fair")
    assert await given(sessions, number) == 0
    (row,) = await requests.page(MIRA, MoneyRequestFilter(subject="driver-1", state="waiting"), None, 0)
    assert (row.id, row.decided_by) == (number, None)


async def test_the_same_key_asks_once(sessions: Sessions) -> None:
    key = fresh_key()
    assert await asked(sessions, 100_00, key=key) == await asked(sessions, 100_00, key=key)
    assert await asked(sessions, 100_00, key=key) != await asked(sessions, 100_00, key=key, by=MIRA)


async def test_the_database_itself_refuses_the_same_pair_of_eyes(sessions: Sessions) -> None:
    number = await asked(sessions, 100_00)
    with pytest.raises(IntegrityError, match="four_eyes"):
        async with sessions.begin() as session:
            await session.execute(
                update(MoneyRequest)
                .where(MoneyRequest.id == number)
                .values(state="approved", decided_by="olga", decided_at=NOW)
            )
