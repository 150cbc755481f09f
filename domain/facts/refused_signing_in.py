"""Why a page does not know who somebody is, or does not do what was sent to it."""

from dataclasses import dataclass

from domain.facts.refusals import RefusalFact


@dataclass(frozen=True, slots=True)
class IssuerAway(RefusalFact):
    """Who signs people in does not answer; try again in a moment"""


@dataclass(frozen=True, slots=True)
class NotSignedIn(RefusalFact):
    """That did not work; sign in again"""


@dataclass(frozen=True, slots=True)
class NotAskedAgain(RefusalFact):
    """Who signs people in does not say that they asked you just now. Where there is another way to sign in, take that;
    else ask whoever runs this service, whose sign-in has to say when it asked (auth_time)
    """


@dataclass(frozen=True, slots=True)
class FormFromElsewhere(RefusalFact):
    """This page is too old, or was not ours; open it again, and send it from there"""


@dataclass(frozen=True, slots=True)
class NoSuchPage(RefusalFact):
    """There is no such page, or it is not for you"""


@dataclass(frozen=True, slots=True)
class FieldsUnreadable(RefusalFact):
    """Something is missing or cannot be read; open the page again and fill it in once more"""


@dataclass(frozen=True, slots=True)
class PasskeyNotKnown(RefusalFact):
    """This passkey opens nothing here; sign in another way"""


@dataclass(frozen=True, slots=True)
class PasskeyTooSlow(RefusalFact):
    """That took too long, or was sent twice; open the page again and try once more"""


@dataclass(frozen=True, slots=True)
class PasskeyCopied(RefusalFact):
    """This passkey counts backwards, as a copy of it would; sign in another way, remove it, and add a new one"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMorePasskeys(RefusalFact):
    """You have {most} passkeys already; remove one first"""

    most: int


@dataclass(frozen=True, slots=True)
class NoSuchPasskey(RefusalFact):
    """There is no such passkey of yours"""


@dataclass(frozen=True, slots=True)
class LinkOver(RefusalFact):
    """This link was used already, or is older than a quarter of an hour; ask for another one"""


@dataclass(frozen=True, slots=True)
class TooManyAskForLinks(RefusalFact):
    """More links are asked for than we can send; try again in a moment"""
