"""Why somebody is not told as they asked to be."""

from dataclasses import dataclass

from domain.facts.refusals import RefusalFact


@dataclass(frozen=True, slots=True)
class NoQuietHours(RefusalFact):
    """Quiet hours that begin when they end are none: leave them out, or name two times"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchZone(RefusalFact):
    """{zone} is no time zone: name it as Europe/Berlin"""

    zone: str


@dataclass(frozen=True, slots=True)
class NoMailAddress(RefusalFact):
    """This is no e-mail address that can be written to"""


@dataclass(frozen=True, slots=True)
class NoPhoneNumber(RefusalFact):
    """This is no phone number: write it with its country, as +49 30 123456"""


@dataclass(frozen=True, slots=True)
class NoBrowser(RefusalFact):
    """This is not what a browser gives to be told something: turn it on there once more"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelNotServed(RefusalFact):
    """Nobody is told by {channel} here"""

    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchContactPoint(RefusalFact):
    """There is no address {number} of yours"""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMoreAddresses(RefusalFact):
    """You have {most} addresses already: remove one first"""

    most: int


@dataclass(frozen=True, slots=True)
class CodeOver(RefusalFact):
    """This code counts no more: add the address again for another one"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeWrong(RefusalFact):
    """This is not the code that was sent; it may be tried {left} times more"""

    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchMessage(RefusalFact):
    """There is no message {number}"""

    number: int


@dataclass(frozen=True, slots=True)
class BeingSent(RefusalFact):
    """This message is being sent: wait for what becomes of it"""


@dataclass(frozen=True, slots=True)
class NoPublicAddress(RefusalFact):
    """This is no https address of the public internet"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchEndpoint(RefusalFact):
    """There is no endpoint {number} that you could see or change"""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMoreEndpoints(RefusalFact):
    """There are {most} endpoints already"""

    most: int


@dataclass(frozen=True, slots=True)
class EndpointSilenced(RefusalFact):
    """This endpoint is paused or off"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointTried(RefusalFact):
    """Test events and replays of an endpoint are {most} a minute at most"""

    most: int
