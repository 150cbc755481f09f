"""One reservation as its driver lives it: waiting for states, acting through the app, checking the records."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.money.accounts import CLEARING, CREDIT, RECEIVABLE
from simulator.scenarios.caller import Caller
from simulator.scenarios.driver_app import DriverApp
from simulator.scenarios.evidence import (
    HoldSeen,
    SessionSeen,
    holds_of,
    ledger_of,
    sessions_of,
    stripe_of,
)
from simulator.scenarios.expectation import Unmet, expect, expect_equal, expect_in_order
from simulator.scenarios.place import DEPOSIT
from simulator.scenarios.world import World

PATIENCE_S = 30.0
_POLL_S = 0.3
_OVER = frozenset({"COMPLETED", "DECLINED", "EXPIRED", "CANCELLED", "NO_SHOW", "UNFULFILLED"})

View = dict[str, Any]


class Trip:
    """A booked reservation. `code` is what the driver would read out on the phone.

    Seconds are those of pace 1.
    """

    def __init__(self, world: World, app: DriverApp, code: str, *, pace: float) -> None:
        self._world = world
        self._app = app
        self.code = code
        self._pace = pace

    # --- waiting ---------------------------------------------------------------------------------------

    async def view(self) -> View:
        """GET /v1/reservations/{code}."""
        return await self._app.get(f"/v1/reservations/{self.code}")

    async def reaches(self, *states: str, within: float = PATIENCE_S) -> View:
        """Wait until the reservation is in one of `states`; the whole of it then."""
        wanted = " or ".join(states)
        within *= self._pace
        state = ""
        try:
            async with asyncio.timeout(within):
                while (state := await self._state()) not in states:
                    if state in _OVER and not (state == "NO_SHOW" and "ARRIVED" in states):
                        raise Unmet(f"{self.code} to become {wanted}", f"{state}: {await self._story()}")
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            seen = f"{state} after {within:g} s: {await self._story()}"
            raise Unmet(f"{self.code} to become {wanted}", seen) from None
        return await self.view()

    async def ends(self, state: str, within: float = PATIENCE_S) -> View:
        """Wait until it is in the final `state` and settled."""
        await self.reaches(state, within=within)
        return await self.shows(
            lambda view: view["money"]["charge_minor"] is not None, "it to be settled", within
        )

    async def tells(self, fact: str, within: float = PATIENCE_S) -> View:
        """Wait until the timeline has a fact that begins so, e.g. `moved` or `arrived sign=checked_in`."""
        return await self.shows(
            lambda view: any(line.startswith(fact) for line in _facts(view)),
            f"the timeline to tell “{fact}”",
            within,
        )

    async def shows(self, condition: Any, expected: str, within: float = PATIENCE_S) -> View:
        """Wait until `condition` holds of the view."""
        view: View = {}
        within *= self._pace
        try:
            async with asyncio.timeout(within):
                while not condition(view := await self.view()):  # noqa: ASYNC110 - an API has no event to wait for
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            raise Unmet(f"{expected} within {within:g} s", _told(view)) from None
        return view

    async def slot_ends(self, plus: float = 0.0) -> None:
        """Wait for the end of the slot and `plus` seconds more."""
        end = datetime.fromisoformat((await self.view())["end"])
        await asyncio.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds() + plus * self._pace))

    async def _state(self) -> str:
        """From the list, which is one small query, and not from the workflow."""
        return await self._app.state_of(self.code)

    async def _story(self) -> str:
        return _told(await self.view())

    # --- acting ----------------------------------------------------------------------------------------

    async def cancel(self) -> None:
        await self._app.act(self.code, "cancel", {"reason": "plans changed"})

    async def reschedule(self, *, starts_in: float, lasts: float) -> None:
        """To a slot of `lasts` seconds that begins in `starts_in`."""
        start = datetime.now(UTC) + timedelta(seconds=starts_in * self._pace)
        end = start + timedelta(seconds=lasts * self._pace)
        slot = {"start": start.isoformat(), "end": end.isoformat()}
        await self._app.act(self.code, "reschedule", slot)

    async def check_in(self) -> None:
        await self._app.act(self.code, "check-in")

    async def start(self) -> None:
        await self._app.act(self.code, "start")

    async def stop(self) -> None:
        await self._app.act(self.code, "stop")

    # --- checking --------------------------------------------------------------------------------------

    async def told(self, *facts: str) -> None:
        """The timeline has these facts (code and first parameters), in this order, others between them allowed."""
        expect_in_order(f"the timeline of {self.code}", _facts(await self.view()), facts)

    async def holds(self) -> list[HoldSeen]:
        return await holds_of(self._world.sessions, self.code)

    async def charged(self, *, times: int) -> list[SessionSeen]:
        """So many sessions are this reservation's."""
        sessions = await sessions_of(self._world.sessions, self.code)
        expect(len(sessions) == times, f"{times} sessions of {self.code}", sessions)
        return sessions

    async def holds_one(self) -> HoldSeen:
        """Exactly one hold is open; it is returned."""
        still = [hold for hold in await self.holds() if hold.released_at is None]
        expect(len(still) == 1, f"one open hold of {self.code}", still)
        return still[0]

    async def holds_nothing(self, *reasons: str) -> list[HoldSeen]:
        """No hold is open; each was released for one of `reasons`, in order."""
        holds = await self.holds()
        expect(all(hold.released_at for hold in holds), f"no open hold of {self.code}", holds)
        if reasons:
            expect_equal("release reasons", tuple(hold.release_reason for hold in holds), reasons)
        return holds

    async def bill(self, **lines: int) -> View:
        """The receipt has exactly these lines (kind → minor units; of one kind summed)."""
        view = await self.view()
        seen: dict[str, int] = {}
        for line in view["money"]["lines"]:
            seen[line["kind"]] = seen.get(line["kind"], 0) + line["amount_minor"]
        expect_equal(f"the bill of {self.code}", seen, lines)
        return view

    async def paid(self, captured: int, *, authorised: int = DEPOSIT, credit: int = 0) -> None:
        """Stripe, ledger and receipt agree: `captured` taken, the rest given back, `credit` on account."""
        stripe = await stripe_of(self._world.stripe, self.code)
        seen = (stripe.authorised, stripe.captured - stripe.refunded, stripe.held)
        expect_equal("at Stripe (authorised, taken, still held)", seen, (authorised, captured, 0))
        ledger = await ledger_of(self._world.sessions, self.code)
        expect_equal("the sum of the ledger", sum(ledger.values()), 0)
        seen_in_ledger = (ledger.get(CLEARING, 0), -ledger.get(CREDIT, 0), ledger.get(RECEIVABLE, 0))
        expect_equal("in the ledger (taken, credit, owed)", seen_in_ledger, (captured, credit, 0))

    async def documents(self, count: int) -> list[View]:
        """Wait for so many documents about it, which are issued within seconds; all there are, oldest first."""

        async def issued() -> list[View]:
            return list((await self._app.get(f"/v1/documents?reservation_code={self.code}"))["items"])[::-1]

        return await self._so_many(count, "documents", issued)

    async def notices(self, count: int, template: str) -> list[View]:
        """Wait until its driver has been told so often what `template` says; all of them, oldest first."""
        operator = Caller(self._world.http, self._world.operator_token_of("reader", "support"))

        async def sent() -> list[View]:
            told = await operator.get(f"/v1/operations/reservations/{self.code}/notifications")
            return [one for one in told["items"] if one["template"] == template]

        return await self._so_many(count, f"notices {template}", sent)

    async def _so_many(self, count: int, what: str, found: Callable[[], Awaitable[list[View]]]) -> list[View]:
        seen: list[View] = []
        try:
            async with asyncio.timeout(PATIENCE_S * self._pace):
                while len(seen := await found()) < count:  # noqa: ASYNC110 - an API has no event to wait for
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            raise Unmet(f"{count} {what} of {self.code}", seen) from None
        return seen

    async def notes(self) -> "Notes":
        """What the report prints: timeline and money."""
        view = await self.view()
        stripe = await stripe_of(self._world.stripe, self.code)
        ledger = await ledger_of(self._world.sessions, self.code)
        return Notes(view, ledger, stripe.authorised, stripe.captured, stripe.refunded, stripe.held)


class Notes:
    """A reservation's timeline and money, as lines of text."""

    def __init__(
        self, view: View, ledger: dict[str, int], authorised: int, captured: int, refunded: int, held: int
    ) -> None:
        self._view = view
        self._ledger = ledger
        self._stripe = (authorised, captured, refunded, held)

    @property
    def heading(self) -> str:
        return f"reservation {self._view['code']}: {self._view['state']}"

    def timeline(self) -> Iterable[str]:
        entries = self._view["timeline"]
        if not entries:
            return
        first = datetime.fromisoformat(entries[0]["at"])
        for entry in entries:
            after = (datetime.fromisoformat(entry["at"]) - first).total_seconds()
            yield f"+{after:5.1f} s  {entry['text']}"

    def money(self) -> Iterable[str]:
        currency = self._view["money"]["currency"] or "EUR"
        for line in self._view["money"]["lines"]:
            yield f"{line['text']}: {_amount(line['amount_minor'])} {currency}"
        authorised, captured, refunded, held = (_amount(minor) for minor in self._stripe)
        yield f"Stripe: authorised {authorised}, captured {captured}, refunded {refunded}, held {held} {currency}"
        if self._ledger:
            balances = ", ".join(f"{name} {_balance(minor)}" for name, minor in sorted(self._ledger.items()))
            yield f"Ledger: {balances}"


def _amount(minor: int) -> str:
    return f"{minor / 100:.2f}"


def _balance(minor: int) -> str:
    """With its sign: − is a credit."""
    return f"{'−' if minor < 0 else '+'}{_amount(abs(minor))}"


def _facts(view: View) -> list[str]:
    """The timeline as `code name=value …`, in no language."""
    return [
        " ".join([entry["code"], *(f"{name}={value}" for name, value in entry["parameters"].items())])
        for entry in view["timeline"]
    ]


def _told(view: View) -> str:
    return " | ".join(entry["text"] for entry in view.get("timeline", []))
