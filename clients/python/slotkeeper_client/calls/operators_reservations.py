"""Operators reservations: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from datetime import datetime

from slotkeeper_client.models.operators_reservations import (
    AuditOut,
    NotificationsOut,
    OperateIn,
    ReassignIn,
    RefundAnswerOut,
    RefundIn,
    RefundsOut,
    ReservationForOperatorOut,
    ReservationsForOperatorOut,
    ReturnAnswerOut,
    ReturnIn,
    ReturnsOut,
    SettledBillsOut,
    WaiveIn,
)
from slotkeeper_client.models.shared import State, TimelineEntryOut
from slotkeeper_client.transport import Calls, fresh_key, part


class OperatorsReservations(Calls):
    async def list_reservations(
        self,
        *,
        needs_attention: bool | None = None,
        state: list[State] | None = None,
        site_id: str | None = None,
        driver_id: str | None = None,
        open_only: bool | None = None,
        from_: datetime | None = None,
        to: datetime | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> ReservationsForOperatorOut:
        """List everybody's reservations.

        Everybody's reservations, newest slot first.

        `state`: Repeatable
        `from_`: Slots starting at or after
        `to`: Slots starting before

        Raises ReservationCodeInvalid, ReservationPending, ReservationUnknown.
        """
        answer: ReservationsForOperatorOut = await self._ask(
            "GET",
            "/v1/operations/reservations",
            {200: ReservationsForOperatorOut},
            query={
                "needs_attention": needs_attention,
                "state": state,
                "site_id": site_id,
                "driver_id": driver_id,
                "open_only": open_only,
                "from": from_,
                "to": to,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def read_reservation_as_operator(self, code: str) -> ReservationForOperatorOut:
        """Show anybody's reservation.

        What needs attention and what operators can do about it, without the driver's credential.

        Raises ReservationCodeInvalid, ReservationPending, ReservationUnknown.
        """
        answer: ReservationForOperatorOut = await self._ask(
            "GET", f"/v1/operations/reservations/{part(code)}", {200: ReservationForOperatorOut}
        )
        return answer

    async def read_timeline(self, code: str) -> list[TimelineEntryOut]:
        """Tell what happened to a reservation.

        What happened, in sentences.

        Raises ReservationCodeInvalid, ReservationPending, ReservationUnknown.
        """
        answer: list[TimelineEntryOut] = await self._ask(
            "GET", f"/v1/operations/reservations/{part(code)}/timeline", {200: list[TimelineEntryOut]}
        )
        return answer

    async def list_audit_entries(self, code: str) -> AuditOut:
        """List who did what to a reservation.

        Who did what to it, oldest first.

        Raises ReservationCodeInvalid, ReservationPending, ReservationUnknown.
        """
        answer: AuditOut = await self._ask(
            "GET", f"/v1/operations/reservations/{part(code)}/audit", {200: AuditOut}
        )
        return answer

    async def list_bills(self, code: str) -> SettledBillsOut:
        """Show what a reservation's bills rest on.

        Each bill that was decided, oldest first, with the readings that count, and why the others do not.

        Raises ReservationCodeInvalid, ReservationPending, ReservationUnknown.
        """
        answer: SettledBillsOut = await self._ask(
            "GET", f"/v1/operations/reservations/{part(code)}/bills", {200: SettledBillsOut}
        )
        return answer

    async def list_notifications(self, code: str) -> NotificationsOut:
        """List what the driver was told.

        What the driver was told, oldest first.

        Raises ReservationCodeInvalid, ReservationPending, ReservationUnknown.
        """
        answer: NotificationsOut = await self._ask(
            "GET", f"/v1/operations/reservations/{part(code)}/notifications", {200: NotificationsOut}
        )
        return answer

    async def cancel_reservation_as_operator(
        self, code: str, body: OperateIn | None = None, *, idempotency_key: str | None = None
    ) -> ReservationForOperatorOut:
        """Cancel a reservation without a fee.

        Cancel for the operator's reasons: never a fee.

        Raises ActionFailed, NoAnswerYet, NotPossibleNow, ReservationCodeInvalid, ReservationPending,
        ReservationUnknown.
        """
        answer: ReservationForOperatorOut = await self._ask(
            "POST",
            f"/v1/operations/reservations/{part(code)}/cancel",
            {200: ReservationForOperatorOut},
            body=body,
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def reassign_reservation_as_operator(
        self, code: str, body: ReassignIn | None = None, *, idempotency_key: str | None = None
    ) -> ReservationForOperatorOut:
        """Move a reservation to another connector.

        Move it to a named connector, or to the best free one.

        Raises ActionFailed, ConnectorLesser, ConnectorUnknown, NoAnswerYet, NotPossibleNow,
        ReservationCodeInvalid, ReservationPending, ReservationUnknown, SlotUnavailable.
        """
        answer: ReservationForOperatorOut = await self._ask(
            "POST",
            f"/v1/operations/reservations/{part(code)}/reassign",
            {200: ReservationForOperatorOut},
            body=body,
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def waive_reservation_as_operator(
        self, code: str, body: WaiveIn, *, idempotency_key: str | None = None
    ) -> ReservationForOperatorOut:
        """Take a fee off a reservation.

        Take a fee off, now or when it would be charged, by its kind: e.g. no_show or overstay.

        Raises ActionFailed, NoAnswerYet, NotPossibleNow, ReservationCodeInvalid, ReservationPending,
        ReservationUnknown.
        """
        answer: ReservationForOperatorOut = await self._ask(
            "POST",
            f"/v1/operations/reservations/{part(code)}/waive",
            {200: ReservationForOperatorOut},
            body=body,
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def force_release_as_operator(
        self, code: str, body: OperateIn | None = None, *, idempotency_key: str | None = None
    ) -> ReservationForOperatorOut:
        """Give the connector back now.

        Give the connector back now, whatever the state, without waiting for the charger.

        Raises ActionFailed, NoAnswerYet, NotPossibleNow, ReservationCodeInvalid, ReservationPending,
        ReservationUnknown.
        """
        answer: ReservationForOperatorOut = await self._ask(
            "POST",
            f"/v1/operations/reservations/{part(code)}/force-release",
            {200: ReservationForOperatorOut},
            body=body,
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def resolve_reservation_as_operator(
        self, code: str, body: OperateIn | None = None, *, idempotency_key: str | None = None
    ) -> ReservationForOperatorOut:
        """Mark as settled what needed attention.

        What needed attention is settled by hand; the reservation goes on.

        Raises ActionFailed, NoAnswerYet, NotPossibleNow, ReservationCodeInvalid, ReservationPending,
        ReservationUnknown.
        """
        answer: ReservationForOperatorOut = await self._ask(
            "POST",
            f"/v1/operations/reservations/{part(code)}/resolve",
            {200: ReservationForOperatorOut},
            body=body,
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def list_refunds(self, code: str) -> RefundsOut:
        """List what was given back of a reservation.

        Oldest first; also what was refunded in the payment provider's dashboard.

        Raises ReservationCodeInvalid.
        """
        answer: RefundsOut = await self._ask(
            "GET", f"/v1/operations/reservations/{part(code)}/refunds", {200: RefundsOut}
        )
        return answer

    async def create_refund(
        self, code: str, body: RefundIn, *, idempotency_key: str | None = None
    ) -> RefundAnswerOut:
        """Give money back.

        The whole bill, an amount, or a line of it, within what was taken; a waiver of a closed reservation,
        too.

        The money moves within a minute, and every later settlement keeps it.

        Raises RefundAmountInvalid, RefundDisputed, RefundLineUnknown, RefundNotSettled, RefundStillOwed,
        RefundTooLarge, ReservationCodeInvalid.
        """
        answer: RefundAnswerOut = await self._ask(
            "POST",
            f"/v1/operations/reservations/{part(code)}/refunds",
            {201: RefundAnswerOut, 202: RefundAnswerOut},
            body=body,
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def list_returns(self, code: str) -> ReturnsOut:
        """What is owed to the driver, and what was given another way.

        Owed because a refund of ours failed. Given: oldest first.

        Raises RefundDisputed, RefundNotSettled, ReservationCodeInvalid.
        """
        answer: ReturnsOut = await self._ask(
            "GET", f"/v1/operations/reservations/{part(code)}/returns", {200: ReturnsOut}
        )
        return answer

    async def create_return(self, code: str, body: ReturnIn) -> ReturnAnswerOut:
        """Give what is owed another way.

        Say it before you transfer: from then on no refund pays it again. As a credit it pays the driver's
        next bill and never expires.

        Raises MoreThanOwed, RefundDisputed, RefundNotSettled, ReservationCodeInvalid,
        ReturnBookedOtherwise.
        """
        answer: ReturnAnswerOut = await self._ask(
            "POST",
            f"/v1/operations/reservations/{part(code)}/returns",
            {201: ReturnAnswerOut, 202: ReturnAnswerOut},
            body=body,
        )
        return answer
