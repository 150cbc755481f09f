"""One driver at their app: what they ask for, and what they believe after each answer."""

import random
from datetime import UTC, datetime
from typing import Any

from chaos.beliefs import Act, Booking, Told, Trip
from chaos.people.app import Answer
from chaos.people.world import World
from chaos.town import Person

BOOK = "/v1/reservations"
READ = "/v1/reservations/{code}"
_BOOKING_PATIENCE_S, _ACT_PATIENCE_S, _LOOK_PATIENCE_S = 60.0, 20.0, 15.0


class Caller:
    def __init__(self, world: World, person: Person, token: str, dice: random.Random) -> None:
        self._world = world
        self._person = person
        self._token = token
        self._dice = dice

    async def book(self, body: dict[str, Any], key: str = "") -> tuple[Booking, Answer | None]:
        """POST until it is decided. A known `key` asks again for what was answered before."""
        beliefs = self._world.beliefs
        key = key or self._new_key()
        booking = beliefs.bookings.setdefault(key, Booking(key=key, driver=self._person.id, body=body))
        answer = await self._world.app.send(
            self._token,
            "POST",
            BOOK,
            body=booking.body,
            key=key,
            patience=_BOOKING_PATIENCE_S,
            heard=lambda heard: remember(booking, heard),
        )
        return booking, answer

    async def act(self, trip: Trip, verb: str, body: dict[str, Any] | None = None) -> bool:
        """Whether it was done."""
        asked = datetime.now(UTC)
        answer = await self._world.app.send(
            self._token,
            "POST",
            f"{READ}/{verb}",
            code=trip.code,
            body=body,
            key=self._new_key(),
            patience=_ACT_PATIENCE_S,
        )
        wanted = body or {}
        trip.acts.append(
            Act(
                at=asked,
                verb=verb,
                status=None if answer is None else answer.status,
                refusal="" if answer is None else answer.code,
                start=str(wanted.get("start", "")),
                end=str(wanted.get("end", "")),
            )
        )
        if answer is None or answer.status >= 400:
            return False
        self._believe(trip, answer.document)
        return True

    async def look(self, trip: Trip) -> Told | None:
        """What the app shows now; None when it shows nothing."""
        answer = await self._world.app.send(
            self._token, "GET", READ, code=trip.code, patience=_LOOK_PATIENCE_S
        )
        if answer is None or answer.status != 200:
            return None
        return self._believe(trip, answer.document)

    def _believe(self, trip: Trip, view: dict[str, Any]) -> Told:
        bay = view["bay"]
        by = view["arrive_by"]
        told = Told(
            at=datetime.now(UTC),
            state=view["state"],
            charger_id=bay["charger_id"] if bay else "",
            start=datetime.fromisoformat(view["start"]),
            end=datetime.fromisoformat(view["end"]),
            arrive_by=datetime.fromisoformat(by) if by else None,
        )
        trip.told.append(told)
        return told

    def _new_key(self) -> str:
        return f"{self._person.id}-{self._dice.getrandbits(64):016x}"


def remember(booking: Booking, answer: Answer) -> None:
    """The code and the decision that an answer names; most refusals name none, a pending answer only the code."""
    if answer.is_decision:
        made = answer.document["reservation"]
        booking.codes.add(made["code"] if isinstance(made, dict) else made)
        booking.outcomes.add(answer.code or str(answer.document["outcome"]))
    elif answer.status == 202:
        booking.codes.add(answer.document["code"])
