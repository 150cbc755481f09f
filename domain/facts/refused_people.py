"""Why somebody may not book: as a member or none, or for what they have booked and missed already."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.facts.refusals import RefusalFact


@dataclass(frozen=True, slots=True, kw_only=True)
class OpensToTier(RefusalFact):
    """You can book this slot from {opens}, members of {sooner} from {sooner_opens}. `sooner`: the tier that can first,
    empty: none can before. `sooner_opens`: None: it can already."""

    opens: datetime
    sooner: str
    sooner_opens: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyOpen(RefusalFact):
    """{most} reservations may be open at a time; cancel one first. `ends_at`: when so many have ended by themselves."""

    most: int
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FullWithOffer(RefusalFact):
    """With what the waiting list keeps for you {most} are open, the most at a time; decline it, or cancel one first"""

    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFull(RefusalFact):
    """{most} can be booked in a week here, and {left} of it are left; the next one begins {ends_at}"""

    most: timedelta
    left: timedelta
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StaysTooLong(RefusalFact):
    """Slots that follow one another with less than {pause} between may last {longest} here; the next one could begin
    {ends_at}. `ends_at`: None: this one is longer by itself."""

    longest: timedelta
    pause: timedelta
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedTooOften(RefusalFact):
    """You have missed too many bookings; you can book again from {ends_at}"""

    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedAtThatTime(RefusalFact):
    """You have reservation {reservation} at that time already; cancel it first, or choose another time.
    `ends_at`: of its slot."""

    reservation: str
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedAtThatTime(RefusalFact):
    """A place until {ends_at} is kept for you from the waiting list; accept it, or decline it first"""

    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreThanAGroup(RefusalFact):
    """A group has up to {most} bays here; book fewer"""

    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForMembersOnly(RefusalFact):
    """Only members book at this site, and you are none on that day; ask the operator, or choose another site"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipEndsBefore(RefusalFact):
    """The reservation is a member's, and the membership ends {until}; take a time before that, or book anew"""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAlready(RefusalFact):
    """{driver_id} is known here already, and no driver of this fleet; only the operator can assign them to it"""

    driver_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredEnough(RefusalFact):
    """A fleet can enter at most {most} new drivers on one day; go on tomorrow"""

    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchDriver(RefusalFact):
    """The fleet has no driver {driver_id}"""

    driver_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleNotEnough(RefusalFact):
    """At {site_id} this needs another role than yours"""

    site_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchDriverGroup(RefusalFact):
    """There is no group {group_id} of drivers"""

    group_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupIsAnothers(RefusalFact):
    """A group {group_id} is somebody else's already, and a group stays whose it is; choose another id"""

    group_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverInGroup(RefusalFact):
    """{driver_id} has never been in the group {group_id}"""

    driver_id: str
    group_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchMembership(RefusalFact):
    """There is no membership {number}"""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchPerson(RefusalFact):
    """There is no person {person}"""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyOfThatName(RefusalFact):
    """There is no driver {driver_id}"""

    driver_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoGuestNamed(RefusalFact):
    """Nobody else was named when {reservation} was booked"""

    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchPass(RefusalFact):
    """This pass counts no more, or never did; ask whoever booked for a new one"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchCard(RefusalFact):
    """There is no card {card}; see the list of cards"""

    card: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardOfAnother(RefusalFact):
    """This card is not {driver_id}'s: name whose it was so far to give it to them"""

    driver_id: str
