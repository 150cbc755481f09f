"""The policy as a tier's members get it, and how far ahead each tier may book."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

from domain.errors import BeyondTierHorizon
from domain.facts.refused_people import OpensToTier
from domain.money.amount import Money, zero
from domain.money.currencies import currency_of
from domain.terms.policy import CancellationTier, Policy
from domain.terms.tiers import UNCHANGED, Tier

_HUNDRED = 100


def tier_of(policy: Policy, names: Collection[str]) -> str:
    """`names`: of the memberships that somebody has there and then. Of several the one that is listed last counts;
    empty: none of them is one here."""
    return next((tier.name for tier in reversed(policy.tiers) if tier.name in names), "")


def policy_for(policy: Policy, tier: str) -> Policy:
    """As it is for members of that tier; for nobody's in particular (empty, or one that is not listed) as it stands."""
    found = next((one for one in policy.tiers if one.name == tier), None)
    return policy if found is None else applied(policy, found)


def applied(policy: Policy, tier: Tier) -> Policy:
    slots, fee, weekly = policy.slots, tier.reservation_fee, tier.weekly_hours
    return replace(
        policy,
        slots=slots if tier.horizon is None else replace(slots, horizon=tier.horizon),
        open_reservations_per_driver=tier.concurrent or policy.open_reservations_per_driver,
        fair_use=policy.fair_use if weekly is None else replace(policy.fair_use, weekly=weekly),
        cancellation=_cancellation(policy, tier),
        no_show_fee=_part(policy.no_show_fee, tier),
        reservation_fee=policy.reservation_fee if fee is None else fee,
        grace=policy.grace if tier.grace is None else tier.grace,
    )


def check_horizon(policy: Policy, start: datetime, now: datetime) -> None:
    """Of a slot that begins at `start`, by the policy as a driver has it, where members may book further ahead.

    Raises BeyondTierHorizon, which says from when on they could book it, and who can sooner: the tier that asks for
    least of those that can already, else the one that can first.
    """
    own = policy.slots.horizon
    if not any(one.horizon for one in policy.tiers) or start <= now + own:
        return
    further = [
        (one.horizon, one.name) for one in policy.tiers if one.horizon is not None and one.horizon > own
    ]
    enough = [one for one in further if start <= now + one[0]]
    horizon, name = min(enough, default=None) or max(further, default=(own, ""))
    raise BeyondTierHorizon(
        OpensToTier(
            opens=start - own,
            sooner=name,
            sooner_opens=start - horizon if name and not enough else None,
        )
    )


def _cancellation(policy: Policy, tier: Tier) -> tuple[CancellationTier, ...]:
    """What costs nothing so long before costs nothing earlier; who is later than all pays the dearest, as before."""
    if not policy.cancellation:
        return ()
    free = tier.free_cancellation_ahead
    dearest = max(one.fee for one in policy.cancellation)
    kept = [one for one in policy.cancellation if free is None or one.ahead < free]
    if free is not None:
        kept = [CancellationTier(ahead=free, fee=zero(policy.currency)), *kept]
        if not any(one.ahead == timedelta(0) for one in kept):
            kept.append(CancellationTier(ahead=timedelta(0), fee=dearest))
    return tuple(replace(one, fee=_part(one.fee, tier)) for one in kept)


def _part(fee: Money, tier: Tier) -> Money:
    """In steps of what cards are charged in, half a step up."""
    if tier.fee_percent == UNCHANGED:
        return fee
    step = currency_of(fee.currency).step
    steps = Money(fee.minor, fee.currency).times(Fraction(tier.fee_percent, _HUNDRED * step))
    return Money(steps.minor * step, fee.currency)
