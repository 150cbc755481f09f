"""The terms of one reservation: policy and tariff as the driver accepted them."""

from dataclasses import dataclass, replace

from domain.errors import CurrencyMismatch
from domain.money.amount import Money, zero
from domain.terms.certainty import Certainty
from domain.terms.named_bay import NamedBay
from domain.terms.payer import BY_CARD, Payer, PayerKind, Standing, payer_of
from domain.terms.policy import Policy
from domain.terms.priced import Prices
from domain.terms.tariff import Tariff
from domain.terms.tiered import policy_for, tier_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Snapshot taken at booking: the terms the driver accepted. `site_zone` is an IANA name."""

    policy: Policy
    tariff: Tariff
    site_zone: str
    policy_version: int
    tariff_version: int
    payer: Payer = BY_CARD
    """Decided with them; of a site's terms that nobody in particular asks about: a driver by card."""
    prices: Prices | None = None
    """Of the slot, where the site's prices vary: they are in `policy` and `tariff` already. None: they do not, or no
    slot was asked about."""

    prices_vary: bool = False
    """The figures are where the prices of a slot begin: which one it is was not asked yet."""

    tier: str = ""
    """Of the site's membership tiers the driver's, by which `policy` is already; empty: none."""

    certainty: Certainty | None = None
    """That it is kept, of the slot and the place that were given when it was booked or moved by its driver, or the
    least of those that may be given; None: no slot was asked about, or nobody reckoned with it then."""

    named_bay: NamedBay | None = None
    """What keeping to the bay that was asked for by name took from others, when it was booked, moved by its driver, or
    quoted; None: which one it is was left to us, or the bay was not free when its price was asked for."""

    @property
    def deposit(self) -> Money:
        """Held of who pays by card and is asked for one."""
        asked = self.payer.kind is PayerKind.CARD
        return self.policy.deposit if asked else zero(self.policy.currency)

    @property
    def reservation_fee(self) -> Money:
        """Members pay none."""
        free = self.payer.kind is PayerKind.MEMBER
        return zero(self.policy.currency) if free else self.policy.reservation_fee

    def of_tier(self, tier: str) -> "Terms":
        """As its members get them, of what everybody gets; empty: as they stand."""
        return replace(self, tier=tier, policy=policy_for(self.policy, tier)) if tier else self

    def theirs(self, standing: Standing, *, quoted: bool = False) -> "Terms":
        """As this driver gets them: of what everybody gets, or `quoted`: of what they were told before."""
        own = self if quoted else self.of_tier(tier_of(self.policy, standing.caller.tiers))
        rules, currency = own.policy.payments, own.policy.currency
        return replace(own, payer=payer_of(standing, rules, own.payer, currency=currency))

    def in_pool(self, pool_id: str) -> "Terms":
        """With the lengths of slots that it has; of what everybody gets."""
        slots = self.policy.slots.of(pool_id)
        return self if slots == self.policy.slots else replace(self, policy=replace(self.policy, slots=slots))

    def at(self, prices: Prices) -> "Terms":
        """The same with these prices."""
        return replace(
            self,
            prices=prices,
            prices_vary=False,
            policy=replace(self.policy, reservation_fee=prices.reservation_fee),
            tariff=replace(
                self.tariff,
                energy_per_kwh=prices.energy_per_kwh,
                time_per_minute=prices.time_per_minute,
            ),
        )

    def __post_init__(self) -> None:
        if self.policy.currency != self.tariff.currency:
            raise CurrencyMismatch(
                f"the policy is in {self.policy.currency} but the tariff in {self.tariff.currency}; use one"
            )
