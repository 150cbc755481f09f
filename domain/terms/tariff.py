"""What energy and time cost at a site: versioned data, snapshotted with the policy at booking."""

from dataclasses import dataclass

from domain.money.amount import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """Net prices. `tax_basis_points` (1900 = 19 %) is added on fees for a service, not on damages."""

    currency: str
    energy_per_kwh: Money
    time_per_minute: Money
    """Per started minute of charging; zero for energy-only tariffs."""
    session_fee: Money
    tax_basis_points: int = 0
