"""The fake site: connectors, who holds them and when. Activities under the real names, behaviour in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from contracts.alternatives import Alternative, Alternatives
from contracts.declaration import implements
from contracts.holds import (
    FIND_ALTERNATIVES,
    GIVE_UP_BOOKING,
    HOLD_REPLACEMENT,
    LOCK_HOLD,
    MOVE_HOLD,
    PLACE_HOLD,
    RELEASE_HOLDS,
    GivenUp,
    GiveUpBooking,
    HeldConnector,
    HoldDecision,
    HoldReplacement,
    LockedHold,
    LockHold,
    MoveHold,
    PlaceHold,
    Refusal,
    ReleaseHolds,
)
from contracts.matching import MATCH_SESSIONS, BayStands, MatchedSessions, MatchSessions
from contracts.money import SettleReservation
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.charging.presence import SHOWS_NOBODY
from domain.charging.tokens import TokenKind
from domain.errors import BookingTooLate, BudgetExceeded, Explanation, PriceNotAccepted, SlotUnavailable
from domain.facts.refused_bookings import BookingGivenUp, NoConnectorFree
from domain.facts.refused_money import BeyondBudgetOfFleet
from domain.money.amount import Money
from domain.place.slots import Slot
from domain.reservation.assignment import Assignment
from domain.reservation.release import ReleaseReason
from domain.settlement.moved_prices import check_prices, priced_anew
from domain.terms.accepted import Terms
from domain.terms.policy import Policy
from tests.workflows.asked import Latest, fenced
from tests.workflows.bays import moved_to_bay
from tests.workflows.other_times import another_time
from tests.workflows.places import SITE, SITES, Connector, Hold, nearest
from tests.workflows.plugs import beside, replacing
from tests.workflows.sessions import (
    SOMEBODY_ELSE,
    Session,
    car_elsewhere,
    goes_to,
    next_slot,
    own_sessions,
    there_already,
    what_is_free,
)
from tests.workflows.troubles import Troubles

DRIVER_CARD = "CARD-1"
APP_TAG = "5E1F0000000000000001"
POWER_W = 150_000
NOTHING_LEFT = BeyondBudgetOfFleet(
    limit=Money(0, "EUR"), spent=Money(0, "EUR"), promised=Money(0, "EUR"), expected=Money(1, "EUR")
)


@dataclass(slots=True)
class Site:
    """Charger `CP-<n>` has one connector, number 1, id n; another plug of it: `plugs`."""

    troubles: Troubles
    terms: Terms
    connectors: dict[int, Connector] = field(default_factory=dict)
    holds: list[Hold] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    unplaced: int | None = None
    """An end of a transaction that an operator has yet to place."""
    latest: Latest = field(default_factory=Latest)
    terms_of: dict[str, Terms] = field(default_factory=dict)
    terms_now: Terms | None = None
    """Of a slot that is booked by now, where its prices are not those of before."""
    fleet_has_spent_all: bool = False
    """Of a hard budget."""
    fleet: str | None = None
    """Whose driver they are as their hold is placed; empty: nobody's. None: nothing is said of it."""
    rfid: bool = True
    """The driver has a card of their own; else the reservation's credential is what the device hold carries."""
    has_payments: Callable[[str], bool] = lambda code: False
    _ids: "count[int]" = field(default_factory=lambda: count(1))

    def build(self, connectors: int) -> None:
        self.connectors |= {n: Connector(n, f"CP-{n}") for n in range(1, connectors + 1)}

    def held_by(self, code: str) -> list[Hold]:
        return [hold for hold in self.holds if hold.code == code and not hold.released]

    def block(self, connector_id: int, slot: Slot) -> None:
        """Somebody else's hold."""
        self.holds.append(Hold(next(self._ids), SOMEBODY_ELSE, connector_id, slot))

    @implements(PLACE_HOLD)
    @fenced
    def place_hold(self, ask: PlaceHold) -> HoldDecision:
        held, terms, name = self.held_by(ask.code), self.terms_of.get(ask.code, self.terms), "Site north"
        if not held and any(hold.code == ask.code for hold in self.holds):
            given_up = Refusal(code=BookingTooLate.code, why=Explanation.of(BookingGivenUp()))
            return HoldDecision(refusal=given_up, terms=terms, site_name=name)
        if not held:
            free = self._free(ask.slot, ask.code)
            if free is None:
                return HoldDecision(refusal=self.full(), terms=terms, site_name=name)
            held = [self.take(ask.code, free, ask.slot)]
        return HoldDecision(
            held=self.handed_out(held[0]),
            terms=terms,
            site_name=name,
            site=SITES[SITE],
            stripe_customer="cus_1",
            fleet=self.fleet,
        )

    @implements(FIND_ALTERNATIVES)
    async def find_alternatives(self, ask: PlaceHold) -> Alternatives:
        await self.troubles.meet("find_alternatives")
        return Alternatives(found=self.refusal(ask.slot).alternatives)

    @implements(LOCK_HOLD)
    @fenced
    def lock_hold(self, ask: LockHold) -> LockedHold:
        hold = self._by_id(ask.hold_id)
        if hold.swapped_by and ask.slot != hold.slot:
            return LockedHold(
                held=self.handed_out(hold), contested=False, faulted=False, swapped=hold.swapped_by
            )
        own = own_sessions(self, hold, MatchSessions(code=ask.code, now=ask.now, only_running=True), ask.now)
        if own:
            return LockedHold(held=own[-1].held, contested=False, faulted=False, own=own)
        there, elsewhere = self._since_before(hold)
        if self.unusable(hold.connector_id) and not there:
            other = self._free(hold.slot, ask.code, usable_at=self.connectors[hold.connector_id].site_id)
            if other is not None:
                hold.connector_id = other.connector_id
        at = self.connectors[hold.connector_id]
        return LockedHold(
            held=self.handed_out(hold),
            contested=at.occupied and not at.faulted and not there,
            faulted=at.faulted,
            broken=at.faulted,
            silent_since=at.silent_since,
            there=bool(there),
            elsewhere=elsewhere,
        )

    @implements(MOVE_HOLD)
    @fenced
    def move_hold(self, ask: MoveHold) -> HoldDecision:
        hold = self._by_id(ask.hold_id)
        if self.fleet_has_spent_all and ask.by_request and ask.slot.length > hold.slot.length:
            return HoldDecision(refusal=Refusal(code=BudgetExceeded.code, why=Explanation.of(NOTHING_LEFT)))
        if ask.bay is not None:
            return moved_to_bay(self, hold, ask, ask.bay)
        connector_id = hold.connector_id
        if not self.is_free(connector_id, ask.slot, ask.code):
            other = None if ask.keep_connector else self._free(ask.slot, ask.code)
            if other is None:
                return HoldDecision(refusal=self.refusal(ask.slot))
            connector_id = other.connector_id
        terms = None
        if self.terms_now is not None and ask.terms is not None and not ask.keep_connector:
            terms = priced_anew(ask.terms, self.terms_now)
            try:
                check_prices(ask.terms, terms, ask.accepted)
            except PriceNotAccepted as error:
                return HoldDecision(refusal=Refusal(code=error.code, why=Explanation.of(error.why)))
        hold.connector_id, hold.slot = connector_id, ask.slot
        return HoldDecision(held=self.handed_out(hold), terms=terms)

    @implements(HOLD_REPLACEMENT)
    @fenced
    def hold_replacement(self, ask: HoldReplacement) -> HoldDecision:
        same = [hold for hold in self.held_by(ask.code) if hold.step == ask.step]
        if same:
            return self._replaced(same[0], ask)
        if ask.as_long_as_free:
            return what_is_free(self, ask)
        wanted = [ask.prefer_connector_id] if ask.prefer_connector_id else []
        wanted += [ask.only_connector_id] if ask.only_connector_id else nearest(self.connectors, ask.site_id)
        for connector_id in wanted:
            usable = connector_id == ask.prefer_connector_id or not self.unusable(connector_id)
            if connector_id in ask.exclude_connectors or not usable:
                continue
            if self.is_free(connector_id, ask.slot, ask.code):
                hold = replacing(self, ask, connector_id)
                if ask.instead:
                    self._give_back(ask.code, ReleaseReason.REROUTED, keep=hold.hold_id)
                return self._replaced(hold, ask)
        other = another_time(self, ask) if ask.other_times else None
        return HoldDecision(refusal=self.refusal(ask.slot)) if other is None else self._replaced(other, ask)

    def _replaced(self, hold: Hold, ask: HoldReplacement) -> HoldDecision:
        site_id = self.connectors[hold.connector_id].site_id
        is_other = ask.other_times and hold.slot.start != ask.slot.start
        return HoldDecision(
            held=self.handed_out(hold), site=SITES[site_id], slot=hold.slot if is_other else None
        )

    @implements(RELEASE_HOLDS)
    @fenced
    def release_holds(self, ask: ReleaseHolds) -> int:
        return self._give_back(ask.code, ask.reason, keep=ask.keep_hold_id)

    @implements(MATCH_SESSIONS)
    @fenced
    def match_sessions(self, ask: MatchSessions) -> MatchedSessions:
        holds = [hold for hold in self.holds if hold.code == ask.code]
        if not holds:
            return MatchedSessions()
        has = next((hold for hold in holds if hold.hold_id == ask.hold_id), holds[-1])
        early_start = self._policy(ask.code).early_start
        if ask.stay is not None:
            return next_slot(self, ask.code, ask.stay, early_start)
        own = own_sessions(self, has, ask, has.slot.start - early_start)
        there, elsewhere = ((), "") if own else self._since_before(has, only_running=ask.only_running)
        unplaced = None if own or there or elsewhere or ask.only_running else self.unplaced
        moved = ask.connector_id not in (None, has.connector_id) and not has.released
        held = self.handed_out(has) if moved and not own else None
        bay = None if own or has.released else self._stands(has, there)
        return MatchedSessions(
            sessions=own, there=there, elsewhere=elsewhere, held=held, unplaced=unplaced, bay=bay
        )

    def _stands(self, hold: Hold, there: tuple[str, ...]) -> BayStands:
        at = self.connectors[hold.connector_id]
        return BayStands(taken=(at.occupied or at.stranger) and not there, shows_itself_well=not at.faulted)

    def hears(self, event: ChargerEvent) -> None:
        """As the gateway does before it tells a reservation."""
        ended = event.kind is ChargerEventKind.TRANSACTION_ENDED
        left = event.status in SHOWS_NOBODY and not event.busy_beside
        for number in {event.connector_id or 0, *event.beside} & self.connectors.keys():
            at = self.connectors[number]
            if event.kind is ChargerEventKind.STRANGER_STARTED:
                at.stranger = True
            elif ended or left:
                at.stranger = False

    def _since_before(self, hold: Hold, *, only_running: bool = False) -> tuple[tuple[str, ...], str]:
        there, car = there_already(self, hold, only_running=only_running), car_elsewhere(self, hold)
        if there or car is None or (only_running and car.ended_at):
            return there, ""
        if car.ended_at is None and goes_to(self, hold, car.connector_id):
            return (car.priced_by,), ""
        return (), f"Bay {car.connector_id}"

    def _policy(self, code: str) -> Policy:
        return self.terms_of.get(code, self.terms).policy

    async def settles(self, ask: SettleReservation) -> None:
        """What a settlement gives back."""
        if ask.giving_back is not None:
            await self.release_holds(
                ReleaseHolds(code=ask.code, reason=ask.giving_back, now=ask.now, version=ask.version)
            )

    @implements(GIVE_UP_BOOKING)
    @fenced
    def give_up_booking(self, ask: GiveUpBooking) -> GivenUp:
        self._give_back(ask.code, ReleaseReason.DECLINED)
        return GivenUp(payments=self.has_payments(ask.code))

    def _give_back(self, code: str, reason: ReleaseReason, *, keep: int | None = None) -> int:
        given_back = [hold for hold in self.held_by(code) if hold.hold_id != keep]
        for hold in given_back:
            hold.released = reason
        return len(given_back)

    def take(self, code: str, connector: Connector, slot: Slot) -> Hold:
        hold = Hold(next(self._ids), code, connector.connector_id, slot)
        self.holds.append(hold)
        return hold

    def handed_out(self, hold: Hold) -> HeldConnector:
        connector = self.connectors[hold.connector_id]
        place = Assignment(
            hold_id=hold.hold_id,
            site_id=connector.site_id,
            charger_id=connector.charger_id,
            connector_id=connector.connector_id,
            connector_number=connector.number,
            label=connector.label,
            power_w=POWER_W,
        )
        return HeldConnector(
            assignment=place,
            id_tag=DRIVER_CARD if self.rfid else APP_TAG,
            parent_id_tag=None,
            app_tag=APP_TAG,
            token_kind=TokenKind.RFID if self.rfid else TokenKind.APP,
            bay=connector.bay,
        )

    def _free(self, slot: Slot, code: str, *, usable_at: str | None = None) -> Connector | None:
        """`usable_at`: there, and neither broken nor taken."""
        for connector in self.connectors.values():
            if usable_at and (self.unusable(connector.connector_id) or connector.site_id != usable_at):
                continue
            if self.is_free(connector.connector_id, slot, code):
                return connector
        return None

    def is_free(self, connector_id: int, slot: Slot, code: str) -> bool:
        return not any(
            hold.connector_id in beside(self, connector_id) and hold.slot.overlaps(slot) and hold.code != code
            for hold in self.holds
            if not hold.released
        )

    def unusable(self, connector_id: int) -> bool:
        connector = self.connectors[connector_id]
        return connector.faulted or connector.occupied

    def _by_id(self, hold_id: int) -> Hold:
        return next(hold for hold in self.holds if hold.hold_id == hold_id)

    def full(self) -> Refusal:
        """To a booking."""
        why = Explanation.of(NoConnectorFree())
        return Refusal(code=SlotUnavailable.code, why=why, asks_for_others=True)

    def refusal(self, slot: Slot) -> Refusal:
        later = Alternative(
            site_id=SITE,
            site_name="Site north",
            pool_id="north-dc",
            slot=slot.moved_to(slot.end + timedelta(minutes=5)),
            power_w=POWER_W,
            distance_m=0,
            reservation_fee=Money(300, "EUR"),
        )
        return Refusal(code="slot_unavailable", why=Explanation.of(NoConnectorFree()), alternatives=(later,))
