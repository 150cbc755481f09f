"""Which figures of policies and tariffs are refused."""

from datetime import time, timedelta
from typing import Any

import pytest

from domain.causes import Cause
from domain.money.amount import Money
from domain.terms.credits import CreditRules
from domain.terms.figures import policy_flaws, tariff_flaws
from domain.terms.payments import LONGEST_TRUST, PaymentModel, PaymentRules, TrustRules
from domain.terms.policy import LONGEST_BUFFER, LONGEST_LEAD, CancellationTier, SlotLengths
from domain.terms.waiting import WaitingRules
from tests.factories.policies import make_overstay, make_policy, make_slot_rules, make_tariff

BELOW, HOUR = timedelta(seconds=-1), timedelta(hours=1)
TIER = CancellationTier(ahead=BELOW, fee=Money(-1, "EUR"))


def test_ordinary_rules_have_no_flaw() -> None:
    assert policy_flaws(make_policy()) == ()
    assert tariff_flaws(make_tariff()) == ()


@pytest.mark.parametrize(
    ("over", "paths"),
    [
        ({"overstay": make_overstay(step=timedelta(0))}, {"overstay.step"}),
        ({"overstay": make_overstay(exempt_from=time(22))}, {"overstay.exempt_until"}),
        ({"overstay": make_overstay(busy_from_percent=101)}, {"overstay.busy_from_percent"}),
        ({"overstay": make_overstay(cap=Money(1, "USD"))}, {"overstay.cap"}),
        ({"slots": make_slot_rules(longest=timedelta(minutes=5))}, {"slots.longest", "slots.step"}),
        (
            {"slots": make_slot_rules(pools=(SlotLengths(pool_id="a", longest=timedelta(minutes=5)),) * 2)},
            {f"slots.pools[{n}].{name}" for n in (0, 1) for name in ("longest", "step")}
            | {"slots.pools[1].pool_id"},
        ),
        ({"slots": make_slot_rules(buffer=BELOW)}, {"slots.buffer"}),
        ({"slots": make_slot_rules(buffer=LONGEST_BUFFER)}, set()),
        ({"slots": make_slot_rules(buffer=2 * LONGEST_BUFFER)}, {"slots.buffer"}),
        ({"cancellation": (TIER,)}, {"cancellation[0].ahead", "cancellation[0].fee"}),
        ({"lock_lead": LONGEST_LEAD}, set()),
        ({"lock_lead": LONGEST_LEAD * 2, "early_start": LONGEST_LEAD * 2}, {"lock_lead", "early_start"}),
        ({"compensation": Money(-1, "EUR")}, {"compensation"}),
        (
            {"credits": CreditRules(moved=Money(-1, "EUR"), cap=Money(1, "USD"))},
            {"credits.moved", "credits.cap"},
        ),
        (
            {"credits": CreditRules(waited_step=timedelta(0), not_for=(Cause.DRIVER,))},
            {"credits.waited_step", "credits.not_for"},
        ),
        ({"credits": CreditRules(moved=Money(200, "EUR"))}, {"credits.moved_away"}),
        ({"credits": CreditRules(moved_away=Money(600, "EUR"))}, {"compensation"}),
        ({"credits": CreditRules(cap=Money(100, "EUR"))}, {"credits.cap"}),
        (
            {
                "credits": CreditRules(
                    moved=Money(200, "EUR"), moved_away=Money(300, "EUR"), cap=Money(900, "EUR")
                )
            },
            set(),
        ),
        (
            {"payments": PaymentRules(trusted=TrustRules(visits=0, within=timedelta(days=6), most_open=0))},
            {"payments.trusted.visits", "payments.trusted.within", "payments.trusted.most_open"},
        ),
        ({"payments": PaymentRules(trusted=TrustRules(within=LONGEST_TRUST))}, set()),
        ({"payments": PaymentRules(trusted=TrustRules()), "deposit": Money(0, "EUR")}, {"payments.trusted"}),
        (
            {"payments": PaymentRules(model=PaymentModel.MEMBERSHIP, trusted=TrustRules())},
            {"deposit", "reservation_fee"},
        ),
        (
            {"payments": PaymentRules(model=PaymentModel.MEMBERSHIP, members=True)}
            | {"deposit": Money(0, "EUR"), "reservation_fee": Money(0, "EUR")},
            set(),
        ),
        (
            {"waiting": WaitingRules(patience=0 * HOUR, snooze=25 * HOUR, most_snoozes=-1, most_entries=0)},
            {"waiting.patience", "waiting.snooze", "waiting.most_snoozes", "waiting.most_entries"},
        ),
        ({"waiting": WaitingRules(patience=24 * HOUR, most_snoozes=0, most_entries=20)}, set()),
        ({"open_reservations_per_driver": 0}, {"open_reservations_per_driver"}),
        ({"deposit": Money(20, "EUR")}, {"deposit"}),
        ({"deposit": Money(100_000_000, "EUR")}, {"deposit"}),
        ({"deposit": Money(0, "EUR")}, set()),
        ({"no_show_fee": Money(20, "EUR")}, {"no_show_fee"}),
        ({"reservation_fee": Money(20, "EUR")}, set()),
        ({"reservation_fee": Money(100_000_000, "EUR")}, {"reservation_fee"}),
        (
            {"cancellation": (CancellationTier(ahead=timedelta(0), fee=Money(49, "EUR")),)},
            {"cancellation[0].fee"},
        ),
    ],
)
def test_what_is_wrong_with_a_policy_is_named(over: dict[str, Any], paths: set[str]) -> None:
    assert {flaw.path for flaw in policy_flaws(make_policy(**over))} == paths


@pytest.mark.parametrize(
    ("over", "paths"),
    [
        ({"tax_basis_points": 10_001}, {"tax_basis_points"}),
        ({"session_fee": Money(-1, "EUR")}, {"session_fee"}),
        ({"session_fee": Money(1, "EUR")}, set()),
        ({"session_fee": Money(100_000_000, "EUR")}, {"session_fee"}),
        ({"currency": "XTS"}, {"currency", "energy_per_kwh", "time_per_minute", "session_fee"}),
        ({"energy_per_kwh": Money(-1, "EUR")}, set()),
        ({"time_per_minute": Money(0, "eur")}, {"time_per_minute"}),
    ],
)
def test_what_is_wrong_with_a_tariff_is_named(over: dict[str, Any], paths: set[str]) -> None:
    assert {flaw.path for flaw in tariff_flaws(make_tariff(**over))} == paths


@pytest.mark.parametrize(
    ("currency", "deposit", "paths"),
    [
        ("KWD", 12_345, {"deposit"}),
        ("KWD", 12_340, set()),
        ("HUF", 17_400, {"deposit"}),
        ("ISK", 2_000, set()),
        ("ISK", 1_000_000, {"deposit"}),
        ("XTS", 1_000, {"currency"}),
    ],
)
def test_a_deposit_is_one_that_a_card_can_be_charged(currency: str, deposit: int, paths: set[str]) -> None:
    nothing = Money(0, currency)
    rules = make_policy(
        currency=currency,
        deposit=Money(deposit, currency),
        reservation_fee=nothing,
        no_show_fee=nothing,
        compensation=nothing,
        cancellation=(),
        overstay=make_overstay(fee_per_step=nothing, cap=None),
    )
    assert {flaw.path for flaw in policy_flaws(rules)} == paths
