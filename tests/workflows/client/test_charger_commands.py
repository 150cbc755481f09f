"""What an operator's command to a charger looks like in Temporal."""

from datetime import timedelta
from typing import Any, cast

from temporalio.client import Client

from contracts.chargers import Connection
from domain.charging.commands import CommandOutcome, CommandReply, UnlockConnector
from workflows.client.charger_commands import ChargerCommandClient

PATIENCE = timedelta(seconds=5)


class PlayedTemporal:
    async def execute_activity(self, name: str, **asked: Any) -> CommandReply:
        self.asked = asked
        return CommandReply(outcome=CommandOutcome.ACCEPTED)


async def test_a_command_is_listed_with_its_charger() -> None:
    temporal = PlayedTemporal()
    await ChargerCommandClient(cast(Client, temporal)).send(
        "g1",
        Connection(charger_id="NORTH-1", epoch=1),
        UnlockConnector(connector_number=1),
        taken_within=PATIENCE,
        answered_within=PATIENCE,
    )
    assert temporal.asked["summary"] == "unlock connector NORTH-1, by an operator"
