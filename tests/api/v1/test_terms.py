"""What a booking can cost is shown before it is made and after, down to the last fee."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from api.v1.schemas.fields import MoneyOut
from api.v1.views.terms import terms_out
from domain.facts.fact import code_of
from domain.money.amount import Money
from domain.place.slots import Slot
from domain.reservation.code import reservation_code
from domain.settlement.prices import prices_of
from domain.settlement.slot_prices import at_slot_prices
from domain.terms.credits import CreditRules
from domain.terms.debts import DebtRules
from domain.terms.fair_use import FairUse, NoShowRules
from domain.terms.payer import BY_CARD, Payer, PayerKind
from domain.terms.payments import PaymentModel, PaymentRules, TrustRules, WhenUnpaid
from domain.terms.policy import CancellationTier, OverstayRules, Policy
from domain.terms.price_rules import Band, PriceRules
from domain.terms.tariff import Tariff
from domain.terms.tiers import Tier
from tests.api.stage import Stage
from tests.factories import make_overstay, make_policy, make_tariff, make_terms
from texts.languages import Language
from texts.reader import Reader

ENGLISH, GERMAN = Reader(Language.ENGLISH), Reader(Language.GERMAN)
_START = datetime(2026, 11, 22, 13, tzinfo=UTC)
SLOT = Slot(_START, _START + timedelta(hours=1))
MEMBER = Payer(kind=PayerKind.MEMBER)


async def test_a_site_shows_every_fee_before_a_booking_and_the_reservation_afterwards(stage: Stage) -> None:
    before = (await stage.http.get("/v1/sites/north", headers=stage.driver())).json()["terms"]
    offered = (await stage.http.get("/v1/sites/north/availability", headers=stage.driver())).json()["terms"]
    assert offered == before
    assert before["cancellation"] == [
        {"ahead_seconds": 24 * 3600, "fee": {"minor": 0, "currency": "EUR"}},
        {"ahead_seconds": 0, "fee": {"minor": 200, "currency": "EUR"}},
    ]
    assert before["no_show_fee"] == {"minor": 500, "currency": "EUR"}
    assert before["overstay"]["fee_per_step"]["currency"] == "EUR"
    code = reservation_code("driver-1", "terms")
    await stage.publish(code, terms=make_terms())
    for who, path in ((stage.driver(), "reservations"), (stage.operators(), "operations/reservations")):
        own = (await stage.http.get(f"/v1/{path}/{code}", headers=who)).json()
        assert own["terms"] | {"words": before["words"]} == before


async def test_the_accepted_terms_are_shown_whatever_the_site_asks_now(stage: Stage) -> None:
    code = reservation_code("driver-1", "older-terms")
    accepted = make_terms(policy=make_policy(no_show_fee=Money(1, "EUR")))
    await stage.publish(code, terms=accepted)
    own = (await stage.http.get(f"/v1/reservations/{code}", headers=stage.driver())).json()
    assert own["terms"]["no_show_fee"] == {"minor": 1, "currency": "EUR"}


def test_each_amount_of_policy_and_tariff_is_shown() -> None:
    """Every one has its own figure here, so that none stands for another."""
    numbers = iter(range(1001, 2000))
    overstay = priced(make_overstay(cap=Money(0, "EUR"), idle_grace=timedelta(minutes=3)), numbers)
    tiers = tuple(
        CancellationTier(ahead=timedelta(hours=hours), fee=Money(next(numbers), "EUR"))
        for hours in (1, 0, 24)
    )
    plain = make_terms()
    nothing = Money(0, "EUR")
    credited = CreditRules(moved=nothing, moved_away=nothing, waited=nothing, cap=nothing)
    policy = replace(
        priced(plain.policy, numbers),
        overstay=overstay,
        cancellation=tiers,
        credits=priced(credited, numbers),
        payments=priced(
            PaymentRules(
                model=PaymentModel.PREAUTHORISATION, most_authorised=nothing, accept_while_away=nothing
            ),
            numbers,
        ),
    )
    everything = replace(plain, policy=policy, tariff=priced(plain.tariff, numbers))
    shown = terms_out(everything, ENGLISH)
    assert shown is not None
    told = set(amounts(shown.model_dump()))
    assert told == set(range(1001, next(numbers)))
    assert [tier.ahead_seconds for tier in shown.cancellation] == [24 * 3600, 3600, 0]
    for reader in (ENGLISH, GERMAN):
        for slot in (None, SLOT):
            words = "\n".join(reader.terms(everything, slot))
            assert [n for n in told if reader.money(Money(n, "EUR")) not in words] == []


async def test_a_confirmation_names_the_instants_of_its_slot_in_the_readers_language(stage: Stage) -> None:
    who = stage.driver() | {"Accept-Language": "de"}
    site = (await stage.http.get("/v1/sites/north", headers=who)).json()
    assert "Wer mindestens 1 Tag vor Beginn storniert, zahlt nichts" in site["terms"]["words"]
    code = reservation_code("driver-1", "in-words")
    await stage.publish(code, terms=make_terms(), slot_start=SLOT.start, slot_end=SLOT.end)
    words = (await stage.http.get(f"/v1/reservations/{code}", headers=who)).json()["terms"]["words"]
    assert "Eine Stornierung bis zum 21. Nov. um 14:00 Uhr kostet nichts" in words
    assert (
        "Wer länger bleibt, zahlt je angefangene 1 Minute 0,50 EUR; das beginnt am 22. Nov. um 15:10 Uhr"
        in words
    )


@pytest.mark.parametrize("model", [PaymentModel.FEE_AT_BOOKING, PaymentModel.CREDIT_TO_SESSION])
def test_a_fee_that_is_taken_at_booking_is_told_as_it_will_be_taken(model: PaymentModel) -> None:
    """3.00, and 19 % on top; and no deposit, nor the fee a second time."""
    credited = model is PaymentModel.CREDIT_TO_SESSION
    policy = make_policy(
        deposit=Money(0, "EUR"),
        payments=PaymentRules(model=model, accept_while_away=Money(400, "EUR")),
        fee_credited_to_session=credited,
    )
    terms = make_terms(policy=policy)
    told = [code_of(type(fact)) for fact in prices_of(terms, SLOT)]
    assert told[:3] == ["fee_later", "fee_at_booking", "energy_price"]
    for reader, amount, credit in (
        (ENGLISH, "3.57 EUR", "credited"),
        (GERMAN, "3,57 EUR", "angerechnet werden"),
    ):
        (sentence,) = [one for one in reader.terms(terms, SLOT) if amount in one]
        assert (credit in sentence) is credited


def test_rules_that_cost_nothing_are_not_told_and_free_cancelling_is() -> None:
    nothing = Money(0, "EUR")
    policy = make_policy(
        deposit=nothing,
        reservation_fee=nothing,
        no_show_fee=nothing,
        compensation=nothing,
        cancellation=(),
        overstay=make_overstay(fee_per_step=nothing),
        debts=DebtRules(bars_bookings=False),
    )
    free = make_terms(policy=policy, tariff=make_tariff(tax_basis_points=0))
    assert ENGLISH.terms(free) == ("Energy costs 0.50 EUR per kWh", "Cancelling costs nothing")


def test_tiers_are_told_by_what_differs() -> None:
    def words(*found: tuple[int, int]) -> tuple[str, ...]:
        tiers = tuple(CancellationTier(ahead=timedelta(hours=h), fee=Money(fee, "EUR")) for h, fee in found)
        told = ENGLISH.terms(make_terms(policy=make_policy(cancellation=tiers)))
        return tuple(one for one in told if one.startswith("Cancelling"))

    free = "Cancelling at least 1 day before the start costs nothing"
    assert words((24, 0), (0, 200)) == (free, "Cancelling later costs 2.00 EUR")
    assert words((24, 0), (2, 200), (0, 200)) == (free, "Cancelling later costs 2.00 EUR")
    assert words((24, 200), (0, 200)) == ("Cancelling costs 2.00 EUR",)
    assert words((24, 300), (0, 0)) == (
        "Cancelling at least 1 day before the start costs 3.00 EUR",
        "Cancelling before the start costs nothing",
        "Cancelling later costs 3.00 EUR",
    )


def test_what_one_person_may_have_is_shown() -> None:
    missed = NoShowRules(most=2, within=timedelta(days=30), cooling_off=timedelta(days=3))
    rules = FairUse(
        weekly=timedelta(hours=9),
        longest_stay=timedelta(hours=5),
        pause=timedelta(minutes=20),
        no_shows=missed,
    )
    shown = terms_out(make_terms(policy=make_policy(fair_use=rules)), ENGLISH)
    assert shown is not None
    fair = shown.fair_use
    assert (fair.weekly_seconds, fair.longest_stay_seconds, fair.pause_seconds) == (9 * 3600, 5 * 3600, 1200)
    figures = (fair.no_shows, fair.no_shows_within_seconds, fair.cooling_off_seconds)
    assert figures == (2, 30 * 86_400, 3 * 86_400)


def test_tiers_are_posted_and_whoever_is_of_one_is_told_so() -> None:
    tier = Tier(
        name="gold",
        horizon=timedelta(days=60),
        concurrent=5,
        weekly_hours=timedelta(hours=30),
        free_cancellation_ahead=timedelta(hours=2),
        fee_percent=50,
        reservation_fee=Money(100, "EUR"),
        grace=timedelta(minutes=25),
        products=("prod_gold",),
    )
    everybody = make_terms(policy=make_policy(tiers=(tier,)))
    shown = terms_out(everybody, ENGLISH)
    assert shown is not None
    (posted,) = shown.tiers
    spans = (posted.horizon_seconds, posted.free_cancellation_ahead_seconds, posted.grace_seconds)
    assert spans == (60 * 86_400, 7200, 1500)
    assert (posted.name, posted.concurrent, posted.fee_percent) == ("gold", 5, 50)
    assert (posted.weekly_seconds, posted.products) == (30 * 3600, ["prod_gold"])
    assert posted.reservation_fee == MoneyOut(minor=100, currency="EUR")
    assert (shown.tier, shown.horizon_seconds, shown.open_reservations) == ("", 14 * 86_400, 3)
    mine = terms_out(everybody.of_tier("gold"), ENGLISH)
    assert mine is not None
    assert (mine.tier, mine.horizon_seconds, mine.open_reservations) == ("gold", 60 * 86_400, 5)
    assert (mine.no_show_fee.minor, mine.reservation_fee.minor, mine.grace_seconds) == (250, 100, 1500)
    assert mine.words[0] == "You book as gold"
    assert "Cancelling at least 2 hours before the start costs nothing" in mine.words


def test_what_decides_about_a_credit_is_shown() -> None:
    rules = CreditRules(
        waited_step=timedelta(minutes=5),
        waited_tolerance=timedelta(minutes=2),
        expire_after=timedelta(days=90),
        warn_before=timedelta(days=7),
    )
    shown = terms_out(make_terms(policy=make_policy(credits=rules)), ENGLISH)
    assert shown is not None
    assert (shown.credits.waited_step_seconds, shown.credits.waited_tolerance_seconds) == (300, 120)
    lifetime = (shown.credits.expire_after_seconds, shown.credits.warn_before_seconds)
    assert lifetime == (90 * 86_400, 7 * 86_400)


def test_what_becomes_of_a_saved_card_is_shown() -> None:
    rules = PaymentRules(
        authorise_ahead=timedelta(hours=24), answer_within=timedelta(hours=6), when_unpaid=WhenUnpaid.KEEP
    )
    shown = terms_out(make_terms(policy=make_policy(payments=rules)), ENGLISH)
    assert shown is not None
    payments = shown.payments
    figures = (payments.authorised_ahead_seconds, payments.answer_within_seconds, payments.when_unpaid)
    assert figures == (24 * 3600, 6 * 3600, "keep")


def test_who_is_trusted_is_shown() -> None:
    rules = PaymentRules(trusted=TrustRules(visits=3, within=timedelta(days=30), most_open=4))
    shown = terms_out(make_terms(policy=make_policy(payments=rules)), ENGLISH)
    assert shown is not None
    trusted = shown.payments.trusted
    assert trusted is not None
    assert (trusted.visits, trusted.within_seconds, trusted.most_open) == (3, 30 * 86_400, 4)


def test_what_decides_about_an_overstay_fee_is_shown() -> None:
    rules = make_overstay(
        grace=timedelta(minutes=7),
        exempt_from=time(22),
        exempt_until=time(6),
        busy_from_percent=80,
        busy_multiplier=2,
    )
    shown = terms_out(make_terms(policy=make_policy(overstay=rules)), ENGLISH)
    assert shown is not None
    told = shown.model_dump(mode="json")["overstay"]
    assert (told["grace_seconds"], told["busy_from_percent"], told["busy_multiplier"]) == (420, 80, 2)
    assert (told["exempt_from"], told["exempt_until"]) == ("22:00:00", "06:00:00")


def priced(rules: Any, numbers: Iterator[int]) -> Any:
    """With a figure of its own for each amount."""
    assert isinstance(rules, Policy | Tariff | OverstayRules | CreditRules | PaymentRules)
    assert is_dataclass(rules)
    found = {
        f.name: Money(next(numbers), "EUR")
        for f in fields(rules)
        if isinstance(getattr(rules, f.name), Money)
    }
    return replace(rules, **found)  # type: ignore[arg-type] # names of amounts, all of them


def amounts(shown: Any) -> Iterator[int]:
    if isinstance(shown, dict):
        if shown.keys() == {"minor", "currency"}:
            yield shown["minor"]
        for value in shown.values():
            yield from amounts(value)
    elif isinstance(shown, list):
        for value in shown:
            yield from amounts(value)


def test_members_are_told_no_reasons_of_a_fee_that_they_do_not_pay() -> None:
    rules = PriceRules(
        currency="EUR",
        bands=(Band(name="noon", reservation_fee=Money(900, "EUR"), energy_per_kwh=Money(61, "EUR")),),
    )
    terms = at_slot_prices(make_terms(), rules, 1, SLOT, (), _START, holiday=False)
    for payer, told in ((BY_CARD, ["energy_per_kwh", "reservation_fee"]), (MEMBER, ["energy_per_kwh"])):
        shown = terms_out(replace(terms, payer=payer), ENGLISH, SLOT)
        assert shown is not None
        assert [reason.price for reason in shown.price_reasons] == told
