"""What a site sets of its waiting list."""

from dataclasses import dataclass
from datetime import timedelta

MOST_ENTRIES = 20
"""Open at once of one person, at most."""
MOST_SNOOZES = 10
LONGEST_PATIENCE = timedelta(days=1)
MOST_WEIGHT = 10
"""Of a tier in the line, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRules:
    """Defaults as other lists have them: ChargePoint holds a place for some 15 minutes and counts silence as a snooze,
    Tesla's for 3 to whoever is on the site."""

    patience: timedelta = timedelta(minutes=10)
    """So long an offer stands, at most; less where the slot is near (`domain.queue.offers`)."""
    most_snoozes: int = 2
    """So often a person may let offers of the site pass within a day, by a word or in silence and by whichever entry;
    the next time that entry ends."""
    snooze: timedelta = timedelta(minutes=10)
    """So long after that they are not asked again."""
    most_entries: int = 3
    """Of one person at all sites by this site's rules, open at once."""
