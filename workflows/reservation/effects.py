"""What a reservation asks of the world, with the options and the summary of each; commands to chargers: `chargers.py`.

Nothing here decides. What the outside world fails for good leaves as StepFailed.
"""

from dataclasses import replace
from datetime import datetime

from temporalio import workflow

from contracts.alternatives import Alternative
from contracts.declaration import Activity
from contracts.hearing import HEAR_OUT, HearOut
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
from contracts.money import (
    AUTHORISE_DEPOSIT,
    RELEASE_DEPOSIT,
    SAVE_CARD,
    SETTLE_RESERVATION,
    TAKE_FEE,
    VOID_PAYMENTS,
    Authorisation,
    AuthoriseDeposit,
    ReleaseDeposit,
    SaveCard,
    SettleReservation,
    TakeFee,
    VoidPayments,
)
from contracts.publication import ANNOUNCE, PUBLISH, Publication
from domain.money.bill import Receipt
from domain.place.slots import Slot
from domain.reservation.release import ReleaseReason
from domain.settlement.moved_prices import AS_BEFORE, AcceptedPrices
from texts import steps
from texts.reader import Reader
from workflows.engine.effects import by_worker, carry_out
from workflows.engine.step import StepUnderWay
from workflows.reservation.chargers import Chargers
from workflows.reservation.details import details_of
from workflows.reservation.options import (
    ALTERNATIVES,
    GIVEN_BACK_AT_FIRST,
    HEARING,
    STRIPE_AT_FIRST,
    STRIPE_UNTIL_DONE,
    STRIPE_WHILE_DRIVER_WAITS,
    UNTIL_DONE,
    WHILE_DRIVER_WAITS,
)
from workflows.reservation.record import Record
from workflows.reservation.settlement import settlement_of
from workflows.reservation.view import view_of


class Effects:
    """Bound to one reservation's record, so that callers say only what is special."""

    def __init__(self, record: Record, under_way: StepUnderWay) -> None:
        self._record = record
        self._under_way = under_way
        self.chargers = Chargers(record, under_way)

    # --- holds ---------------------------------------------------------------------------------------

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

    # --- money ---------------------------------------------------------------------------------------

    async def authorise_deposit(
        self,
        step: str,
        *,
        payment_method: str | None,
        customer: str | None,
        off_session: bool = False,
        booking: bool = False,
    ) -> Authorisation:
        """Authorise, or learn what became of it: the step's key makes asking again safe.

        `booking`: a driver waits for it, and a short outage is ridden out.
        """
        request, amount = self._record.request, self._record.agreed_plan.amount
        ask = AuthoriseDeposit(
            code=request.code,
            driver_id=request.driver_id,
            amount=amount,
            payment_method=payment_method,
            customer=customer,
            now=workflow.now(),
            step=step,
            off_session=off_session,
        )
        summary = self._summary(steps.AuthoriseDeposit(amount=amount))
        options = STRIPE_WHILE_DRIVER_WAITS if booking else STRIPE_AT_FIRST
        return await carry_out(AUTHORISE_DEPOSIT, ask, self._under_way, options, summary=summary)

    async def take_fee(self, step: str, *, payment_method: str | None, customer: str | None) -> Authorisation:
        """Take it, or learn what became of it."""
        request, amount = self._record.request, self._record.agreed_plan.amount
        ask = TakeFee(
            code=request.code,
            driver_id=request.driver_id,
            amount=amount,
            payment_method=payment_method,
            customer=customer,
            now=workflow.now(),
            step=step,
            tax_basis_points=self._record.accepted_terms.tariff.tax_basis_points,
            fleet_id=request.fleet_id,
        )
        summary = self._summary(steps.TakeFee(amount=amount))
        return await carry_out(TAKE_FEE, ask, self._under_way, STRIPE_WHILE_DRIVER_WAITS, summary=summary)

    async def save_card(self) -> Authorisation:
        """Save the driver's card, or learn what became of it."""
        request = self._record.request
        ask = SaveCard(
            code=request.code,
            driver_id=request.driver_id,
            payment_method=request.payment_method,
            customer=self._record.stripe_customer,
            now=workflow.now(),
        )
        summary = self._summary(steps.SaveCard())
        return await carry_out(SAVE_CARD, ask, self._under_way, STRIPE_WHILE_DRIVER_WAITS, summary=summary)

    async def release_deposit(self, step: str) -> bool:
        """What is held by it, or could be confirmed of it; empty: by all."""
        ask = ReleaseDeposit(code=self._record.code, now=workflow.now(), step=step)
        summary = self._summary(steps.ReleaseDeposit())
        return await carry_out(RELEASE_DEPOSIT, ask, self._under_way, STRIPE_AT_FIRST, summary=summary)

    async def void_payments(self, reason: str) -> None:
        ask = VoidPayments(code=self._record.code, reason=reason, now=workflow.now())
        summary = self._summary(steps.GiveBackMoney(reason=reason))
        await by_worker(VOID_PAYMENTS, ask, self._under_way, STRIPE_UNTIL_DONE, summary=summary)

    async def settle_at_once(self, *, giving_back: ReleaseReason | None = None, anew: bool = True) -> Receipt:
        """Within the workflow task, else by a worker; nearly always enough. Begins a settlement, if `anew`.

        `giving_back`: whatever is held is released with it.
        """
        if anew:
            self._record.settlements += 1
        ask = replace(self._settlement(), giving_back=giving_back)
        summary = self._summary(steps.Settle())
        options = STRIPE_AT_FIRST if giving_back is None else GIVEN_BACK_AT_FIRST
        return await carry_out(SETTLE_RESERVATION, ask, self._under_way, options, summary=summary)

    async def settle_in_time(self) -> Receipt:
        """By a worker, with a day's patience, for when Stripe is away. Goes on with the settlement that was begun."""
        summary = self._summary(steps.Settle())
        return await by_worker(
            SETTLE_RESERVATION, self._settlement(), self._under_way, STRIPE_UNTIL_DONE, summary=summary
        )

    def _settlement(self) -> SettleReservation:
        record = self._record
        return settlement_of(record, record.progress, record.settlements, workflow.now())

    async def hear_out(self, up_to: datetime) -> None:
        """In the history, with all that came before, when it is done."""
        ask = HearOut(code=self._record.code, up_to=up_to)
        summary = self._summary(steps.HearOut(up_to=up_to))
        await by_worker(HEAR_OUT, ask, self._under_way, HEARING, summary=summary)

    # --- people --------------------------------------------------------------------------------------

    async def publish(self) -> None:
        """How it stands, and nothing else."""
        self._record.dirty = bool(self._record.notices or self._record.audit)
        await self._tell(PUBLISH, self._publication())

    async def tell_people(self) -> None:
        """How it stands, with notices and audit, in one transaction; once a step of the main loop."""
        record = self._record
        publication = replace(self._publication(), notices=tuple(record.notices), audit=tuple(record.audit))
        record.published()
        try:
            await self._tell(ANNOUNCE if publication.notices or publication.audit else PUBLISH, publication)
        except BaseException:
            record.not_published(publication.notices, publication.audit)
            raise

    async def _tell(self, activity: Activity[Publication, None], publication: Publication) -> None:
        summary = self._summary(steps.TellPeople(state=self._record.progress.state))
        await carry_out(activity, publication, self._under_way, UNTIL_DONE, summary=summary)

    def _publication(self) -> Publication:
        record, now = self._record, workflow.now()
        workflow.set_current_details(details_of(record, now))
        return Publication(
            view=replace(view_of(record, now), client_secret=None),  # only the driver's app needs it, live
            closed=record.progress.course.is_closed,
            now=now,
        )

    def _summary(self, step: steps.Step) -> str:
        return Reader(zone=self._record.zone).fact(step, workflow.now())
