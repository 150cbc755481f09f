"""The terms of one reservation: policy and tariff as the driver accepted them."""

from dataclasses import dataclass, replace

from domain.errors import CurrencyMismatch
from domain.money.amount import Money, zero
from domain.terms.payer import BY_CARD, Payer, PayerKind
from domain.terms.policy import Policy
from domain.terms.priced import Prices
from domain.terms.tariff import Tariff


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
