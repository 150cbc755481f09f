"""How drivers and fleets want to be told: language, quiet hours, and by which channel what."""

from collections.abc import Callable
from datetime import datetime

from api.desk.contact_points import addressee_of
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import Principal
from db.engine import Sessions
from db.queries import telling
from domain.telling.preferences import Preferences


class TellingPreferencesDesk:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def read(self, principal: Principal) -> Preferences:
        """The caller's own; what holds for all, while they have said nothing. Raises ScopeMissing."""
        addressee = addressee_of(principal)
        async with self._sessions() as session:
            return telling.preferences_in(await telling.preferences_row(session, addressee))

    async def put(self, principal: Principal, wanted: Preferences, seen: Seen = WHATEVER) -> Preferences:
        """What waits to be told is decided anew by them. Raises ScopeMissing, ChangedMeanwhile."""
        addressee, now = addressee_of(principal), self._clock()
        async with self._sessions.begin() as session:
            await telling.lock_telling(session, addressee)
            row = await telling.preferences_row(session, addressee)
            seen.check(edition_of_preferences(telling.preferences_in(row)))
            telling.keep_preferences(session, row, addressee, wanted)
            await telling.look_again(session, addressee, now)
        return wanted


def edition_of_preferences(preferences: Preferences) -> str:
    quiet = preferences.quiet
    return edition_of(
        preferences.language,
        None if quiet is None else [quiet.start.isoformat(), quiet.end.isoformat(), quiet.zone],
        preferences.woken,
        telling.written_channels(preferences),
    )
