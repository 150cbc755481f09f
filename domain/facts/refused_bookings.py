"""Why a slot or a booking is refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.facts.refusals import RefusalFact
from domain.money.amount import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneMissing(RefusalFact):
    """An instant needs a zone; send e.g. 2026-11-22T14:00:00+01:00"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndNotAfterStart(RefusalFact):
    """A slot must end after it starts"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchQuote(RefusalFact):
    """There is no such quote for this driver; ask for one"""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteWasUsed(RefusalFact):
    """Another booking was made by this quote; ask for a new one"""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteHasExpired(RefusalFact):
    """The quote was valid until {until}; ask for a new one"""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteIsForAnother(RefusalFact):
    """The quote is for {start} to {end} and its own site and connector; book those, or ask for another quote"""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPassed(RefusalFact):
    """The slot starts {start}, which has passed; choose a later start"""

    start: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TooShortNotice(RefusalFact):
    """Book at least {lead} ahead"""

    lead: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOpenYet(RefusalFact):
    """Bookings open {horizon} ahead; choose an earlier start. `horizon`: how far ahead."""

    horizon: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthNotOffered(RefusalFact):
    """A slot lasts {shortest} to {longest}"""

    shortest: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryNotKnown(RefusalFact):
    """How much the battery holds is not known; say it (battery_wh), or how much energy is wanted (energy_wh)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreThanLongestSlot(RefusalFact):
    """In kWh and kW: a slot of {longest} is long enough for {fits}."""

    energy: float
    longest: timedelta
    fits: float
    power: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OffGrid(RefusalFact):
    """Slots start and end on a grid of {step}"""

    step: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanTooLong(RefusalFact):
    """`to` must lie after `from`, by at most {longest}"""

    longest: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthTwice(RefusalFact):
    """Give duration_minutes or duration_seconds, not both"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoConnectorFree(RefusalFact):
    """No connector is free for this slot; choose another time or place"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedThen(RefusalFact):
    """The site is closed in that time; it opens next {opens}"""

    opens: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedForLong(RefusalFact):
    """The site is closed in that time, and for a year to come; choose another one"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintainedThen(RefusalFact):
    """What would be free is under maintenance in that time, until {ends_at}; choose another time or place"""

    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForOthers(RefusalFact):
    """Only {who} may charge here at that time; you may from {opens}. `who`: as the site's rules name them, empty:
    nobody. `opens`: None: not within the next two weeks."""

    who: str
    opens: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedBayTaken(RefusalFact):
    """Bay {bay} cannot be had in that time; take another bay, or another time there"""

    bay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedBayUnfit(RefusalFact):
    """Bay {bay} does not fit: {misfits}. `misfits`: codes of MisfitKind."""

    bay: str
    misfits: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedBayCosts(RefusalFact):
    """Kept to bay {bay}, others could not begin at {lost} of {starts} times around; at most {most} are allowed"""

    bay: str
    lost: int
    starts: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoBayFits(RefusalFact):
    """No bay here fits: {misfits}. `misfits`: codes of MisfitKind, of the bay that is nearest to fitting. `largest`:
    its size where one of them is of size, empty where none is: length × width × height in centimetres, – for any."""

    misfits: tuple[str, ...]
    largest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAccessible(RefusalFact):
    """What is free is kept for people with disabilities; what is left of it is open to all from {opens}"""

    opens: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoneFreeForNewTime(RefusalFact):
    """No connector is free for the new time; the reservation stays as it was"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingEqualOrBetter(RefusalFact):
    """No equal or better connector is free; the reservation stays where it was"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SomebodyFaster(RefusalFact):
    """Somebody else was faster; please choose another time"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldGivenUp(RefusalFact):
    """The connector was given up meanwhile; please book again"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingGivenUp(RefusalFact):
    """The booking took too long and was given up; book again with a new key"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAway(RefusalFact):
    """Card payments cannot be reached just now; nothing is held or charged. Book again in some minutes"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingNotMade(RefusalFact):
    """The booking could not be made just now; book again with a new key"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBlocked(RefusalFact):
    """This account is blocked; please contact the operator"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchBay(RefusalFact):
    """There is no connector {number} at {charger}; read the code at the bay again"""

    charger: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchGroup(RefusalFact):
    """There is no group {group}"""

    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnotherCardNeeded(RefusalFact):
    """The card was declined; try another card. `words`: the payment provider's own, if it said any."""

    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDisputed(RefusalFact):
    """Your bank took a payment back for you and has not decided yet; nothing can be booked until it has"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTakenBack(RefusalFact):
    """Your bank took a payment back for good; ask the operator to book again"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StillOwed(RefusalFact):
    """{owed} of reservation {reservation} are open since {since}; pay them first: POST /v1/debts/{reservation}/pay"""

    owed: Money
    reservation: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosed(RefusalFact):
    """Your fleet's invoice account is closed; ask your fleet"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFull(RefusalFact):
    """`used`: owed, and expected of what is booked. None: of refusals before they said so."""

    limit: Money | None = None
    used: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInAnotherCurrency(RefusalFact):
    """This site charges in {currency}, and your fleet's invoice account is in {account}; choose another site"""

    currency: str
    account: str
