"""Policies, tariffs and terms with round figures in EUR cents."""

from datetime import timedelta
from typing import Any

from domain.money.amount import Money
from domain.terms.accepted import Terms
from domain.terms.policy import CancellationTier, OverstayRules, Policy, SlotRules
from domain.terms.tariff import Tariff


def make_slot_rules(**over: Any) -> SlotRules:
    """The domain's own defaults: grid 15 min, 15 min to 4 h, buffer 5 min, 14 days ahead."""
    return SlotRules(**over)


def make_overstay(**over: Any) -> OverstayRules:
    """0.50 a minute after 10 minutes, at most 12.00."""
    values: dict[str, Any] = {"fee_per_step": Money(50, "EUR"), "cap": Money(1200, "EUR")}
    return OverstayRules(**(values | over))


def make_policy(**over: Any) -> Policy:
    """Deposit 10.00, fee 3.00, no-show 5.00, compensation 5.00, late cancellation 2.00 within 24 h."""
    values: dict[str, Any] = {
        "currency": "EUR",
        "slots": make_slot_rules(),
        "overstay": make_overstay(),
        "deposit": Money(1000, "EUR"),
        "reservation_fee": Money(300, "EUR"),
        "no_show_fee": Money(500, "EUR"),
        "compensation": Money(500, "EUR"),
        "cancellation": (
            CancellationTier(ahead=timedelta(hours=24), fee=Money(0, "EUR")),
            CancellationTier(ahead=timedelta(0), fee=Money(200, "EUR")),
        ),
    }
    return Policy(**(values | over))


def make_tariff(**over: Any) -> Tariff:
    """0.50 a kWh, no time price, no session fee, tax 19 %."""
    values: dict[str, Any] = {
        "currency": "EUR",
        "energy_per_kwh": Money(50, "EUR"),
        "time_per_minute": Money(0, "EUR"),
        "session_fee": Money(0, "EUR"),
        "tax_basis_points": 1900,
    }
    return Tariff(**(values | over))


def make_terms(**over: Any) -> Terms:
    values: dict[str, Any] = {
        "policy": make_policy(),
        "tariff": make_tariff(),
        "site_zone": "Europe/Berlin",
        "policy_version": 1,
        "tariff_version": 1,
    }
    return Terms(**(values | over))
