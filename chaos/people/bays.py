"""The chargers of the town: who stands where, and what went over their sockets."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from chaos.beliefs import Answered, Authorised, Beliefs
from simulator.charge_point import Message, VirtualChargePoint
from simulator.charge_point.messages import ChargePointError
from simulator.scenarios.place import POWER_W, ChargerPlan

Result = TypeVar("Result")
_TRANSACTIONS = frozenset({"StartTransaction", "StopTransaction", "TransactionEvent"})
_FOR_EVER = 10**6


class Bays:
    """One virtual charger with one connector at each bay; a car at a time."""

    def __init__(self, plans: tuple[ChargerPlan, ...], gateway_url: str, beliefs: Beliefs) -> None:
        self._beliefs = beliefs
        self._sent: dict[tuple[str, str], Message] = {}
        self._deeds: set[asyncio.Future[Any]] = set()
        self.taken = {plan.id: asyncio.Lock() for plan in plans}
        self.chargers = {plan.id: self._charger(plan, gateway_url) for plan in plans}

    def _charger(self, plan: ChargerPlan, gateway_url: str) -> VirtualChargePoint:
        return VirtualChargePoint(
            identity=plan.id,
            version=plan.version,
            url=gateway_url,
            password=plan.password,
            power_w=POWER_W,
            call_timeout_s=10,
            transaction_attempts=_FOR_EVER,
            connection_timeout_s=12,
            keep_log=False,
            on_message=lambda message: self._heard(plan.id, message),
        )

    @property
    def unanswered(self) -> int:
        """Transaction messages sent whose answer has not come."""
        return sum(message.action in _TRANSACTIONS for message in self._sent.values())

    async def start(self) -> None:
        await asyncio.gather(*(charger.start() for charger in self.chargers.values()))

    async def stop(self) -> None:
        for deed in self._deeds:
            deed.cancel()
        await asyncio.gather(*(one.stop() for one in self.chargers.values()), return_exceptions=True)

    async def deed(self, work: Awaitable[Result], patience: float) -> Result | None:
        """What it returned; None when it takes longer: then it goes on by itself, as a charger would."""
        task = asyncio.ensure_future(work)
        self._deeds.add(task)
        task.add_done_callback(self._deeds.discard)
        await asyncio.wait({task}, timeout=patience)
        if not task.done() or task.cancelled():
            return None
        try:
            return task.result()
        except ChargePointError:  # its connection went while it asked
            return None

    def _heard(self, charger_id: str, message: Message) -> None:
        if message.direction == "out" and message.kind == "call":
            if message.action in _TRANSACTIONS or message.action == "Authorize":
                self._sent[charger_id, message.message_id] = message
        elif message.direction == "in" and message.kind in ("result", "error"):
            call = self._sent.pop((charger_id, message.message_id), None)
            if call is not None and message.kind == "result":
                self._answered(charger_id, call, message)

    def _answered(self, charger_id: str, call: Message, answer: Message) -> None:
        if call.action != "Authorize":
            self._beliefs.answered.append(
                Answered(
                    at=answer.at,
                    charger_id=charger_id,
                    action=call.action,
                    message=call.payload,
                    answer=answer.payload,
                )
            )
            return
        told = answer.payload.get("idTagInfo") or answer.payload.get("idTokenInfo") or {}
        token = call.payload.get("idTag") or call.payload.get("idToken", {}).get("idToken", "")
        accepted = told.get("status") == "Accepted"
        self._beliefs.authorised.append(
            Authorised(at=call.at, charger_id=charger_id, card=token, accepted=accepted)
        )
