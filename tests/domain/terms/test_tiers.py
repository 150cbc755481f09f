"""What members of a tier get, and when a slot opens to whom."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BeyondTierHorizon
from domain.facts.refused_people import OpensToTier
from domain.money.amount import Money
from domain.settlement.fees import cancellation_fee
from domain.terms.figures import policy_flaws
from domain.terms.payments import PaymentRules
from domain.terms.policy import CancellationTier
from domain.terms.tiered import check_horizon, policy_for, tier_of
from domain.terms.tiers import Tier
from tests.domain.builders import START, at
from tests.factories import make_policy, make_slot_rules

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
hours = st.integers(0, 72).map(lambda n: n * HOUR)
fees = st.integers(0, 40).map(lambda n: Money(n * 25, "EUR"))
cancellations = st.lists(
    st.builds(CancellationTier, ahead=hours, fee=fees), max_size=4, unique_by=lambda t: t.ahead
)


@given(cancellations, st.none() | hours, st.integers(0, 150), hours)
def test_cancelling_is_free_so_long_before_and_costs_its_part_later(
    cancellation: list[CancellationTier], free: timedelta | None, percent: int, ahead: timedelta
) -> None:
    tier = Tier(name="gold", free_cancellation_ahead=free, fee_percent=percent)
    policy = make_policy(cancellation=tuple(cancellation), tiers=(tier,))
    ours = cancellation_fee(policy_for(policy, "gold"), START, START - ahead)
    theirs = cancellation_fee(policy, START, START - ahead)
    if free is not None and ahead >= free:
        assert ours.is_zero
    else:
        assert ours == Money((theirs.minor * percent + 50) // 100, "EUR")


@given(
    st.lists(st.none() | st.integers(1, 60), max_size=4),
    st.integers(0, 4),
    st.integers(1, 90),
    st.integers(1, 30),
)
def test_a_slot_is_refused_until_the_very_instant_that_is_told(
    horizons: list[int | None], mine: int, ahead: int, base: int
) -> None:
    tiers = tuple(Tier(name=f"t{n}", horizon=None if h is None else h * DAY) for n, h in enumerate(horizons))
    everybody = make_policy(slots=make_slot_rules(horizon=base * DAY), tiers=tiers)
    policy, start = policy_for(everybody, f"t{mine}"), at(0) + ahead * DAY
    own = policy.slots.horizon
    if not any(horizons) or ahead * DAY <= own:
        check_horizon(policy, start, at(0))
        return
    with pytest.raises(BeyondTierHorizon) as refused:
        check_horizon(policy, start, at(0))
    why = refused.value.why
    assert isinstance(why, OpensToTier)
    check_horizon(policy, start, why.opens)
    with pytest.raises(BeyondTierHorizon):
        check_horizon(policy, start, why.opens - timedelta(seconds=1))
    further = [tier for tier in tiers if tier.horizon is not None and tier.horizon > own]
    assert bool(why.sooner) is bool(further)
    if why.sooner:
        theirs, opens = policy_for(everybody, why.sooner), why.sooner_opens or at(0)
        assert opens < why.opens
        check_horizon(theirs, start, opens)
        assert all(
            tier.horizon <= theirs.slots.horizon or why.sooner_opens is None
            for tier in further
            if tier.horizon
        )


def test_of_several_tiers_the_last_that_the_site_has_counts() -> None:
    policy = make_policy(tiers=(Tier(name="silver"), Tier(name="gold")))
    assert [
        tier_of(policy, names) for names in (["gold", "silver"], ["silver", "bronze"], ["bronze"], [])
    ] == [
        "gold",
        "silver",
        "",
        "",
    ]
    assert policy_for(policy, "bronze") == policy


@pytest.mark.parametrize(
    ("tiers", "paths"),
    [
        ((Tier(name="gold"), Tier(name="gold")), {"tiers[1].name"}),
        ((Tier(name=" "),), {"tiers[0].name"}),
        ((Tier(name="gold", horizon=timedelta(0)),), {"tiers[0]"}),
        ((Tier(name="gold", concurrent=0),), {"tiers[0].concurrent"}),
        ((Tier(name="gold", products=("gold",)),), {"tiers[0].products"}),
        ((Tier(name="gold", products=("prod_1", "prod_1")),), {"tiers[0].products"}),
        ((Tier(name="gold", unpaid_grace=timedelta(days=91)),), {"tiers[0].unpaid_grace"}),
        ((Tier(name="gold", unpaid_grace=timedelta(days=-1)),), {"tiers[0].unpaid_grace"}),
        (
            (Tier(name="gold", products=("prod_1",)), Tier(name="silver", products=("prod_1",))),
            {"tiers[0].products", "tiers[1].products"},
        ),
        ((Tier(name="gold", queue_weight=0),), {"tiers[0].queue_weight"}),
        ((Tier(name="gold", queue_weight=11),), {"tiers[0].queue_weight"}),
        ((Tier(name="gold", queue_weight=10),), set()),
        ((Tier(name="gold", fee_percent=-1),), {"tiers[0].fee_percent", "tiers[0]"}),
        ((Tier(name="gold", fee_percent=5),), {"tiers[0]"}),  # 0.25 for not coming is less than a card takes
        ((Tier(name="gold", free_cancellation_ahead=2 * DAY),), {"tiers[0].free_cancellation_ahead"}),
        ((Tier(name="gold", free_cancellation_ahead=2 * HOUR, horizon=60 * DAY, concurrent=9),), set()),
        ((Tier(name="gold", reservation_fee=Money(1, "USD")),), {"tiers[0].reservation_fee", "tiers[0]"}),
        (tuple(Tier(name=f"t{n}") for n in range(11)), {"tiers"}),
    ],
)
def test_what_members_would_get_has_to_make_sense_and_to_differ(
    tiers: tuple[Tier, ...], paths: set[str]
) -> None:
    assert {flaw.path for flaw in policy_flaws(make_policy(tiers=tiers))} == paths


def test_a_fee_of_a_tier_is_refused_where_members_pay_none() -> None:
    free = make_policy(
        tiers=(Tier(name="gold", reservation_fee=Money(100, "EUR")),), payments=PaymentRules(members=True)
    )
    assert {flaw.path for flaw in policy_flaws(free)} == {"tiers[0].reservation_fee"}
    assert policy_flaws(replace(free, payments=PaymentRules())) == ()
