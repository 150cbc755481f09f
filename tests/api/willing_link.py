"""Stands where a gateway's socket to a charger does."""

from domain.charging.commands import Command, CommandOutcome, CommandReply


class WillingLink:
    """A charger that does whatever it is told."""

    async def send(self, charger_id: str, epoch: int, command: Command) -> CommandReply:
        return CommandReply(outcome=CommandOutcome.ACCEPTED)
