"""Habits of transactions: their names, numbers, cards and order."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.vendors.memory import Memory
from simulator.vendors.said import Said, Version

LONG_CARD = {"1.6": 21, "2.0.1": 37}


def long_card_at_the_end(version: Version, said: Said, memory: Memory) -> list[Said]:
    """The card that ends a transaction is padded beyond what the schema allows (K4.1)."""
    if not said.ends:
        return [said]
    if version == "1.6" and "idTag" in said.payload:
        return [said.but(idTag=said.payload["idTag"].rjust(LONG_CARD[version], "0"))]
    if "idToken" in said.payload:
        token = said.payload["idToken"]
        return [said.but(idToken=token | {"idToken": token["idToken"].rjust(LONG_CARD[version], "0")})]
    return [said]


def cards_from_memory(version: Version, said: Said, memory: Memory) -> list[Said]:
    """Cards are let in without asking (K5.1)."""
    return [] if said.action == "Authorize" else [said]


def without_a_number(version: Version, said: Said, memory: Memory) -> list[Said]:
    """1.6: stops name transaction 0, which nobody ever gave."""
    return [said.but(transactionId=0) if said.action == "StopTransaction" else said]


def names_again(version: Version, said: Said, memory: Memory) -> list[Said]:
    """2.x: transactions are called 1, 2, 3 from each boot on (K1.9)."""
    if said.transaction is None:
        return [said]
    name = memory.names.setdefault(said.transaction, str(len(memory.names) + 1))
    said.payload["transactionInfo"]["transactionId"] = name
    return [said]


def queue_backwards(version: Version, said: Said, memory: Memory) -> list[Said]:
    """2.x: what was queued while offline is told from its end to its beginning (K1.10)."""
    if said.payload.get("offline") and said.of_a_transaction:
        memory.kept.append(said)
        if not said.ends:
            return []
        return _emptied(memory)
    return [*_emptied(memory), said] if said.of_a_transaction else [said]


def _emptied(memory: Memory) -> list[Said]:
    kept = memory.kept[::-1]
    memory.kept.clear()
    return kept


def told_again(version: Version, said: Said, memory: Memory) -> list[Said]:
    """After a loss of the connection the last message of a transaction is told again, as a new message."""
    if not said.of_a_transaction:
        return [said]
    before, memory.told = memory.told, said
    return [before, said] if memory.was_away and before is not None else [said]


def renumbered(said: Said, memory: Memory) -> Said:
    """2.x: events that were put between move the numbers of those after them."""
    if said.transaction is None or "seqNo" not in said.payload:
        return said
    return said.but(seqNo=said.payload["seqNo"] + memory.additional.get(said.transaction, 0))


def put_in(said: Said, states: Sequence[str], memory: Memory) -> list[Said]:
    """2.x: events after `said` in which nothing but the charging state changes."""
    transaction = said.transaction or ""
    memory.additional[transaction] = memory.additional.get(transaction, 0) + len(states)
    bare = {"timestamp": said.payload["timestamp"], "evse": said.payload.get("evse")}
    return [
        Said(
            "TransactionEvent",
            {name: value for name, value in bare.items() if value is not None}
            | {
                "eventType": "Updated",
                "triggerReason": "ChargingStateChanged",
                "seqNo": said.payload["seqNo"] + number,
                "transactionInfo": {"transactionId": transaction, "chargingState": state},
            },
        )
        for number, state in enumerate(states, start=1)
    ]
