"""Every command has its activity, and survives the way to it."""

from typing import get_type_hints

import pytest
from temporalio.converter import DataConverter

from activities.chargers.commands import charger_activities
from domain.charging import commands
from domain.charging.commands import Command, CommandOutcome, CommandReply
from tests.ocpp_gateway.wire.test_writing import COMMANDS


class Echo:
    """A link that sends nowhere and says what it was given."""

    def __init__(self) -> None:
        self.sent: list[Command] = []

    async def send(self, charger_id: str, epoch: int, command: Command) -> CommandReply:
        self.sent.append(command)
        return CommandReply(outcome=CommandOutcome.ACCEPTED)


def test_every_command_has_one_activity() -> None:
    taken = [get_type_hints(activity)["command"] for activity in charger_activities(Echo())]
    assert len(taken) == len(set(taken))
    assert set(taken) == set(commands.Command.__args__)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
async def test_a_command_arrives_as_it_was_sent(command: Command) -> None:
    converter = DataConverter.default
    payloads = await converter.encode([command])
    assert await converter.decode(payloads, [type(command)]) == [command]
