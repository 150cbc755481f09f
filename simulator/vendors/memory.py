"""What one charger of a vendor remembers between its messages. Filled by `Vendor.says` and by its caller."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from simulator.vendors.said import Said


@dataclass(slots=True)
class Memory:
    """Of one charger, made by whoever plays it; only `connectors` is theirs to say.

    Attributes:
        connectors: how many it has (EVSEs in 2.x).
        clock_set: it heard the time in an answer to a Heartbeat since it booted.
        woke_at: the first time that it told since it booted, as it truly was.
        was_away: it lost the connection and has told nothing of a transaction since.
        told: the last message of a transaction.
        kept: messages that it has not told yet.
        statuses: the last one of each connector since the boot.
        names: what it calls each transaction, since the boot.
        additional: by transaction, how many events of its own it has put between.
        once: what it has done already, by habit and transaction.
    """

    connectors: int = 1
    clock_set: bool = False
    woke_at: datetime | None = None
    was_away: bool = False
    told: Said | None = None
    kept: list[Said] = field(default_factory=list)
    statuses: dict[int, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    additional: dict[str, int] = field(default_factory=dict)
    once: set[tuple[str, str]] = field(default_factory=set)

    def connection_lost(self) -> None:
        """To be called by whoever plays the charger."""
        self.was_away = True

    def first(self, habit: str, transaction: str | None) -> bool:
        """True the first time that it is asked about this habit in this transaction; never without one."""
        if transaction is None or (habit, transaction) in self.once:
            return False
        self.once.add((habit, transaction))
        return True

    def before(self, said: Said) -> None:
        """What a boot does to it. One that was asked for, or only follows a connection, is none."""
        if said.action == "BootNotification" and not self._goes_on(said):
            self.clock_set, self.woke_at = False, None
            self.statuses.clear()
            self.names.clear()

    def _goes_on(self, said: Said) -> bool:
        """Booted for the form's sake: what ran before runs on. After a loss of power the reason is a reset."""
        told = said.payload.get("reason")
        return told == "Triggered" or (told == "PowerUp" and self.was_away)

    def after(self, said: Said) -> None:
        """Notes what was meant, whatever was made of it."""
        if said.action == "Heartbeat":
            self.clock_set = True
        if said.status is not None and said.connector is not None:
            self.statuses[said.connector] = said.status
        if said.of_a_transaction:
            self.was_away = False
