"""A life of a reservation's money whose workflow is terminated: the reconciler settles it, or gives all of it back."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from temporalio.exceptions import ApplicationError

from activities.people.projection import show, view_from_document
from activities.reconciliation.reconciler import ReconciliationActivities
from contracts.money import OpenSettlement, SettleReservation
from contracts.publication import Publication
from contracts.reconciliation import ReconciliationReport, Unsettled
from db.tables import Hold, Notification, Orphan, ReservationRow
from domain.causes import Cause
from domain.money.accounts import CLEARING, DISPUTE_CLAIMS, RECEIVABLE, RETURNED_FROM
from domain.place.slots import Slot
from domain.reservation.left_alone import left_alone
from domain.reservation.lifecycle import State
from tests.activities.money.life import Life
from tests.activities.money.life_begun import ATTEMPTS
from tests.activities.money.life_chances import ENDS, TROUBLE, Trouble
from tests.activities.money.money_desk import SLOT, MoneyDesk
from tests.activities.reconciliation.forgotten import Forgotten
from tests.activities.reconciliation.left_behind import LONG_AGO, view_of

SLOTS = count(1)
UNDER_WAY: list[tuple[State, dict[str, Any]]] = [
    (State.CONFIRMED, {"arrived_at": None, "departed_at": None}),
    (State.CHARGING, {"departed_at": None}),
    (State.NO_SHOW, {"no_show_at": SLOT.end, "arrived_at": None, "departed_at": None}),
]


class Histories(Forgotten):
    """Of workflows that run, but for `code`, which is terminated: it says each of `says`, then the last for ever."""

    def __init__(self, code: str, says: list[OpenSettlement | Unsettled]) -> None:
        self.code = code
        self.says = says

    async def ended_as(self, code: str) -> str | None:
        return "TERMINATED" if code == self.code else None

    async def open_settlement(self, code: str) -> OpenSettlement | Unsettled:
        assert code == self.code
        return self.says.pop(0) if len(self.says) > 1 else self.says[0]


class Terminated(Life):
    """At any step."""

    def __init__(self, desk: MoneyDesk, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(desk, loop)
        self.came_back: list[str] = []
        """Of what was given back as nothing was agreed: why."""
        self.returns_given = 0
        self.disputes: dict[str, str] = {}
        """By the provider's id: asked, open, won, lost, or lost and claimed."""

    # --- what happens ----------------------------------------------------------------------------------

    @precondition(lambda self: not self.gone and not self.steps)
    @rule(left=st.sampled_from(UNDER_WAY), silent=st.integers(0, 2), trouble=TROUBLE)
    def terminated_under_way(
        self, left: tuple[State, dict[str, Any]], silent: int, trouble: list[Trouble]
    ) -> None:
        self.end = left
        ask = self.ask(1)
        ask = replace(ask, progress=left_alone(ask.progress, self.now))
        self.end = (State.CANCELLED, {"ended_by": Cause.SYSTEM})
        self._terminate(OpenSettlement(ask=ask), silent, trouble)
        self.steps = 1
        self._is_told(ask)

    @precondition(lambda self: not self.gone and self.steps < 4)
    @rule(
        end=st.sampled_from(ENDS),
        begun=TROUBLE,
        anew=st.booleans(),
        silent=st.integers(0, 2),
        trouble=TROUBLE,
    )
    def terminated_while_settling(
        self,
        end: tuple[State, dict[str, Any]],
        begun: list[Trouble],
        anew: bool,
        silent: int,
        trouble: list[Trouble],
    ) -> None:
        """`begun`: what its own attempts had met."""
        self.now += timedelta(minutes=1)
        self.end = self.end if self.steps else end
        self.steps += 1
        ask = self.ask(self.steps)
        for fault in begun:
            self._try_once(ask, fault)
        if begun and anew:
            self.steps += 1
            ask = self.ask(self.steps)
        self._terminate(OpenSettlement(ask=ask), silent, trouble)
        self._is_told(ask)

    @precondition(lambda self: not self.gone and self.steps)
    @rule(silent=st.integers(0, 2), trouble=TROUBLE)
    def terminated_when_all_was_done(self, silent: int, trouble: list[Trouble]) -> None:
        self._terminate(OpenSettlement(), silent, trouble)

    @precondition(lambda self: not self.gone and not self.steps and not self.legs)
    @rule(why=st.sampled_from([None, Unsettled.FORGOTTEN, Unsettled.NOT_REPLAYED]), trouble=TROUBLE)
    def terminated_and_nobody_knows_what_was_agreed(
        self, why: Unsettled | None, trouble: list[Trouble]
    ) -> None:
        self._terminate(why or OpenSettlement(), 0, trouble)

    @precondition(lambda self: self.gone)
    @rule()
    def the_reconciler_looks_again(self) -> None:
        nothing = Histories(self.code, [OpenSettlement()])
        work = ReconciliationActivities(self.desk.sessions, self.desk.stripe, nothing, nothing)
        report = self.run(self._once(work, None))
        assert (report.released, report.settled, report.failed) == ([], [], [])

    @precondition(lambda self: self.gone and not self.steps)
    @rule(why=st.sampled_from(["declined", "lost_or_stolen_card"]), trouble=TROUBLE)
    def what_went_back_comes_back(self, why: str, trouble: list[Trouble]) -> None:
        """For good, or the second time, it is owed; else it goes back once more."""
        if self.run(self._send_back(why)):
            self.came_back.append(why)
            self.look(trouble)
            ledger = self.run(self.desk.ledger(self.code, self.terms.policy.currency))
            assert self.disputes or bool(ledger) == (self.came_back != ["declined"] or self.returns_given > 0)

    def _try_once(self, ask: SettleReservation, fault: Trouble) -> None:
        kind, method, path = fault
        self.run(self.desk.api.fail_next(kind, method=method, path=path))
        try:
            self.run(self.desk.settlement.settle_reservation(ask))
        except ApplicationError as failure:
            if failure.non_retryable:
                raise
        finally:
            self.run(self.desk.api.clear_faults())

    def look(self, trouble: list[Trouble]) -> None:
        raise NotImplementedError

    async def _send_back(self, why: str) -> bool:
        raise NotImplementedError

    # --- the reconciler --------------------------------------------------------------------------------

    def _terminate(self, says: OpenSettlement | Unsettled, silent: int, trouble: list[Trouble]) -> None:
        """`silent`: how often nobody answers what the history says."""
        self.gone = self.shown = True
        self.paid_unseen = False
        self.run(self._recorded())
        histories = Histories(self.code, [*[Unsettled.NO_ANSWER] * silent, says])
        work = ReconciliationActivities(self.desk.sessions, self.desk.stripe, histories, histories)
        for number in range(ATTEMPTS):
            report = self.run(self._once(work, trouble[number] if number < len(trouble) else None))
            if self.code not in report.failed:
                break
        assert self.code in report.released, report
        assert self.run(self._left_of_it()) == 0
        self.now = max(self.now, datetime.now(UTC))

    async def _once(self, work: ReconciliationActivities, fault: Trouble | None) -> ReconciliationReport:
        if fault is not None:
            kind, method, path = fault
            await self.desk.api.fail_next(kind, method=method, path=path)
        try:
            return await work.release_orphans(0)
        finally:
            await self.desk.api.clear_faults()

    async def _left_of_it(self) -> int:
        async with self.desk.sessions() as session:
            return await session.scalar(select(func.count()).where(Orphan.reservation_code == self.code)) or 0

    async def _recorded(self) -> None:
        """The connector and the row that a booking leaves, in hours of its own."""
        slot = SLOT.moved_to(SLOT.end + next(SLOTS) * timedelta(hours=3))
        view = replace(view_of(self.code, slot), driver_id=self.code, account=self.code)
        async with self.desk.sessions.begin() as session:
            session.add(self._hold(slot))
            await show(session, Publication(version=1, view=view, closed=False, now=LONG_AGO))

    def _hold(self, slot: Slot) -> Hold:
        return Hold(
            reservation_code=self.code,
            step="book",
            connector_id=self.desk.connector,
            pool_id="north-dc",
            driver_id="driver-1",
            during=Range(slot.start, slot.end),
            slot_start=slot.start,
            slot_end=slot.end,
            opens_at=slot.start,
            watch_from=slot.start,
            placed_at=LONG_AGO,
        )

    # --- what is always true ---------------------------------------------------------------------------

    def _is_told(self, ask: SettleReservation) -> None:
        """What it came to, once; and lists show it."""
        told, row = self.run(self._told())
        assert told == ["invoiced" if self.terms.payer.account else "receipt"]
        receipt, _, _ = self.run(self._how_it_stands())
        assert view_from_document(row.snapshot).receipt == receipt
        assert row.closed_at is not None

    async def _told(self) -> tuple[list[str], ReservationRow]:
        kinds = ("invoiced", "receipt")
        async with self.desk.sessions() as session:
            told = await session.scalars(
                select(Notification.template).where(
                    Notification.reservation_code == self.code, Notification.template.in_(kinds)
                )
            )
            row = await session.scalar(select(ReservationRow).where(ReservationRow.code == self.code))
        assert row is not None
        return list(told), row

    @invariant()
    def where_nothing_was_agreed_all_is_given_back(self) -> None:
        if not self.gone or self.steps:
            return
        check = self.run(self.desk.check(self.code, self.terms.policy.currency))
        assert (check.agrees, check.still_authorised.is_zero) == (True, True)
        ledger = self.run(self.desk.ledger(self.code, self.terms.policy.currency))
        assert sum(ledger.values()) == 0
        assert ledger == {} or self.came_back or self.disputes
        another_way = set(RETURNED_FROM.values()) if self.returns_given else set()
        by_banks = {DISPUTE_CLAIMS} if "lost" in self.disputes.values() else set()
        assert set(ledger) <= {CLEARING, RECEIVABLE} | another_way | by_banks
        assert RECEIVABLE not in ledger or self.came_back or "open" in self.disputes.values()
