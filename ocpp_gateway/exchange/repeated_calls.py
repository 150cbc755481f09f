"""The last answers of one connection: the very same message once more gets the very same answer."""

from collections import OrderedDict

from ocpp_gateway.wire.frames import Call

_REMEMBERED = 4


class RepeatedCalls:
    """For calls whose effects were committed. What must never double is in the inbox; this spares its work."""

    __slots__ = ("_answers",)

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[str, int], bytes] | None = None

    def answer_to(self, call: Call) -> bytes | None:
        return None if self._answers is None else self._answers.get(_key(call))

    def remember(self, call: Call, answer: bytes) -> None:
        answers = self._answers
        if answers is None:
            answers = self._answers = OrderedDict()
        key = _key(call)
        answers[key] = answer
        answers.move_to_end(key)
        if len(answers) > _REMEMBERED:
            answers.popitem(last=False)


def _key(call: Call) -> tuple[str, int]:
    """Not the call itself, which may be long."""
    return call.message_id, hash((call.action, call.payload))
