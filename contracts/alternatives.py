"""What can be had instead of what was refused. Plain frozen data, additive only: recorded histories carry it."""

from dataclasses import dataclass
from datetime import datetime

from domain.errors import Explanation
from domain.money.amount import Money
from domain.place.reasons import OfferReason
from domain.place.slots import Slot
from domain.terms.named_bay import NamedBay
from domain.terms.payer import PayerKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A window that the driver may book instead of the refused one, for what it costs them.

    Ranked as in domain.place.ranking.
    """

    site_id: str
    site_name: str
    pool_id: str
    slot: Slot
    power_w: int
    distance_m: int
    reservation_fee: Money
    reason: OfferReason | None = None
    site_address: str = ""
    payer: PayerKind = PayerKind.CARD
    agreed: Money | None = None
    """Held on the card, or taken where it `is_fee`, if the driver who asked books it; None: nothing, or not known."""
    is_fee: bool = False
    energy_per_kwh: Money | None = None
    """And `time_per_minute`, as `price_reasons` say why; None: recorded before they were told."""
    time_per_minute: Money | None = None
    price_reasons: tuple[Explanation, ...] = ()
    price_difference: Money | None = None
    """What an expected session would cost more than as it was wanted, negative: less. None: not to be compared."""
    certainty: float | None = None
    """That it is kept, 0 to 1: the least of what may be given. None: recorded before it was told."""
    quote: str = ""
    """By which the driver who asked gets that price; empty: recorded before there were any."""
    connector_type: str = ""
    """The plug that is offered."""
    accessible: bool = False
    """The bay is one for people with disabilities, though nobody asked for one."""
    named_bay: NamedBay | None = None
    """It is the bay of that name, and takes so much from others. None: whichever."""
    bookable_from: datetime | None = None
    """It is kept for them until then. None: at once."""
    detour_m: int | None = None
    """How much longer the driver's way is by it, reckoned where it is told. None: their route is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """Best first."""

    found: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAlternative:
    """A slot in which all of the group would get a bay."""

    site_id: str
    site_name: str
    site_address: str
    slot: Slot
    distance_m: int
    quotes: tuple[str, ...] = ()
    """One a member, in the order of the group."""
    plugs: tuple[str | None, ...] = ()
    """That each of them is quoted for; None: any."""
    bays: tuple[str, ...] = ()
    """That each of them names to book by its quote; empty: none, as all do where none are recorded."""
    pools: tuple[str | None, ...] = ()
    """The same, of pools; None, as where none are recorded: none."""
    certainty: float | None = None
    """That all of them are kept, 0 to 1. None: recorded before it was told."""
