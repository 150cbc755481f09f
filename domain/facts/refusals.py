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
class NothingNamedSo(RefusalFact):
    """The site has no such connector; see its connectors, chargers and bays"""


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
