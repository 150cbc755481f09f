"""What a charger was told about cards: each answer of ours, beside the card that it asked about."""

from dataclasses import dataclass, field
from typing import Any

from simulator.charge_point.messages import Message

_NAMED_BY = ("idTag", "idToken")
_ANSWERED_BY = ("idTagInfo", "idTokenInfo")


@dataclass(slots=True)
class Answers:
    """Of one charger. `heard`: (action, card, status), until somebody takes them."""

    heard: list[tuple[str, str, str]] = field(default_factory=list)
    _asked: dict[str, str] = field(default_factory=dict)

    def hears(self, message: Message) -> None:
        if message.direction == "out" and message.kind == "call":
            if card := _word(message.payload, _NAMED_BY, "idToken"):
                self._asked[message.message_id] = card
        elif message.direction == "in" and message.kind == "result":
            card = self._asked.pop(message.message_id, "")
            status = _word(message.payload, _ANSWERED_BY, "status")
            if card and status:
                self.heard.append((message.action, card, status))

    def taken(self) -> list[tuple[str, str, str]]:
        heard, self.heard = self.heard, []
        return heard


def _word(payload: Any, names: tuple[str, ...], inside: str) -> str:
    """1.6 has it as it is, 2.x inside an object; a vendor's oddity is no word."""
    for name in names:
        found = payload.get(name) if isinstance(payload, dict) else None
        word = found.get(inside) if isinstance(found, dict) else found
        if isinstance(word, str):
            return word
    return ""
