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
class FormFromElsewhere(RefusalFact):
    """This page is too old, or was not ours; open it again, and send it from there"""


@dataclass(frozen=True, slots=True)
class NoSuchPage(RefusalFact):
    """There is no such page, or it is not for you"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsUnreadable(RefusalFact):
    """Something is missing or cannot be read ({fields}); go back and fill it in"""

    fields: str
