"""What all people of the town share."""

from collections.abc import Mapping
from dataclasses import dataclass

from chaos.beliefs import Beliefs
from chaos.people.app import App
from chaos.people.bays import Bays
from chaos.town import Town
from simulator.stripe_api.control_client import StripeApiControl


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """`until`: when nobody begins anything new, on the monotonic clock."""

    town: Town
    app: App
    bays: Bays
    stripe: StripeApiControl
    beliefs: Beliefs
    until: float
    plans: Mapping[str, float]
    """What drivers mean to do, and how often."""
