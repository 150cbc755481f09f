"""How fast one charger may talk. Two numbers a charger, no allocation beyond floats: it runs for every message."""


class MessageBudget:
    """`burst` messages at once, then `per_second`. Over budget nothing is lost: reading pauses, TCP holds the rest.

    Generic cell rate algorithm: what is kept is the moment at which all messages so far are paid for.
    """

    __slots__ = ("_credit_s", "_interval_s", "_paid_until")

    def __init__(self, per_second: float, burst: int) -> None:
        """Raises ValueError unless both are positive."""
        if per_second <= 0 or burst < 1:
            raise ValueError("a budget allows some messages")
        self._interval_s = 1.0 / per_second
        self._credit_s = burst * self._interval_s
        self._paid_until = 0.0

    def take(self, now: float) -> float:
        """Count one message read at `now` (monotonic seconds): 0.0, or for how long to read nothing more."""
        paid_until = self._paid_until
        if paid_until < now:
            paid_until = now
        self._paid_until = paid_until = paid_until + self._interval_s
        excess = paid_until - now - self._credit_s
        return excess if excess > 0.0 else 0.0
