"""Why what somebody says of a bay is not taken, or moves nobody."""

from dataclasses import dataclass

from domain.facts.refusals import RefusalFact


@dataclass(frozen=True, slots=True)
class ReportedTooOften(RefusalFact):
    """So much has been reported just now that we look at that first; call the number on the sign if it is urgent"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchBayReport(RefusalFact):
    """There is no report {number}"""

    number: int


@dataclass(frozen=True, slots=True)
class NothingReported(RefusalFact):
    """Report first what keeps you from charging there"""


@dataclass(frozen=True, slots=True)
class MovedAlready(RefusalFact):
    """You have been moved for a report already; ask us for another bay"""


@dataclass(frozen=True, slots=True)
class NotTheirBay(RefusalFact):
    """It is not your turn at this bay, or you charge there already"""
