"""What a reservation asks of its holds, with the options and the summary of each."""

from datetime import datetime

from temporalio import workflow

from contracts.alternatives import Alternative
from contracts.holds import (
    FIND_ALTERNATIVES,
    FOLLOW_SWAP,
    GIVE_UP_BOOKING,
    HOLD_REPLACEMENT,
    LOCK_HOLD,
    MOVE_HOLD,
    PLACE_HOLD,
    PUT_BACK_HOLD,
    RELEASE_HOLDS,
    SWAP_HOLDS,
    FollowSwap,
    GivenUp,
    GiveUpBooking,
    HoldDecision,
    HoldReplacement,
    HoldStep,
    LockedHold,
    LockHold,
    MoveHold,
    PlaceHold,
    PutBackHold,
    ReleaseHolds,
    SwapHolds,
)
from contracts.matching import MATCH_SESSIONS, MatchedSessions, MatchSessions, StayEnds
from domain.place.slots import Slot
from domain.reservation.release import ReleaseReason
from domain.settlement.moved_prices import AS_BEFORE, AcceptedPrices
from texts import steps
from workflows.engine.effects import carry_out
from workflows.engine.step import StepUnderWay
from workflows.reservation.details import summary_of
from workflows.reservation.options import (
    ALTERNATIVES,
    UNTIL_DONE,
    WHILE_DRIVER_WAITS,
)
from workflows.reservation.record import Record


class HoldEffects:
    """Of one reservation, so that callers say only what is special."""

    def __init__(self, record: Record, under_way: StepUnderWay) -> None:
        self._record = record
        self._under_way = under_way

    async def place_hold(self) -> HoldDecision:
        summary = self._summary(steps.PlaceHold())
        return await carry_out(
            PLACE_HOLD, self._wanted(), self._under_way, WHILE_DRIVER_WAITS, summary=summary
        )

    async def find_alternatives(self) -> tuple[Alternative, ...]:
        summary = self._summary(steps.FindAlternatives())
        answer = await carry_out(
            FIND_ALTERNATIVES, self._wanted(), self._under_way, ALTERNATIVES, summary=summary
        )
        return answer.found

    def _wanted(self) -> PlaceHold:
        request = self._record.request
        return PlaceHold(
            code=request.code,
            account=request.account,
            driver_id=request.driver_id,
            fleet_id=request.fleet_id,
            site_id=request.site_id,
            pool_id=request.pool_id,
            connector_type=request.connector_type,
            slot=self._record.progress.slot,
            quote=request.quote,
            connector_id=request.connector_id,
            needs=request.needs,
            for_guest=request.for_guest,
            energy=request.energy,
            now=workflow.now(),
        )

    async def give_up_booking(self) -> GivenUp:
        ask = GiveUpBooking(code=self._record.code, now=workflow.now())
        summary = self._summary(steps.ReleaseHolds(reason=ReleaseReason.DECLINED))
        return await carry_out(GIVE_UP_BOOKING, ask, self._under_way, UNTIL_DONE, summary=summary)

    async def lock_hold(self, hold_id: int) -> LockedHold:
        record = self._record
        ask = LockHold(
            code=record.code,
            hold_id=hold_id,
            now=workflow.now(),
            terms=record.terms,
            slot=record.progress.slot,
        )
        return await carry_out(
            LOCK_HOLD, ask, self._under_way, UNTIL_DONE, summary=self._summary(steps.LockHold())
        )

    async def move_hold(
        self,
        hold_id: int,
        slot: Slot,
        *,
        keep_connector: bool,
        accepted: AcceptedPrices = AS_BEFORE,
        bay: str | None = None,
        by_request: bool = False,
    ) -> HoldDecision:
        ask = MoveHold(
            code=self._record.code,
            hold_id=hold_id,
            slot=slot,
            keep_connector=keep_connector,
            now=workflow.now(),
            terms=self._record.terms,
            accepted=accepted,
            bay=bay,
            by_request=by_request,
        )
        summary = self._summary(steps.MoveHold(start=slot.start, end=slot.end))
        # Until it is known: whether the slot has moved must not depend on who has seen the answer.
        return await carry_out(MOVE_HOLD, ask, self._under_way, UNTIL_DONE, summary=summary)

    async def swap_holds(self, hold_id: int, offer: str, accepted: AcceptedPrices) -> HoldDecision:
        record = self._record
        ask = SwapHolds(
            code=record.code,
            hold_id=hold_id,
            offer=offer,
            now=workflow.now(),
            terms=record.accepted_terms,
            accepted=accepted,
        )
        # Until it is known, as of a hold that is moved.
        return await carry_out(
            SWAP_HOLDS, ask, self._under_way, UNTIL_DONE, summary=self._summary(steps.SwapHolds())
        )

    async def follow_swap(self, hold_id: int, offer: str) -> HoldDecision:
        ask = FollowSwap(code=self._record.code, hold_id=hold_id, offer=offer, now=workflow.now())
        return await carry_out(
            FOLLOW_SWAP, ask, self._under_way, UNTIL_DONE, summary=self._summary(steps.FollowSwap())
        )

    async def hold_replacement(
        self,
        slot: Slot,
        *,
        step: HoldStep,
        exclude: tuple[int, ...] = (),
        prefer: int | None = None,
        only: int | None = None,
        instead: bool = False,
        as_long_as_free: bool = False,
        beside_too: bool = True,
        other_times: bool = False,
    ) -> HoldDecision:
        """As the fields of HoldReplacement say. `exclude`, `prefer`, `only`: connector ids."""
        record, place = self._record, self._record.progress.assignment
        if place is None:
            raise RuntimeError("a reservation without a connector has nothing to be replaced")
        record.holds_asked += 1
        ask = HoldReplacement(
            code=record.code,
            step=f"{step}-{record.holds_asked}",
            driver_id=record.request.driver_id,
            slot=slot,
            power_w=place.power_w,
            site_id=place.site_id,
            exclude_connectors=exclude,
            prefer_connector_id=prefer,
            terms=record.accepted_terms,
            now=workflow.now(),
            only_connector_id=only,
            instead=instead,
            as_long_as_free=as_long_as_free,
            beside_too=beside_too,
            other_times=other_times,
        )
        summary = self._summary(steps.HoldReplacement())
        decision = await carry_out(HOLD_REPLACEMENT, ask, self._under_way, UNTIL_DONE, summary=summary)
        record.learns_where(decision.site)
        return decision

    async def match_sessions(
        self, *, only_running: bool = False, ended: bool = False, stay_ends: datetime | None = None
    ) -> MatchedSessions:
        """Sessions that are the reservation's, whether or not it has heard of them. `ended`: the reservation has.

        `stay_ends`: asked is only whether its driver has the next slot where they stand.
        """
        place = self._record.progress.assignment
        ask = MatchSessions(
            code=self._record.code,
            now=workflow.now(),
            only_running=only_running,
            ended=ended,
            hold_id=place.hold_id if place else None,
            connector_id=place.connector_id if place else None,
            stay=self._stay(stay_ends),
        )
        summary = self._summary(steps.MatchSessions())
        return await carry_out(MATCH_SESSIONS, ask, self._under_way, UNTIL_DONE, summary=summary)

    def _stay(self, ends: datetime | None) -> StayEnds | None:
        progress = self._record.progress
        if ends is None or progress.assignment is None:
            return None
        charging = progress.transaction_ended_at is None
        return StayEnds(connector_id=progress.assignment.connector_id, at=ends, charging=charging)

    async def release_holds(self, reason: ReleaseReason, *, keep_hold_id: int | None = None) -> None:
        ask = ReleaseHolds(
            code=self._record.code, reason=reason, now=workflow.now(), keep_hold_id=keep_hold_id
        )
        summary = self._summary(steps.ReleaseHolds(reason=reason))
        await carry_out(RELEASE_HOLDS, ask, self._under_way, UNTIL_DONE, summary=summary)

    async def put_back_hold(self, ask: PutBackHold) -> None:
        summary = self._summary(steps.PutBackHold())
        await carry_out(PUT_BACK_HOLD, ask, self._under_way, UNTIL_DONE, summary=summary)

    def _summary(self, step: steps.Step) -> str:
        return summary_of(self._record, step, workflow.now())
