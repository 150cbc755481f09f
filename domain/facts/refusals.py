"""Why something is refused, for people: what there is not, and what does not answer.

`refused_bookings` and `refused_actions` have the rest. An error of `domain.errors` carries each; the error's code
is the public one.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class RefusalFact(Fact):
    """What was refused, and what to do instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchSite(RefusalFact):
    """There is no site {site_id}"""

    site_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteNotOpen(RefusalFact):
    """The site {site_id} has no policy or no tariff in force yet; it cannot be booked"""

    site_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchPool(RefusalFact):
    """The site has no pool {pool_id}; see its pools"""

    pool_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFittingPool(RefusalFact):
    """The site {site_id} has no such pool; see its pools and connector types"""

    site_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchConnector(RefusalFact):
    """There is no connector {connector_id}; see the site's connectors"""

    connector_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchBayHere(RefusalFact):
    """The site has no bay {bay}; its chargers' topology names them"""

    bay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchVehicle(RefusalFact):
    """There is no vehicle {vehicle} to book with"""

    vehicle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LesserConnector(RefusalFact):
    """The connector has {plug} and {power_w} W, booked were {booked_plug} and {booked_power_w} W; confirm it.

    The confirmation is `accept_lesser` in the request.
    """

    booked_plug: str
    booked_power_w: int
    plug: str
    power_w: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BerthHeldTwice(RefusalFact):
    """They are promised for the same time: {reservations}. Move or cancel one of each two, then repeat"""

    reservations: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchCharger(RefusalFact):
    """There is no charger {charger_id}"""

    charger_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchSession(RefusalFact):
    """There is no charging session {session_id}"""

    session_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionHasEnded(RefusalFact):
    """The charging session {session_id} has ended"""

    session_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOfReservation(RefusalFact):
    """The session belongs to reservation {reservation}: stop it, or give the reservation's connector back"""

    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchUnplacedTransaction(RefusalFact):
    """There is no unplaced transaction {number}; see the list"""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionDecided(RefusalFact):
    """What becomes of it has been decided already"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorToBeNamed(RefusalFact):
    """Name the connector of {charger_id} where it ran"""

    charger_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationElsewhere(RefusalFact):
    """Reservation {reservation} is at another site"""

    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeganAfterEnd(RefusalFact):
    """It ended at {ended}; it cannot have begun after that, or at a higher meter"""

    ended: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEndedThere(RefusalFact):
    """Session {session} ended at {ended}; say a start after that, or dismiss this"""

    session: int
    ended: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRunsThere(RefusalFact):
    """Session {session} has been running since {since}; end it first, or dismiss this"""

    session: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchTrouble(RefusalFact):
    """There is no trouble {trouble_id}; see the list"""

    trouble_id: int


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
class NoSuchReservation(RefusalFact):
    """There is no reservation {reservation} of yours"""

    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchHold(RefusalFact):
    """Reservation {reservation} has no hold {hold_id}"""

    reservation: str
    hold_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAReservationCode(RefusalFact):
    """“{text}” is not a reservation code; it looks like 7F3K-2QVM-X9TA. `text`: as it was typed, shortened."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationCodeMistyped(RefusalFact):
    """“{text}” has a typing error; please read the code again"""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerNotConnected(RefusalFact):
    """{charger_id} is not connected; try again when it is back"""

    charger_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerConnectionLost(RefusalFact):
    """{charger_id} lost its connection; try again when it is back"""

    charger_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationNotFinished(RefusalFact):
    """{charger_id} has not yet used the password of the last rotation; wait for it, or send replace_pending"""

    charger_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordIsRotated(RefusalFact):
    """{key} is the password with which {charger_id} comes to us; send rotate-password, or it is shut out"""

    charger_id: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKeptInStep(RefusalFact):
    """The local list of {charger_id} is kept in step with its reservations; set `keeps_local_list` to false first"""

    charger_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordNotSent(RefusalFact):
    """It has to be entered at the charger, or be rotated again when it is connected"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPerhapsSent(RefusalFact):
    """Nobody knows whether the charger was told"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyAtOnce(RefusalFact):
    """More bookings are being decided than we can; try again in a moment"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyDocuments(RefusalFact):
    """More documents are being made than we can; try again in a moment"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyLooking(RefusalFact):
    """More look at once than we can tell of changes; ask for the state now and then instead"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyOwnStreams(RefusalFact):
    """{most} streams may be open at a time; close one first"""

    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLongForPaper(RefusalFact):
    """It has {lines} lines and a PDF has up to {most}; read it as a page, or as a table"""

    lines: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BeingDecided(RefusalFact):
    """The booking is being decided; ask again in a moment"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDoneJustNow(RefusalFact):
    """That could not be done just now; please try again"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingChanged(RefusalFact):
    """Nothing was changed by this attempt; try again shortly"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationsAway(RefusalFact):
    """Reservations cannot be reached right now; try again shortly, with the same key"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MayStillAct(RefusalFact):
    """The reservation did not answer in time and may still act; read it, or repeat the request with the same key"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OurFault(RefusalFact):
    """Please try again; tell us the request id if it stays"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchDocument(RefusalFact):
    """There is no document {document}"""

    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchDebt(RefusalFact):
    """Nothing was ever owed for reservation {reservation}"""

    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeBarsNobody(RefusalFact):
    """Only a dispute that was lost bars its driver until that is lifted, once: {dispute} does not"""

    dispute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLateToAnswer(RefusalFact):
    """Dispute {dispute} is decided, its date has passed, or the bank takes no answer"""

    dispute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToClaim(RefusalFact):
    """Dispute {dispute} is not lost, or nothing of a bill that its driver owes was taken by it"""

    dispute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredAlready(RefusalFact):
    """Dispute {dispute} was answered or accepted; a bank hears us once"""

    dispute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchDispute(RefusalFact):
    """There is no dispute {dispute}"""

    dispute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingOwed(RefusalFact):
    """Nothing is owed for reservation {reservation} any more"""

    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInDatev(RefusalFact):
    """DATEV's format has two decimals and no room for {currency}; take the CSV"""

    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotByCard(RefusalFact):
    """Such an amount cannot be paid by card; it bars no booking"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoGuestNamed(RefusalFact):
    """Nobody else was named when {reservation} was booked"""

    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchPass(RefusalFact):
    """This pass counts no more, or never did; ask whoever booked for a new one"""
