"""How much the desk takes on, and how long it waits."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Patience with a booking stays below contracts.names.BOOKING_PATIENCE, so that late ones are declined.

    `bookings_at_one_site`: of the concurrent ones; more would wait for each other in the worker, and lose patience
    there. `booking_line`: how long a booking waits before it is begun.
    """

    concurrent_bookings: int = 64
    bookings_at_one_site: int = 8
    booking_line: timedelta = timedelta(seconds=5)
    booking_timeout: timedelta = timedelta(seconds=8)
    update_timeout: timedelta = timedelta(seconds=8)
    query_timeout: timedelta = timedelta(seconds=2)
    command_schedule_timeout: timedelta = timedelta(seconds=4)
    command_timeout: timedelta = timedelta(seconds=35)
