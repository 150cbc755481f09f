"""How somebody wants to be told, and where."""

from domain.errors.raised import Explained


class QuietHoursInvalid(Explained):
    """They are empty, or on the clock of no place."""

    code = "quiet_hours_invalid"
