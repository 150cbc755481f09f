"""How a virtual charge point may misbehave. Every default is the well-behaved charger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from simulator.vendors.conduct import TEXTBOOK, Conduct


@dataclass(slots=True)
class Misbehaviour:
    """Faults seen on real chargers, switchable at any moment while the charger runs.

    Attributes:
        drop_replies: CSMS actions that are carried out but never answered.
        delay_replies: CSMS action → seconds between carrying it out and answering it.
        duplicate_replies: CSMS actions answered twice with the same message id.
        duplicate_calls: own actions whose call is sent twice with the same message id.
        unsupported: CSMS actions answered CALLERROR NotImplemented and not carried out.
        forget_holds_on_reboot: a reboot loses every hold (volatile memory).
        forget_transactions_on_reboot: a reboot loses what runs (power cut): its end is never told.
        ignore_token: charges for any token, though reserved for another or refused by the CSMS.
        reservation_id: which reservation id a started transaction names: the right one, none,
            one nobody ever issued, or that of whoever holds the connector, even another driver's.
        reserved_status: when StatusNotification(Reserved) is sent relative to the ReserveNow reply.
        report_expiry: False frees the connector at expiry without a word.
        authorize_inside_reserve_now: sends Authorize and waits for its answer before answering ReserveNow.
        naive_timestamps: timestamps carry no zone.
        beside_one_in_use: what the other plugs of an EVSE in use say of themselves (2.x).
        clock_offset: how far its clock is ahead; local time marked as UTC is a clock that is some hours off.
        stop_when_refused: stops a transaction whose token the CSMS refused (StopTransactionOnInvalidId).
    """

    drop_replies: frozenset[str] = frozenset()
    delay_replies: Mapping[str, float] = field(default_factory=dict)
    duplicate_replies: frozenset[str] = frozenset()
    duplicate_calls: frozenset[str] = frozenset()
    unsupported: frozenset[str] = frozenset()
    forget_holds_on_reboot: bool = False
    forget_transactions_on_reboot: bool = False
    ignore_token: bool = False
    reservation_id: Literal["correct", "omit", "invent", "of_the_holder"] = "correct"
    reserved_status: Literal["before_reply", "after_reply", "never"] = "after_reply"
    report_expiry: bool = True
    authorize_inside_reserve_now: bool = False
    naive_timestamps: bool = False
    beside_one_in_use: Literal["Unavailable", "Available", "Occupied"] = "Unavailable"
    clock_offset: timedelta = timedelta()
    stop_when_refused: bool = True

    def adopt(self, conduct: Conduct) -> None:
        """Turns what differs from the textbook's charger, and leaves the rest as it is."""
        self.unsupported |= conduct.refuses
        self.forget_transactions_on_reboot |= conduct.forgets_transactions
        self.ignore_token |= conduct.lets_anybody_in
        if conduct.names_reservation != TEXTBOOK.names_reservation:
            self.reservation_id = conduct.names_reservation
        if conduct.keeps_reserved_to_itself:
            self.reserved_status = "never"
