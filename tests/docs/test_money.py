"""The page about money is true: each of its figures is worked out by the rules that charge."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import chain

import pytest

from activities.money.stripe_units import to_stripe
from domain.money.accounts import by_account, is_balanced
from domain.money.amount import Money, zero
from domain.money.authority import Authority
from domain.money.bill import Bill
from domain.money.chart import ACCOUNTS, Chart
from domain.money.credits import to_spend
from domain.money.currencies import decimals_of
from domain.money.declines import DebtReason
from domain.money.lines import FEES, LineItem, LineKind, Unit
from domain.place.slots import Slot
from domain.reservation.payment_plan import plan_of
from domain.settlement.agreed import agreed_amount
from domain.settlement.debts import next_step
from domain.terms.debts import DebtRules
from domain.terms.figures import policy_flaws
from tests.docs.money_examples import Example, Row, Story, Table, examples, facts_in, tables

LINES = ("line", "cause", "how", "amount")
ACCOUNT_SUMS = ("account", "debit", "credit")
FACTS = ("facts", "charge")
FEES_TAKEN = ("model", "facts", "charge", "given back", "taken at the end")
_UNITS = {Unit.WATT_HOUR: "kWh", Unit.MINUTE: "min", Unit.STEP: "steps"}
EXAMPLES = list(examples())


def figure(amount: Money) -> str:
    return str(amount).partition(" ")[0]


def money(said: str) -> Money:
    number, code = said.split()
    return Money(int(Decimal(number).scaleb(decimals_of(code))), code)


def only(*header: str) -> Table:
    (found,) = tables()[header]
    return found


def how(line: LineItem) -> str:
    """How its amount comes about, as its row has to begin."""
    if line.quantity is None or line.unit_price is None:
        return ""
    count = Decimal(line.quantity.count) / (1000 if line.quantity.unit is Unit.WATT_HOUR else 1)
    return f"{count.normalize():f} {_UNITS[line.quantity.unit]} × {figure(line.unit_price)}"


def rows_of(bill: Bill) -> list[Row]:
    """Without how each amount comes about."""
    sums = [("charge", "", figure(bill.charge))]
    if not bill.credit.is_zero:
        sums.append(("credit", "", figure(bill.credit)))
    return [*((line.kind.value, line.cause.value, figure(line.amount)) for line in bill.lines), *sums]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_a_worked_example_is_what_the_rules_say(example: Example) -> None:
    story = Story(example.facts)
    for header, _, *rows in example.tables:
        if header == FACTS:
            continue
        if header == LINES:
            bill = story.bill()
            assert [(line, cause, amount) for line, cause, _, amount in rows] == rows_of(bill)
            told = [row[2] for row in rows]
            assert all(said.startswith(how(line)) for said, line in zip(told, bill.lines, strict=False))
        else:
            assert header == ACCOUNT_SUMS
            sums = by_account(story.books())
            shown = {
                account: (figure(max(amount, -amount)), "") if amount.minor > 0 else ("", figure(-amount))
                for account, amount in sums.items()
            }
            assert {account: (debit, credit) for account, debit, credit in rows} == shown
            assert is_balanced(sums)


def test_each_fee_and_each_account_has_an_example() -> None:
    firsts = [row[0] for example in EXAMPLES for table in example.tables for row in table[2:]]
    charged = {*FEES, LineKind.ENERGY, LineKind.TIME, LineKind.FEE_CREDIT, LineKind.ROUNDING}
    charged |= {LineKind.COMPENSATION, LineKind.GOODWILL, LineKind.TAX}
    assert {kind.value for kind in charged} - {*firsts} == set()
    fixed = {name for name in ACCOUNTS if not name.startswith("revenue:")}
    assert fixed - {*firsts} == set()


def test_what_a_row_of_facts_costs_or_holds() -> None:
    for facts, charge in chain(*tables()[FACTS]):
        assert figure(Story(facts_in(facts)).bill().charge) == charge
    by_payer = [row[1:] for row in only("payer", "facts", "held")]
    for facts, held in chain(only("facts", "held"), by_payer):
        story = Story(facts_in(facts))
        assert figure(agreed_amount(story.terms, story.slot)) == held


def test_what_becomes_of_a_fee_that_was_taken_at_booking() -> None:
    for model, facts, charge, given_back, taken in only(*FEES_TAKEN):
        credited = "yes" if model == "credit_to_session" else "no"
        rules = (f"payments.model {model}", "deposit 0.00", f"fee_credited_to_session {credited}")
        story = Story((*rules, *facts_in(facts)))
        assert policy_flaws(story.terms.policy) == ()
        due, fee = story.bill().charge, agreed_amount(story.terms, story.slot)
        nothing = zero(due.currency)
        sums = (due, max(fee - due, nothing), max(due - fee, nothing))
        assert tuple(map(figure, sums)) == (charge, given_back, taken)


def test_the_chart_of_accounts_is_the_ledgers() -> None:
    assert list(only("account", "type", "SKR03", "SKR04", "debit and credit")) == [
        (one.name, one.type.value, one.numbers[Chart.SKR03], one.numbers[Chart.SKR04], one.about)
        for one in ACCOUNTS.values()
        if not one.name.startswith("revenue:")
    ]
    earned = only("line", "account", "SKR03", "SKR04", "what for")
    assert [row[:4] for row in earned] == [
        (kind.value, f"revenue:{kind}", one.numbers[Chart.SKR03], one.numbers[Chart.SKR04])
        for kind in LineKind
        if (one := ACCOUNTS.get(f"revenue:{kind}")) is not None
    ]


def test_when_a_card_is_held_or_saved() -> None:
    now = datetime(2026, 6, 1, 10, tzinfo=UTC)
    for ahead, done in only("booked ahead", "at booking"):
        start = now + timedelta(days=int(ahead.split()[0]))
        plan = plan_of(Money(2000, "EUR"), Slot(start, start + timedelta(hours=1)), now)
        assert plan.take.value == done


def test_what_credits_pay() -> None:
    for bill, credits, spent, card in only("bill", "credits", "by credits", "by card"):
        missing, paid = money(f"{bill} EUR"), to_spend(money(f"{bill} EUR"), money(f"{credits} EUR"))
        assert (figure(paid), figure(missing - paid)) == (spent, card)


def test_when_a_debt_is_tried_again() -> None:
    opened = failed = datetime(2026, 6, 1, tzinfo=UTC)
    for attempt, day in only("attempt", "day"):
        step = next_step(
            DebtRules(),
            DebtReason.INSUFFICIENT_FUNDS,
            attempts=int(attempt) - 1,
            failed_at=failed,
            opened_at=opened,
        )
        assert step.at == opened + timedelta(days=int(day))
        failed = step.at


def test_who_gives_how_much_alone() -> None:
    limits = Authority()
    assert list(only("role", "alone")) == [
        (role.value, figure(limits.limit_of(role, "EUR"))) for role in limits.alone
    ]


def test_the_providers_units() -> None:
    for amount, units in only("amount", "sent"):
        assert to_stripe(money(amount)) == int(re.sub(r"\D", "", units))
