"""The record of every frame a charger sent or received."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from simulator.charge_point.changes import Changes
from simulator.charge_point.messages import Direction, Kind, Message


class Transcript:
    """Keeps the frames in order, names the action of every answer, and wakes the waiters."""

    def __init__(
        self, changes: Changes, *, keep: bool = True, listener: Callable[[Message], None] | None = None
    ) -> None:
        self.messages: list[Message] = []
        self._changes = changes
        self._keep = keep
        self._listener = listener
        self._asked: dict[tuple[Direction, str], str] = {}

    def add(self, message: Message) -> Message:
        """Records a frame; returns it with its action filled in when it answers a known call."""
        if message.kind == "call":
            self._asked[message.direction, message.message_id] = message.action
        else:
            other: Direction = "out" if message.direction == "in" else "in"
            key = (other, message.message_id)
            action = self._asked.get(key, "") if self._keep else self._asked.pop(key, "")
            message = replace(message, action=action)
        if self._keep:
            self.messages.append(message)
        if self._listener:
            self._listener(message)
        self._changes.notify()
        return message

    def find(
        self, action: str, direction: Direction, kind: Kind | None = None, since: int | None = None
    ) -> list[Message]:
        """Frames of this action and direction from log index `since` on, oldest first."""
        return [
            message
            for message in self.messages[since or 0 :]
            if message.action == action
            and message.direction == direction
            and (kind is None or message.kind == kind)
        ]
