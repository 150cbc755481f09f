"""What the schema allows in a call and is odd all the same: which looks there are, by action; most need none."""

from collections.abc import Callable
from typing import Any

from domain.charging.quirks import Quirk, QuirkKind
from domain.charging.tokens import end_of_token, is_spelled_oddly, normalised_token
from ocpp_gateway.wire.event_words import odd_events
from ocpp_gateway.wire.odd_samples import odd_samples

_CARDS = ("idTag", "idToken/idToken")
"""Where a message names its card."""


def oddities(action: str, call: Any) -> tuple[Quirk, ...]:
    """`call`: as its decoder gives it."""
    looks = _LOOKS.get(action)
    return () if looks is None else tuple(quirk for look in looks for quirk in look(action, call))


def _without_a_place(action: str, call: Any) -> tuple[Quirk, ...]:
    """A transaction runs on a connector or EVSE, and 0 is none (1.6 §6.45, 2.x part 1 §2.2)."""
    if action == "StartTransaction" and call.connector_id == 0:
        return (Quirk(action=action, path="connectorId", kind=QuirkKind.OUT_OF_RANGE, example="0"),)
    if action == "TransactionEvent" and call.evse is not None and call.evse.id == 0:
        return (Quirk(action=action, path="evse/id", kind=QuirkKind.OUT_OF_RANGE, example="0"),)
    return ()


def _oddly_spelled(action: str, call: Any) -> tuple[Quirk, ...]:
    """The card is known all the same, but not to what the charger compares by itself: its list, its own holds."""
    token = getattr(call, "id_token", None)
    for path, card in zip(_CARDS, (getattr(call, "id_tag", None), token and token.id_token), strict=True):
        if card and is_spelled_oddly(card):
            example = end_of_token(normalised_token(card))
            return (Quirk(action=action, path=path, kind=QuirkKind.WRONG_WORD, example=example),)
    return ()


_LOOKS: dict[str, tuple[Callable[[str, Any], tuple[Quirk, ...]], ...]] = {
    "Authorize": (_oddly_spelled,),
    "BatterySwap": (_oddly_spelled,),
    "StartTransaction": (_oddly_spelled, _without_a_place),
    "StopTransaction": (_oddly_spelled, odd_samples),
    "TransactionEvent": (_oddly_spelled, _without_a_place, odd_samples),
    "MeterValues": (odd_samples,),
    "NotifyEvent": (odd_events,),
}
