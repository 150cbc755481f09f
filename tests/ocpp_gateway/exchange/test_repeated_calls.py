"""What counts as the very same message once more."""

from ocpp_gateway.exchange.repeated_calls import REPEATED_WITHIN_S, RepeatedCalls
from ocpp_gateway.wire.frames import Call

CARD = Call("1", "Authorize", b'{"idTag":"04A1B2"}')
OTHER_CARD = Call("1", "Authorize", b'{"idTag":"04A1B3"}')


def test_at_once_it_gets_the_same_answer_and_later_is_asked_anew() -> None:
    repeated = RepeatedCalls()
    repeated.remember(CARD, b"not now", at_s=100.0)
    assert repeated.answer_to(CARD, at_s=100.0 + REPEATED_WITHIN_S) == b"not now"
    assert repeated.answer_to(CARD, at_s=101.0 + REPEATED_WITHIN_S) is None


def test_the_same_id_for_another_call_is_no_repetition() -> None:
    repeated = RepeatedCalls()
    repeated.remember(CARD, b"not now", at_s=100.0)
    assert repeated.answer_to(OTHER_CARD, at_s=101.0) is None
    repeated.remember(OTHER_CARD, b"come in", at_s=101.0)
    assert repeated.answer_to(OTHER_CARD, at_s=102.0) == b"come in"
    assert repeated.answer_to(CARD, at_s=102.0) is None
