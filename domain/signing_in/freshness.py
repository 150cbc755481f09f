"""Whether somebody has shown who they are just now: a session lasts for weeks, and whoever has stolen it, or finds a
phone unlocked, has it as well. What lets somebody else in, cannot be undone or tells all, asks for it.
"""

from datetime import datetime, timedelta

FRESH_FOR = timedelta(minutes=10)


def is_fresh(proven_at: datetime | None, now: datetime) -> bool:
    """`proven_at`: when they showed it last; None: nobody says when."""
    return proven_at is not None and now - proven_at < FRESH_FOR
