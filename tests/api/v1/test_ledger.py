"""Trial balances, entries and exports: they say the same as the reservations' own books, whatever was posted."""

import csv
import io
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.money.ledger import Posting, balances_of, post
from api.v1.schemas.ledger import AccountBalanceOut, TrialBalanceOut
from domain.causes import Cause
from domain.facts.ledger import PaymentsVoided
from domain.money.accounts import Books, settled
from domain.money.amount import Money
from domain.money.lines import LineItem, LineKind
from tests.api.stage import Stage, assert_problem

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
LEDGER = "/v1/operations/ledger"
CODES = {f"7F3K-2QVM-X9T{letter}": "EUR" if letter < "C" else "ISK" for letter in "ABCDE"}
POSTINGS = 40


@pytest.fixture(scope="module", autouse=True)
async def history(stage: Stage) -> None:
    """Over some fifty days of October and November, of three drivers, in two currencies."""
    chance = random.Random(7)
    for number in range(POSTINGS):
        code = chance.choice(list(CODES))
        posting = Posting(
            code=code,
            step=f"settle-{number}",
            cause="driver",
            fact=PaymentsVoided(reason="declined"),
            target=_books(chance, CODES[code]) if chance.random() < 0.8 else {},
            now=OCTOBER + timedelta(hours=chance.randrange(50 * 24)),
            driver_id=f"driver-{ord(code[-1]) % 3}",
        )
        async with stage.sessions.begin() as session:
            await post(session, posting)


def _books(chance: random.Random, currency: str) -> Books:
    bill = [
        LineItem(
            kind=chance.choice(list(LineKind)),
            cause=chance.choice(list(Cause)),
            amount=Money(chance.randrange(-500, 5_000), currency),
        )
        for _ in range(chance.randrange(5))
    ]
    taken = {f"pi_{chance.randrange(3)}": Money(chance.randrange(1, 5_000), currency)}
    return settled(bill, taken=taken if chance.random() < 0.7 else {})


async def test_every_trial_balance_sums_to_zero_and_equals_the_reservations(stage: Stage) -> None:
    before: dict[tuple[str, str], int] = {}
    for month in ("2026-09", "2026-10", "2026-11", "2026-12"):
        items = await _balances(stage, month=month)
        sums: Counter[str] = Counter()
        for one in items:
            where = one.account, one.currency
            assert one.opening_minor == before.get(where, 0)
            assert one.closing_minor == one.opening_minor + one.debit_minor - one.credit_minor
            sums[f"opening {one.currency}"] += one.opening_minor
            sums[f"moved {one.currency}"] += one.debit_minor - one.credit_minor
            sums[f"closing {one.currency}"] += one.closing_minor
        assert not any(sums.values())
        before = {(one.account, one.currency): one.closing_minor for one in items}
    of_reservations: Counter[tuple[str, str]] = Counter()
    async with stage.sessions() as session:
        for code in CODES:
            for account, amount in (await balances_of(session, code)).items():
                of_reservations[account, amount.currency] += amount.minor
    assert {where: minor for where, minor in before.items() if minor} == {
        where: minor for where, minor in of_reservations.items() if minor
    }


async def test_the_drivers_balances_add_up_to_everybodys(stage: Stage) -> None:
    sums: Counter[tuple[str, str]] = Counter()
    for number in range(3):
        for one in await _balances(stage, month="2026-11", driver_id=f"driver-{number}"):
            sums[one.account, one.currency] += one.closing_minor
    everybody = await _balances(stage, month="2026-11")
    assert sums == Counter({(one.account, one.currency): one.closing_minor for one in everybody})
    assert await _balances(stage, month="2026-11", fleet_id="fleet-1") == []


async def test_entries_come_page_by_page_and_are_those_of_the_file(stage: Stage) -> None:
    listed = await _entries(stage, month="2026-10", limit=7)
    rows = list(csv.DictReader(io.StringIO((await _file(stage, month="2026-10")).decode())))
    assert [str(one["id"]) for one in listed] == [row["entry"] for row in _newest_first(rows)]
    of_intent = await _entries(stage, provider_object="pi_1")
    assert of_intent
    assert all(one["provider_object"] == "pi_1" for one in of_intent)
    of_code = await _entries(stage, reservation_code="7f3k2qvmx9ta")
    assert {one["reservation_code"] for one in of_code} == {"7F3K-2QVM-X9TA"}


async def test_a_month_is_the_same_file_again_unless_something_was_posted_in_it(stage: Stage) -> None:
    asked: list[dict[str, Any]] = [{"format": "csv"}, {"format": "datev"}]
    first = [await _file(stage, month="2026-10", **one) for one in asked]
    await _post_at(stage, "later", OCTOBER + timedelta(days=60))
    assert [await _file(stage, month="2026-10", **one) for one in asked] == first
    await _post_at(stage, "into it", OCTOBER + timedelta(days=2))
    again = [await _file(stage, month="2026-10", **one) for one in asked]
    assert all(new != old for new, old in zip(again, first, strict=True))


async def test_bookings_of_a_month_move_what_its_trial_balance_says(stage: Stage) -> None:
    file = (await _file(stage, month="2026-10", format="datev", currency="ISK")).decode("cp1252")
    accounts = (await stage.http.get(f"{LEDGER}/accounts", headers=stage.operators())).json()["items"]
    number_of = {one["account"]: one["number"] for one in accounts}
    moved: Counter[str] = Counter()
    for row in file.split("\r\n")[2:-1]:
        amount, side, currency, _, _, _, debit, credit, *_ = row.split(";")
        assert (side, currency) == ('"S"', '"ISK"')
        assert amount.endswith(",00")
        moved[debit] += int(amount[:-3])
        moved[credit] -= int(amount[:-3])
    should = {
        number_of[one.account]: one.debit_minor - one.credit_minor
        for one in await _balances(stage, month="2026-10")
        if one.currency == "ISK"
    }
    assert {number: sum_ for number, sum_ in moved.items() if sum_} == {
        number: sum_ for number, sum_ in should.items() if sum_
    }


async def test_a_format_that_cannot_write_a_currency_says_so(stage: Stage) -> None:
    query = {"month": "2026-10", "format": "datev", "currency": "KWD"}
    answer = await stage.http.get(f"{LEDGER}/export", params=query, headers=stage.operators())
    assert_problem(answer, 422, "currency_not_exported")


async def test_a_file_says_how_long_it_is(stage: Stage) -> None:
    """So that who reads it knows when it was cut; nothing of the database waits for them."""
    query = {"month": "2026-10"}
    answer = await stage.http.get(f"{LEDGER}/export", params=query, headers=stage.operators())
    assert int(answer.headers["content-length"]) == len(answer.content) > 0


@pytest.mark.parametrize(
    "query", ["", "?month=2026-13", "?month=2026-1%D9%A1", "?month=2026-1", "?month=1999-12", "?month=%00"]
)
async def test_what_is_no_month_is_refused(stage: Stage, query: str) -> None:
    for part in ("trial-balance", "export"):
        answer = await stage.http.get(f"{LEDGER}/{part}{query}", headers=stage.operators())
        assert_problem(answer, 422, "invalid_request")


async def test_a_cursor_of_somewhere_else_is_refused(stage: Stage) -> None:
    answer = await stage.http.get(f"{LEDGER}/entries?cursor=x", headers=stage.operators())
    assert_problem(answer, 400, "cursor_invalid")


def _newest_first(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(
        rows, key=lambda row: (datetime.fromisoformat(row["posted_at"]), int(row["entry"])), reverse=True
    )


async def _post_at(stage: Stage, step: str, at: datetime) -> None:
    code = next(iter(CODES))
    line = LineItem(kind=LineKind.ENERGY, cause=Cause.DRIVER, amount=Money(7, "EUR"))
    fact = PaymentsVoided(reason="declined")
    target = settled([line], taken={step: Money(5, "EUR")})
    async with stage.sessions.begin() as session:
        await post(
            session,
            Posting(
                code=code, step=step, cause="driver", fact=fact, target=target, now=at, driver_id="driver-2"
            ),
        )


async def _balances(stage: Stage, **query: Any) -> list[AccountBalanceOut]:
    answer = await stage.http.get(f"{LEDGER}/trial-balance", params=query, headers=stage.operators())
    return TrialBalanceOut.model_validate(answer.json()).items


async def _file(stage: Stage, **query: Any) -> bytes:
    answer = await stage.http.get(f"{LEDGER}/export", params=query, headers=stage.operators())
    assert answer.status_code == 200, answer.text
    return answer.content


async def _entries(stage: Stage, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        answer = await stage.http.get(f"{LEDGER}/entries", params=query, headers=stage.operators())
        page = answer.json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]
