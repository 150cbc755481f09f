"""Every object of the stand-in's account, in memory and, when asked, in one JSON file."""

from __future__ import annotations

import json
import os
import secrets
import string
from collections.abc import Iterator
from pathlib import Path

from simulator.stripe_api.errors import StripeObject
from simulator.stripe_api.settings import Clock

ALPHABET = string.ascii_letters + string.digits
COLLECTIONS = (
    "payment_intents",
    "setup_intents",
    "charges",
    "refunds",
    "disputes",
    "balance_transactions",
    "payouts",
    "customers",
    "payment_methods",
    "subscriptions",
    "events",
)


def random_token(length: int) -> str:
    """Letters and digits, as in Stripe's ids."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


class Store:
    """Collections of objects by id, in order of creation. Single event loop; no locks."""

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self._clock = clock
        self._path = path
        self._collections: dict[str, dict[str, StripeObject]] = {name: {} for name in COLLECTIONS}
        self._ahead = 0
        self.answers: dict[str, StripeObject] = {}
        """Stored answers by idempotency key; see `idempotency`."""
        self.set_up: set[str] = set()
        """Ids of payment methods whose holder agreed to charges in their absence; see `saved_cards`."""
        self.spent: set[str] = set()
        """Ids of payment methods that may not be used again."""
        self.paid_out: dict[str, str] = {}
        """Automatic payouts by the balance transactions that they were made of."""
        self.reinstated: dict[str, int] = {}
        """What came back of each dispute, in the currency of its payment."""
        if path is not None and path.exists():
            self._load(path)

    def now(self) -> int:
        """Unix seconds, with the time that was let pass."""
        return int(self._clock()) + self._ahead

    def let_pass(self, seconds: int) -> None:
        """Be that much later from now on."""
        self._ahead += seconds

    def add(self, collection: str, prefix: str, fields: StripeObject) -> StripeObject:
        """Give a new object its id, creation time and mode, and keep it."""
        created = {"id": f"{prefix}_{random_token(24)}", **fields, "created": self.now(), "livemode": False}
        self._collections[collection][created["id"]] = created
        return created

    def get(self, collection: str, object_id: str) -> StripeObject | None:
        """The object itself, not a copy: operations change it in place."""
        return self._collections[collection].get(object_id)

    def all(self, collection: str) -> Iterator[StripeObject]:
        """Oldest first."""
        return iter(self._collections[collection].values())

    def dump(self) -> dict[str, list[StripeObject]]:
        """Everything, by collection, oldest first."""
        return {name: list(objects.values()) for name, objects in self._collections.items()}

    def clear(self) -> None:
        """Forget every object and every stored answer."""
        for objects in self._collections.values():
            objects.clear()
        self.answers.clear()
        self.set_up.clear()
        self.spent.clear()
        self.paid_out.clear()
        self.reinstated.clear()
        self._ahead = 0
        self.save()

    def save(self) -> None:
        """Write the state file, if there is one, so that a reader sees the old or the new one whole."""
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        state = {
            "objects": self._collections,
            "answers": self.answers,
            "set_up": sorted(self.set_up),
            "spent": sorted(self.spent),
            "paid_out": self.paid_out,
            "reinstated": self.reinstated,
            "ahead": self._ahead,
        }
        temporary = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        temporary.write_text(json.dumps(state))
        temporary.replace(self._path)

    def _load(self, path: Path) -> None:
        state = json.loads(path.read_text())
        for name in COLLECTIONS:
            self._collections[name].update(state["objects"].get(name, {}))
        self.answers.update(state["answers"])
        self.set_up.update(state.get("set_up", ()))
        self.spent.update(state.get("spent", ()))
        self.paid_out.update(state.get("paid_out", {}))
        self.reinstated.update(state.get("reinstated", {}))
        self._ahead = state.get("ahead", 0)
