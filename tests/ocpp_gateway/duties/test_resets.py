"""Whoever is cut short by a reset of ours has not finished, though the charger names no reason, or a wrong one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from domain.charging.clocks import Presence
from domain.charging.commands import Command, CommandOutcome, CommandReply, Reset
from domain.charging.trouble import is_failure
from ocpp_gateway.duties.received_call import Liveness, ReceivedCall
from ocpp_gateway.duties.resets import ended_by_reset
from ocpp_gateway.exchange.command_calls import CommandCalls
from ocpp_gateway.exchange.expectant_commands import ExpectantCommands
from ocpp_gateway.wire.reports import Phase, TransactionReported

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@dataclass
class Answers:
    """A charger that answers so."""

    reply: CommandReply

    async def command(self, command: Command) -> CommandReply:
        return self.reply


async def stop_after(
    reset: Reset | None,
    *,
    detail: str = "Accepted",
    told: str = "Local",
    later: timedelta = timedelta(seconds=20),
    number: int | None = 1,
    card: str | None = None,
) -> bool:
    """Is the end, told so much `later`, taken for a failure of the charger?"""
    liveness = Liveness(Presence(connected_since=NOW))
    outcome = CommandOutcome.REJECTED if detail == "Rejected" else CommandOutcome.ACCEPTED
    calls = cast(CommandCalls, Answers(CommandReply(outcome=outcome, detail=detail)))
    if reset is not None:
        await ExpectantCommands(calls, liveness, {}, lambda: NOW).command(reset)
    at = NOW + later
    received = ReceivedCall(charger_id="NORTH-1", epoch=1, message_id="1", at=at, liveness=liveness)
    ended = TransactionReported(
        phase=Phase.ENDED,
        identity="x",
        at=at,
        transaction_id="7",
        connector_number=number,
        id_tag=card,
        stop_reason=told,
    )
    return is_failure(ended_by_reset(received, ended).stop_reason)


@pytest.mark.parametrize(("told", "number"), [("Local", 1), ("Other", 1), ("", 2), ("Local", None)])
async def test_an_end_without_a_reason_just_after_a_reset_is_the_resets(
    told: str, number: int | None
) -> None:
    assert await stop_after(Reset(hard=True), told=told, number=number)
    assert not await stop_after(None, told=told, number=number)


async def test_one_evses_reset_ends_only_what_runs_there() -> None:
    one = Reset(hard=True, connector_number=1)
    assert await stop_after(one)
    assert await stop_after(one, number=None)
    assert not await stop_after(one, number=2)


async def test_what_the_reset_did_not_end_keeps_its_own_reason() -> None:
    hard = Reset(hard=True)
    assert not await stop_after(hard, detail="Rejected")
    assert not await stop_after(Reset(), detail="Scheduled")
    assert not await stop_after(hard, card="A11CE001")
    assert not await stop_after(hard, told="EVDisconnected")
    assert not await stop_after(hard, later=timedelta(minutes=5))
