"""Reservations: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from datetime import date, datetime

from slotkeeper_client.models.reservations import (
    AcceptOfferIn,
    AlternativesOut,
    AnswerMoveIn,
    AnswerOfferIn,
    AtBayIn,
    BayReportIn,
    BillingNoteIn,
    BillingNoteOut,
    BookingHereIn,
    BookingIn,
    BookingOut,
    CancelGroupIn,
    CancelIn,
    ChargingNowOut,
    ExtendIn,
    GroupIn,
    GroupOut,
    GuestIn,
    GuestOut,
    GuestPassOut,
    OnMyWayIn,
    PaymentsOut,
    PendingBookingOut,
    RefusedBooking,
    RefusedGroup,
    RescheduleIn,
    ReservationReadOut,
    ReservationsOut,
    SeriesIn,
    SeriesListOut,
    SeriesOut,
    ShortenIn,
    SwapIn,
    SwapOfferIn,
    SwapOfferOut,
    SwapOffersOut,
    TakenBayReportOut,
    WaitIn,
)
from slotkeeper_client.models.shared import (
    RefusedChange,
    ReservationOut,
    State,
    WaitingEntriesOut,
    WaitingEntryOut,
)
from slotkeeper_client.transport import Calls, fresh_key, part


class Reservations(Calls):
    async def create_reservation(
        self, body: BookingIn, *, idempotency_key: str | None = None
    ) -> BookingOut | PendingBookingOut:
        """Book a connector.

        Answers when the slot is held: `confirmed`, or `payment_required` with what completes the payment.

        The same Idempotency-Key with the same body returns the same answer, however often and however late.
        An answer that says nothing of the outcome (5xx) has the reservation's code in `reservation`, once
        there may be one.

        Raises BayCostsTooMuch, BayTaken, BayUnfit, BayUnknown, BeyondTierHorizon, BookingFailed,
        BookingTooLate, BudgetExceeded, CoolingOff, CostCenterUnknown, DebtsOpen, DisputeOpen,
        DriverBlocked, DriverBookedAlready, DriverUnknown, EnergyBeyondSlot, InvoiceAccountUnusable,
        MembershipRequired, NoAccess, NoFit, Overloaded, PaymentDeclined, PaymentProviderAway, PoolUnknown,
        QuoteExpired, QuoteMismatch, QuoteUnknown, QuoteUsed, SiteClosed, SiteUnknown, SlotInPast,
        SlotInvalid, SlotUnavailable, StayTooLong, TemporalNotSetUp, TooManyReservations, UnderMaintenance,
        VehicleUnknown, WeeklyHoursUsed.
        """
        answer: BookingOut | PendingBookingOut = await self._ask(
            "POST",
            "/v1/reservations",
            {201: BookingOut, 202: PendingBookingOut},
            body=body,
            key=idempotency_key or fresh_key(),
            refusals={
                400: RefusedBooking,
                401: RefusedBooking,
                402: RefusedBooking,
                403: RefusedBooking,
                404: RefusedBooking,
                409: RefusedBooking,
                413: RefusedBooking,
                422: RefusedBooking,
                503: RefusedBooking,
            },
        )
        return answer

    async def list_own_reservations(
        self,
        *,
        state: list[State] | None = None,
        site_id: str | None = None,
        from_: datetime | None = None,
        to: datetime | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> ReservationsOut:
        """List the caller's reservations.

        The caller's reservations, newest slot first: a driver's own, a fleet's, or all for an operator.

        `state`: Repeatable
        `from_`: Slots starting at or after
        `to`: Slots starting before
        """
        answer: ReservationsOut = await self._ask(
            "GET",
            "/v1/reservations",
            {200: ReservationsOut},
            query={
                "state": state,
                "site_id": site_id,
                "from": from_,
                "to": to,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def read_reservation(self, code: str) -> ReservationReadOut:
        """Show a reservation as it is now.

        Live while the reservation runs; afterwards as it ended. The code may be typed in any spelling.

        Raises ReservationCodeInvalid, ReservationPending, ReservationUnknown.
        """
        answer: ReservationReadOut = await self._ask(
            "GET", f"/v1/reservations/{part(code)}", {200: ReservationReadOut}
        )
        return answer

    async def read_charging(self, code: str) -> ChargingNowOut:
        """Show what charging has come to.

        While it goes on: energy, power and cost, by the rules that will bill it. Read it a few times a
        minute at most: chargers tell no more.

        Raises ReservationCodeInvalid, ReservationPending, ReservationUnknown.
        """
        answer: ChargingNowOut = await self._ask(
            "GET", f"/v1/reservations/{part(code)}/charging", {200: ChargingNowOut}
        )
        return answer

    async def find_reservation_alternatives(self, code: str) -> AlternativesOut:
        """Find what can be booked instead of a reservation.

        Of one that cannot be kept, or whose driver does not go where they were moved, say: other times and
        sites as a refused booking has them, each by its quote. The reservation stays as it is, and counts
        as what its driver has.

        Raises DriverBlocked, DriverUnknown, ReservationCodeInvalid, ReservationPending, ReservationUnknown,
        SiteUnknown.
        """
        answer: AlternativesOut = await self._ask(
            "POST", f"/v1/reservations/{part(code)}/alternatives", {200: AlternativesOut}
        )
        return answer

    async def create_reservation_here(
        self, body: BookingHereIn, *, idempotency_key: str | None = None
    ) -> BookingOut | PendingBookingOut:
        """Book the bay one stands at, from now on.

        What the code at a bay (QR) leads to: that connector from this moment, before the cable is in.
        Otherwise as any booking; a refusal lists what can be had instead.

        Raises BeyondTierHorizon, BookingFailed, BookingTooLate, BudgetExceeded, ConnectorUnknown,
        CoolingOff, CostCenterUnknown, DebtsOpen, DisputeOpen, DriverBlocked, DriverBookedAlready,
        DriverUnknown, EnergyBeyondSlot, InvoiceAccountUnusable, MembershipRequired, NoAccess, NoFit,
        Overloaded, PaymentDeclined, PaymentProviderAway, PoolUnknown, QuoteExpired, QuoteMismatch,
        QuoteUnknown, QuoteUsed, SiteClosed, SiteUnknown, SlotInPast, SlotInvalid, SlotUnavailable,
        StayTooLong, TemporalNotSetUp, TooManyReservations, UnderMaintenance, VehicleUnknown,
        WeeklyHoursUsed.
        """
        answer: BookingOut | PendingBookingOut = await self._ask(
            "POST",
            "/v1/on-site-reservations",
            {201: BookingOut, 202: PendingBookingOut},
            body=body,
            key=idempotency_key or fresh_key(),
            refusals={
                400: RefusedBooking,
                401: RefusedBooking,
                402: RefusedBooking,
                403: RefusedBooking,
                404: RefusedBooking,
                409: RefusedBooking,
                413: RefusedBooking,
                422: RefusedBooking,
                503: RefusedBooking,
            },
        )
        return answer

    async def create_group(self, body: GroupIn, *, idempotency_key: str | None = None) -> GroupOut:
        """Book several bays as a group.

        `together`: all of the bays are held at once, or nothing is. `as_many_as_possible`: at least one.

        Members may name an `energy` in place of the `end`: they share one slot, as long as the longest that
        one needs.

        Each bay is a reservation with a code, terms and payment of its own. The same Idempotency-Key
        repeats the answer of a group that got its bays; one that was refused is decided anew. A refusal
        lists slots with room for all of it.

        Raises BayCostsTooMuch, BayTaken, BayUnfit, BayUnknown, BeyondTierHorizon, BookingFailed,
        BookingTooLate, BudgetExceeded, CoolingOff, CostCenterUnknown, DebtsOpen, DisputeOpen,
        DriverBlocked, DriverBookedAlready, DriverUnknown, EnergyBeyondSlot, GroupTooLarge,
        InvoiceAccountUnusable, MembershipRequired, NoAccess, NoFit, Overloaded, PaymentDeclined,
        PaymentProviderAway, PoolUnknown, QuoteExpired, QuoteMismatch, QuoteUnknown, QuoteUsed, SiteClosed,
        SiteUnknown, SlotInPast, SlotInvalid, SlotUnavailable, StayTooLong, TemporalNotSetUp,
        TooManyReservations, UnderMaintenance, VehicleUnknown, WeeklyHoursUsed.
        """
        answer: GroupOut = await self._ask(
            "POST",
            "/v1/reservation-groups",
            {201: GroupOut},
            body=body,
            key=idempotency_key or fresh_key(),
            refusals={
                400: RefusedGroup,
                402: RefusedGroup,
                403: RefusedGroup,
                404: RefusedGroup,
                409: RefusedGroup,
                413: RefusedGroup,
                422: RefusedGroup,
                503: RefusedGroup,
            },
        )
        return answer

    async def read_group(self, group_id: str) -> GroupOut:
        """Show a group.

        Its bays as they were last published; each by itself: `GET /v1/reservations/{code}`.

        Raises GroupUnknown.
        """
        answer: GroupOut = await self._ask("GET", f"/v1/reservation-groups/{part(group_id)}", {200: GroupOut})
        return answer

    async def cancel_group(self, group_id: str, body: CancelGroupIn) -> GroupOut:
        """Cancel a group.

        Each bay by its own rules; what is over stays as it is. Sent again, it cancels what is left.

        Raises GroupUnknown.
        """
        answer: GroupOut = await self._ask(
            "POST", f"/v1/reservation-groups/{part(group_id)}/cancel", {200: GroupOut}, body=body
        )
        return answer

    async def create_series(self, body: SeriesIn, *, idempotency_key: str | None = None) -> SeriesOut:
        """Book what recurs.

        Each date is a reservation of its own, booked now or as soon as the site's horizon allows. What
        cannot be booked is skipped, and its driver told; `all_or_nothing`: then the series is `refused`,
        and nothing of it stays booked.

        Raises BayUnfit, BayUnknown, DriverUnknown, EnergyBeyondSlot, NoAnswerYet, NoFit, Overloaded,
        PoolUnknown, SeriesUnusable, SiteUnknown, SlotInvalid, VehicleUnknown.
        """
        answer: SeriesOut = await self._ask(
            "POST", "/v1/reservation-series", {201: SeriesOut}, body=body, key=idempotency_key or fresh_key()
        )
        return answer

    async def list_series(
        self, *, running: bool | None = None, cursor: str | None = None, limit: int | None = None
    ) -> SeriesListOut:
        """List the caller's series.

        The newest first: a driver's own, or those that a fleet has made for its drivers.

        `running`: Those alone that have a date ahead
        """
        answer: SeriesListOut = await self._ask(
            "GET",
            "/v1/reservation-series",
            {200: SeriesListOut},
            query={"running": running, "cursor": cursor, "limit": limit},
        )
        return answer

    async def read_series(self, series_id: str) -> SeriesOut:
        """Show a series.

        What became of each date so far; each by itself: `GET /v1/reservations/{code}`.

        Raises SeriesUnknown.
        """
        answer: SeriesOut = await self._ask(
            "GET", f"/v1/reservation-series/{part(series_id)}", {200: SeriesOut}
        )
        return answer

    async def end_series(
        self, series_id: str, *, from_: date | None = None, if_match: str | None = None
    ) -> SeriesOut:
        """End a series.

        What is booked is cancelled, each by its own rules, and the rest not booked any more.

        `from_`: Dates from this day on; all

        Raises ChangedMeanwhile, SeriesUnknown.
        """
        answer: SeriesOut = await self._ask(
            "DELETE",
            f"/v1/reservation-series/{part(series_id)}",
            {200: SeriesOut},
            query={"from": from_},
            headers={"If-Match": if_match},
        )
        return answer

    async def find_date_alternatives(self, series_id: str, day: date) -> AlternativesOut:
        """Find what can be booked instead of a date.

        Of one that was skipped, say: other places and times as a refused booking has, each by its quote.

        Raises DriverBlocked, DriverUnknown, SeriesUnknown, SiteUnknown.
        """
        answer: AlternativesOut = await self._ask(
            "POST",
            f"/v1/reservation-series/{part(series_id)}/dates/{part(day)}/alternatives",
            {200: AlternativesOut},
        )
        return answer

    async def change_series(
        self,
        series_id: str,
        body: SeriesIn,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> SeriesOut:
        """Change a series from a day on.

        The series ends before the `first` day of what is asked for, and that is booked as a new series in
        its place; nothing ends where the new one cannot be taken down. What is cancelled is so by its own
        rules.

        Raises BayUnfit, BayUnknown, ChangedMeanwhile, DriverUnknown, EnergyBeyondSlot, NoAnswerYet, NoFit,
        Overloaded, PoolUnknown, SeriesUnknown, SeriesUnusable, SiteUnknown, SlotInvalid, VehicleUnknown.
        """
        answer: SeriesOut = await self._ask(
            "POST",
            f"/v1/reservation-series/{part(series_id)}/change",
            {201: SeriesOut},
            body=body,
            headers={"If-Match": if_match},
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def join_waiting_list(self, body: WaitIn, *, idempotency_key: str | None = None) -> WaitingEntryOut:
        """Join a waiting list.

        For whom nothing is free: what becomes free in the window is offered to one who waits after the
        other, and kept for them until they answer or their time is up. What is free already is offered at
        once.

        Raises BeyondTierHorizon, DriverUnknown, EnergyBeyondSlot, NoAccess, NoFit, PoolUnknown, SiteClosed,
        SiteUnknown, SlotInvalid, TooManyWaitingEntries, VehicleUnknown, WaitingListFull,
        WaitingWishUnusable.
        """
        answer: WaitingEntryOut = await self._ask(
            "POST",
            "/v1/waiting-list-entries",
            {201: WaitingEntryOut},
            body=body,
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def list_waiting_entries(
        self, *, open: bool | None = None, cursor: str | None = None, limit: int | None = None
    ) -> WaitingEntriesOut:
        """List the caller's waiting-list entries.

        Who joined last first.

        `open`: Only those that are not over
        """
        answer: WaitingEntriesOut = await self._ask(
            "GET",
            "/v1/waiting-list-entries",
            {200: WaitingEntriesOut},
            query={"open": open, "cursor": cursor, "limit": limit},
        )
        return answer

    async def read_waiting_entry(self, entry_id: str) -> WaitingEntryOut:
        """Show a waiting-list entry.

        Where it stands, and what is offered.

        Raises WaitingEntryUnknown.
        """
        answer: WaitingEntryOut = await self._ask(
            "GET", f"/v1/waiting-list-entries/{part(entry_id)}", {200: WaitingEntryOut}
        )
        return answer

    async def leave_waiting_list(self, entry_id: str) -> WaitingEntryOut:
        """Leave a waiting list.

        What is offered to them goes to the next one. One that is over stays as it is; one that is
        `accepted`, and of which there is no reservation yet, has left once none comes of it.

        Raises OfferAccepted, WaitingEntryUnknown.
        """
        answer: WaitingEntryOut = await self._ask(
            "DELETE", f"/v1/waiting-list-entries/{part(entry_id)}", {200: WaitingEntryOut}
        )
        return answer

    async def accept_offer(self, entry_id: str, body: AcceptOfferIn) -> BookingOut | PendingBookingOut:
        """Accept what is offered.

        It becomes a reservation, answered as any booking is; the same again finds it. Whose card is
        declined waits on, and the place goes to the next one.

        Raises BeyondTierHorizon, BookingFailed, BookingTooLate, BudgetExceeded, CoolingOff,
        CostCenterUnknown, DebtsOpen, DisputeOpen, DriverBlocked, DriverBookedAlready, DriverUnknown,
        EnergyBeyondSlot, InvoiceAccountUnusable, MembershipRequired, NoAccess, NoFit, NoOfferOpen,
        OfferLapsed, Overloaded, PaymentDeclined, PaymentProviderAway, PoolUnknown, QuoteExpired,
        QuoteMismatch, QuoteUnknown, QuoteUsed, SiteClosed, SiteUnknown, SlotInPast, SlotInvalid,
        SlotUnavailable, StayTooLong, TemporalNotSetUp, TooManyReservations, UnderMaintenance,
        VehicleUnknown, WaitingEntryUnknown, WeeklyHoursUsed.
        """
        answer: BookingOut | PendingBookingOut = await self._ask(
            "POST",
            f"/v1/waiting-list-entries/{part(entry_id)}/accept",
            {201: BookingOut, 202: PendingBookingOut},
            body=body,
            refusals={
                400: RefusedBooking,
                401: RefusedBooking,
                402: RefusedBooking,
                403: RefusedBooking,
                404: RefusedBooking,
                409: RefusedBooking,
                413: RefusedBooking,
                422: RefusedBooking,
                503: RefusedBooking,
            },
        )
        return answer

    async def decline_offer(self, entry_id: str, body: AnswerOfferIn) -> WaitingEntryOut:
        """Decline what is offered.

        And wait no longer; the next one is asked at once.

        Raises NoOfferOpen, OfferAccepted, OfferLapsed, WaitingEntryUnknown.
        """
        answer: WaitingEntryOut = await self._ask(
            "POST", f"/v1/waiting-list-entries/{part(entry_id)}/decline", {200: WaitingEntryOut}, body=body
        )
        return answer

    async def snooze_offer(self, entry_id: str, body: AnswerOfferIn) -> WaitingEntryOut:
        """Let an offer pass.

        The next one is asked, the place in line is kept; so often as `snoozes_left` says. No answer is the
        same, and once none is left it ends the entry.

        Raises NoOfferOpen, NoSnoozeLeft, OfferAccepted, OfferLapsed, WaitingEntryUnknown.
        """
        answer: WaitingEntryOut = await self._ask(
            "POST", f"/v1/waiting-list-entries/{part(entry_id)}/snooze", {200: WaitingEntryOut}, body=body
        )
        return answer

    async def read_guest(self, code: str, *, if_none_match: str | None = None) -> GuestOut | None:
        """Show who comes.

        As named by whoever booked, when they did or later. Nobody else sees it.

        Raises GuestUnknown, ReservationCodeInvalid, ReservationUnknown.
        """
        answer: GuestOut | None = await self._ask(
            "GET",
            f"/v1/reservations/{part(code)}/guest",
            {200: GuestOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def set_guest(
        self, code: str, body: GuestIn, *, if_none_match: str | None = None, if_match: str | None = None
    ) -> GuestOut:
        """Name who comes.

        In your place, to a reservation that is not over; you pay. Somebody else than before needs another
        pass: the one that was issued counts no more. Your time stays taken, unless it was booked for a
        guest.

        Raises ChangedMeanwhile, GuestUnknown, NotPossibleNow, ReservationCodeInvalid, ReservationPending,
        ReservationUnknown.
        """
        answer: GuestOut = await self._ask(
            "PUT",
            f"/v1/reservations/{part(code)}/guest",
            {200: GuestOut},
            body=body,
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
        )
        return answer

    async def issue_guest_pass(self, code: str) -> GuestPassOut:
        """Issue a pass for who comes.

        It shows the guest where and when, and lets them say that they are on their way, check in, start and
        stop; not cancel, change or see what it costs. It counts until the reservation is over; a new one
        voids the one before.

        Raises GuestUnknown, ReservationCodeInvalid, ReservationUnknown.
        """
        answer: GuestPassOut = await self._ask(
            "POST", f"/v1/reservations/{part(code)}/guest-pass", {200: GuestPassOut}
        )
        return answer

    async def withdraw_guest_pass(self, code: str) -> GuestOut:
        """Withdraw the pass of who comes.

        It counts no more from now on.

        Raises GuestUnknown, ReservationCodeInvalid, ReservationUnknown.
        """
        answer: GuestOut = await self._ask(
            "DELETE", f"/v1/reservations/{part(code)}/guest-pass", {200: GuestOut}
        )
        return answer

    async def create_swap_offer(self, code: str, body: SwapOfferIn) -> SwapOfferOut:
        """Offer your slot for another one.

        Whoever has the slot that you want, in the same pool, and gets the offer's code from you, may take
        it: then you have each other's slots at once, without asking you again. For the same slot again it
        is the same offer.

        Raises BeyondTierHorizon, DriverBookedAlready, MembershipRequired, NotPossibleNow, PriceNotAccepted,
        ReservationCodeInvalid, ReservationPending, ReservationUnknown, SiteClosed, SlotInPast, SlotInvalid,
        StayTooLong, SwapNotPossible, SwapOfferOver, WeeklyHoursUsed.
        """
        answer: SwapOfferOut = await self._ask(
            "POST", f"/v1/reservations/{part(code)}/swap-offers", {201: SwapOfferOut}, body=body
        )
        return answer

    async def list_swap_offers(self, code: str) -> SwapOffersOut:
        """List the offers of your slot.

        The latest first, at most a hundred.

        Raises ReservationCodeInvalid, ReservationUnknown.
        """
        answer: SwapOffersOut = await self._ask(
            "GET", f"/v1/reservations/{part(code)}/swap-offers", {200: SwapOffersOut}
        )
        return answer

    async def withdraw_swap_offer(self, code: str, offer: str) -> SwapOfferOut:
        """Withdraw an offer of your slot.

        Nobody can take it any more. Again, nothing changes.

        Raises ReservationCodeInvalid, ReservationUnknown, SwapOfferOver, SwapOfferUnknown.
        """
        answer: SwapOfferOut = await self._ask(
            "DELETE", f"/v1/reservations/{part(code)}/swap-offers/{part(offer)}", {200: SwapOfferOut}
        )
        return answer

    async def read_swap_offer(self, offer: str) -> SwapOfferOut:
        """Show an offer that you were given.

        What you would get (`gives`), and what for (`wants`).

        Raises SwapOfferUnknown.
        """
        answer: SwapOfferOut = await self._ask("GET", f"/v1/swap-offers/{part(offer)}", {200: SwapOfferOut})
        return answer

    async def cancel_reservation(
        self, code: str, body: CancelIn | None = None, *, idempotency_key: str | None = None
    ) -> ReservationOut:
        """Cancel a reservation.

        The cancellation tiers of the accepted terms apply.

        Raises ActionFailed, CostNotAccepted, NoAnswerYet, NotPossibleNow, ReservationCodeInvalid,
        ReservationPending, ReservationUnknown.
        """
        answer: ReservationOut = await self._ask(
            "POST",
            f"/v1/reservations/{part(code)}/cancel",
            {200: ReservationOut},
            body=body,
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def reschedule_reservation(
        self, code: str, body: RescheduleIn, *, idempotency_key: str | None = None
    ) -> ReservationOut:
        """Move a reservation to another time.

        Move the slot; nothing changes when the new one is not free.

        Raises ActionFailed, BayCostsTooMuch, BayTaken, BayUnfit, BayUnknown, BeyondTierHorizon,
        BudgetExceeded, CostNotAccepted, EnergyBeyondSlot, NoAnswerYet, NotPossibleNow, PriceNotAccepted,
        ReservationCodeInvalid, ReservationPending, ReservationUnknown, SiteClosed, SlotInvalid,
        SlotUnavailable, StayTooLong, UnderMaintenance, VehicleUnknown, WeeklyHoursUsed.
        """
        answer: ReservationOut = await self._ask(
            "POST",
            f"/v1/reservations/{part(code)}/reschedule",
            {200: ReservationOut},
            body=body,
            key=idempotency_key or fresh_key(),
            refusals={
                400: RefusedChange,
                401: RefusedChange,
                402: RefusedChange,
                403: RefusedChange,
                404: RefusedChange,
                409: RefusedChange,
                413: RefusedChange,
                422: RefusedChange,
                503: RefusedChange,
            },
        )
        return answer

    async def swap_reservation(
        self, code: str, body: SwapIn, *, idempotency_key: str | None = None
    ) -> ReservationOut:
        """Swap the slot with somebody who has offered theirs for it.

        Both have each other's slot at once, or nothing changes. It costs no fee; the prices are those of
        the slot that one gets.

        Raises ActionFailed, BeyondTierHorizon, BudgetExceeded, NoAnswerYet, NotPossibleNow,
        PriceNotAccepted, ReservationCodeInvalid, ReservationPending, ReservationUnknown, SiteClosed,
        SlotInvalid, SlotUnavailable, StayTooLong, SwapNotPossible, SwapOfferOver, SwapOfferUnknown,
        UnderMaintenance, WeeklyHoursUsed.
        """
        answer: ReservationOut = await self._ask(
            "POST",
            f"/v1/reservations/{part(code)}/swap",
            {200: ReservationOut},
            body=body,
            key=idempotency_key or fresh_key(),
            refusals={
                400: RefusedChange,
                401: RefusedChange,
                402: RefusedChange,
                403: RefusedChange,
                404: RefusedChange,
                409: RefusedChange,
                413: RefusedChange,
                422: RefusedChange,
                503: RefusedChange,
            },
        )
        return answer

    async def extend_reservation(
        self, code: str, body: ExtendIn, *, idempotency_key: str | None = None
    ) -> ReservationOut:
        """Stay longer on the same connector.

        Stay longer on the same connector, if nobody else has it.

        Raises ActionFailed, BudgetExceeded, NoAnswerYet, NotPossibleNow, ReservationCodeInvalid,
        ReservationPending, ReservationUnknown, SiteClosed, SlotInvalid, SlotUnavailable, StayTooLong,
        UnderMaintenance, WeeklyHoursUsed.
        """
        answer: ReservationOut = await self._ask(
            "POST",
            f"/v1/reservations/{part(code)}/extend",
            {200: ReservationOut},
            body=body,
            key=idempotency_key or fresh_key(),
            refusals={
                400: RefusedChange,
                401: RefusedChange,
                402: RefusedChange,
                403: RefusedChange,
                404: RefusedChange,
                409: RefusedChange,
                413: RefusedChange,
                422: RefusedChange,
                503: RefusedChange,
            },
        )
        return answer

    async def shorten_reservation(
        self, code: str, body: ShortenIn, *, idempotency_key: str | None = None
    ) -> ReservationOut:
        """End the slot earlier.

        End the slot earlier, at no cost; the rest of it is free for others at once. The start stays as it
        is, and so do the prices. No shorter than the site's shortest slot.

        Raises ActionFailed, NoAnswerYet, NotPossibleNow, ReservationCodeInvalid, ReservationPending,
        ReservationUnknown, SlotInvalid.
        """
        answer: ReservationOut = await self._ask(
            "POST",
            f"/v1/reservations/{part(code)}/shorten",
            {200: ReservationOut},
            body=body,
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def on_my_way(
        self, code: str, body: OnMyWayIn, *, idempotency_key: str | None = None
    ) -> ReservationOut:
        """Announce the arrival and keep the connector longer.

        Say when you will be there: extends the grace period, once.

        Raises ActionFailed, ExtensionAlreadyUsed, NoAnswerYet, NotPossibleNow, OutsideArrivalWindow,
        ReservationCodeInvalid, ReservationPending, ReservationUnknown, SlotInvalid.
        """
        answer: ReservationOut = await self._ask(
            "POST",
            f"/v1/reservations/{part(code)}/on-my-way",
            {200: ReservationOut},
            body=body,
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def check_in(
        self, code: str, body: AtBayIn | None = None, *, idempotency_key: str | None = None
    ) -> ReservationOut:
        """Say that the driver is here.

        "I am here": by app, or by the QR code on the bay.

        Raises ActionFailed, BayChanged, NoAnswerYet, NotPossibleNow, OutsideArrivalWindow,
        ReservationCodeInvalid, ReservationPending, ReservationUnknown, SlotUnavailable.
        """
        answer: ReservationOut = await self._ask(
            "POST",
            f"/v1/reservations/{part(code)}/check-in",
            {200: ReservationOut},
            body=body,
            key=idempotency_key or fresh_key(),
            refusals={
                400: RefusedChange,
                401: RefusedChange,
                403: RefusedChange,
                404: RefusedChange,
                409: RefusedChange,
                413: RefusedChange,
                422: RefusedChange,
                503: RefusedChange,
            },
        )
        return answer

    async def start_reservation(
        self, code: str, body: AtBayIn | None = None, *, idempotency_key: str | None = None
    ) -> ReservationOut:
        """Start charging from the app.

        Start charging remotely. The charger's own report, not this answer, makes it CHARGING.

        Raises ActionFailed, BayChanged, ChargerOffline, NoAnswerYet, NotPossibleNow, OutsideArrivalWindow,
        ReservationCodeInvalid, ReservationPending, ReservationUnknown, SlotUnavailable, StartRejected.
        """
        answer: ReservationOut = await self._ask(
            "POST",
            f"/v1/reservations/{part(code)}/start",
            {200: ReservationOut},
            body=body,
            key=idempotency_key or fresh_key(),
            refusals={
                400: RefusedChange,
                401: RefusedChange,
                403: RefusedChange,
                404: RefusedChange,
                409: RefusedChange,
                413: RefusedChange,
                422: RefusedChange,
                503: RefusedChange,
            },
        )
        return answer

    async def stop_reservation(self, code: str, *, idempotency_key: str | None = None) -> ReservationOut:
        """Stop charging from the app.

        Stop charging remotely.

        Raises ActionFailed, ChargerOffline, NoAnswerYet, NotPossibleNow, ReservationCodeInvalid,
        ReservationPending, ReservationUnknown, StopRejected.
        """
        answer: ReservationOut = await self._ask(
            "POST",
            f"/v1/reservations/{part(code)}/stop",
            {200: ReservationOut},
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def accept_move(
        self, code: str, body: AnswerMoveIn | None = None, *, idempotency_key: str | None = None
    ) -> ReservationOut:
        """Accept to be moved to another place or time.

        The place that is held there becomes the reservation's.

        Raises ActionFailed, NoAnswerYet, NotPossibleNow, ProposalSuperseded, ReservationCodeInvalid,
        ReservationPending, ReservationUnknown.
        """
        answer: ReservationOut = await self._ask(
            "POST",
            f"/v1/reservations/{part(code)}/accept-move",
            {200: ReservationOut},
            body=body,
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def decline_move(
        self, code: str, body: AnswerMoveIn | None = None, *, idempotency_key: str | None = None
    ) -> ReservationOut:
        """Decline to be moved to another place or time.

        The reservation ends without a fee, with the compensation of the accepted terms.

        Raises ActionFailed, NoAnswerYet, NotPossibleNow, ProposalSuperseded, ReservationCodeInvalid,
        ReservationPending, ReservationUnknown.
        """
        answer: ReservationOut = await self._ask(
            "POST",
            f"/v1/reservations/{part(code)}/decline-move",
            {200: ReservationOut},
            body=body,
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def create_bay_report(self, body: BayReportIn) -> TakenBayReportOut:
        """Report what is wrong at a bay.

        Operators see it, and when several say it within an hour the bay's page does. The same said again is
        one report. Whose turn it is there can have another bay at once: `moves`.

        Raises ConnectorUnknown, TooManyBayReports.
        """
        answer: TakenBayReportOut = await self._ask(
            "POST", "/v1/bay-reports", {200: TakenBayReportOut}, body=body
        )
        return answer

    async def take_another_bay(self, code: str) -> ReservationOut:
        """Take another bay for one that was reported.

        An equal or better one, at once, for who has reported what keeps them from charging at theirs when
        it is their turn there; once for a reservation. Where none is free, everything stays as it is.

        Raises NoAnswerYet, NotPossibleNow, NothingToMoveFor, ReservationCodeInvalid, ReservationPending,
        ReservationUnknown, SlotUnavailable.
        """
        answer: ReservationOut = await self._ask(
            "POST", f"/v1/reservations/{part(code)}/another-bay", {200: ReservationOut}
        )
        return answer

    async def read_reservation_billing(
        self, code: str, *, if_none_match: str | None = None
    ) -> BillingNoteOut | None:
        """Read what documents of a reservation are to show.

        Raises ReservationCodeInvalid, ReservationUnknown.
        """
        answer: BillingNoteOut | None = await self._ask(
            "GET",
            f"/v1/reservations/{part(code)}/billing",
            {200: BillingNoteOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def set_reservation_billing(
        self, code: str, body: BillingNoteIn, *, if_match: str | None = None
    ) -> BillingNoteOut:
        """Say what documents of a reservation are to show.

        A cost centre and a reference of one's own, on every document that is issued from now on; empty:
        none.

        Raises ChangedMeanwhile, CostCenterUnknown, ReservationCodeInvalid, ReservationUnknown.
        """
        answer: BillingNoteOut = await self._ask(
            "PUT",
            f"/v1/reservations/{part(code)}/billing",
            {200: BillingNoteOut},
            body=body,
            headers={"If-Match": if_match},
        )
        return answer

    async def list_payments(self, code: str) -> PaymentsOut:
        """Show where a reservation's money is.

        For each hold and charge: how much, since when, taken or released when, and by what the bank can be
        asked.

        Raises ReservationCodeInvalid, ReservationUnknown.
        """
        answer: PaymentsOut = await self._ask(
            "GET", f"/v1/reservations/{part(code)}/payments", {200: PaymentsOut}
        )
        return answer
