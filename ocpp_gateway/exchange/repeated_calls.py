"""The last answers of one connection: the very same message once more gets the very same answer."""

from collections import OrderedDict

from ocpp_gateway.wire.frames import Call

_REMEMBERED = 4
REPEATED_WITHIN_S = 60.0
"""After that, the same message is asked anew: there is firmware that numbers all its calls alike."""


class RepeatedCalls:
    """For calls whose effects were committed. What must never double is in the inbox; this spares its work."""

    __slots__ = ("_answers",)

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[str, int], tuple[float, bytes]] | None = None

    def answer_to(self, call: Call, at_s: float) -> bytes | None:
        """`at_s`: seconds of one steady clock, as in `remember`."""
        told = None if self._answers is None else self._answers.get(_key(call))
        return told[1] if told is not None and at_s - told[0] <= REPEATED_WITHIN_S else None

    def remember(self, call: Call, answer: bytes, at_s: float) -> None:
        """Another call under the same id shows that the id tells nothing: what was said before is forgotten."""
        answers = self._answers
        if answers is None:
            answers = self._answers = OrderedDict()
        key = _key(call)
        for other in [known for known in answers if known[0] == key[0] and known != key]:
            del answers[other]
        answers[key] = at_s, answer
        answers.move_to_end(key)
        if len(answers) > _REMEMBERED:
            answers.popitem(last=False)


def _key(call: Call) -> tuple[str, int]:
    """Not the call itself, which may be long."""
    return call.message_id, hash((call.action, call.payload))
