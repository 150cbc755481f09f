"""The targets "a text to a phone" and "a call": one signed POST to a gateway of the operator's, which sends it.

The body is `{"id", "channel", "to", "language", "text"}`, signed as the Standard Webhooks specification has it. 2xx: it
is taken. 422 with `{"code": "number_unusable"}`: nothing can be sent to this number. Whatever else it answers, it is
asked again: nothing is said about the number.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from db.engine import Sessions
from db.tables import Target
from delivery.target import TargetAway, TryAgain
from domain.telling.channels import Channel
from telling.answers import Bounced
from telling.letters import LetterTarget, Pace, Sending
from texts.messages.brief import sms_of, spoken
from texts.messages.letter import Letter, Pages
from webhooks.outgoing import WITHIN_S, Answer, post
from webhooks.signature import signed_headers

_AT_ONCE = 16
NUMBER_UNUSABLE = "number_unusable"
_ABOUT_THE_NUMBER = 422
_AWAY = frozenset({401, 403, 404, 405, 407, 410, 429, 502, 503, 504})
"""It is nothing about this text: what is configured is wrong, or nobody is there."""
_LASTS = {Channel.SMS: timedelta(hours=6), Channel.VOICE: timedelta(minutes=30)}
"""Nobody wants to be called, or to hear their phone, for what was so then."""
_TARGETS = {Channel.SMS: Target.SMS, Channel.VOICE: Target.VOICE}
_WORDS: Mapping[Channel, Callable[[Letter], str]] = {Channel.SMS: sms_of, Channel.VOICE: spoken}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """`channel`: SMS or VOICE. `key`: of the signature. Close `http` after use."""

    channel: Channel
    url: str = field(repr=False)
    key: bytes = field(repr=False)
    http: httpx.AsyncClient
    within_s: float = WITHIN_S


class GatewayTarget(LetterTarget):
    def __init__(self, sessions: Sessions, pages: Pages, gateway: Gateway) -> None:
        super().__init__(sessions, pages, Pace(at_once=_AT_ONCE, lasts=_LASTS[gateway.channel]))
        self._gateway = gateway

    @property
    def name(self) -> Target:
        return _TARGETS[self._gateway.channel]

    async def send(self, sending: Sending) -> None:
        answer = await self._post(sending)
        if answer.is_taken:
            return
        if answer.status == _ABOUT_THE_NUMBER and _code_in(answer.body) == NUMBER_UNUSABLE:
            raise Bounced(f"{answer} {NUMBER_UNUSABLE}")
        if not answer.status or answer.status in _AWAY:
            raise TargetAway(f"answered {answer}", pause=answer.pause)
        raise TryAgain(f"answered {answer}", pause=answer.pause)

    async def _post(self, sending: Sending) -> Answer:
        channel = self._gateway.channel
        document = {
            "id": sending.durable_id,
            "channel": channel.value,
            "to": sending.to.address,
            "language": sending.letter.language,
            "text": _WORDS[channel](sending.letter),
        }
        body = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
        signed = signed_headers(self._gateway.key, sending.durable_id, int(time.time()), body)
        headers = {"content-type": "application/json", **signed}
        return await post(
            self._gateway.http, self._gateway.url, body, headers, within_s=self._gateway.within_s
        )


def _code_in(body: bytes) -> str:
    """Empty: it says none."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    code = said.get("code") if isinstance(said, dict) else None
    return code if isinstance(code, str) else ""
