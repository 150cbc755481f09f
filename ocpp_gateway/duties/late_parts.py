"""Parts of a transaction that come late or never: ends before starts, starts without a stop before them."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from db.queries.charging.access import AccessFacts, access_facts
from db.queries.charging.cards_at import holder_at
from domain.charging.access import opens_within
from domain.charging.clocks import InstantBasis, Visit, stretched
from domain.charging.events import ChargerEventKind
from domain.charging.presence import SUPERSEDED
from domain.charging.readings import Context, Reading, Told
from domain.charging.session_identity import BegunSession, end_of_begun
from ocpp_gateway.duties.access_gate import Judgement, Recipients
from ocpp_gateway.duties.event_times import read_by
from ocpp_gateway.duties.received_call import Outcome
from ocpp_gateway.duties.reporting import Reporting
from ocpp_gateway.duties.session_ends import replace_session
from ocpp_gateway.duties.shared_ids import note_shared_id
from ocpp_gateway.storage import session_signs, sessions, unplaced
from ocpp_gateway.storage.chargers import connector_id, power_of
from ocpp_gateway.storage.open_sessions import open_on_connector
from ocpp_gateway.storage.sessions import Session
from ocpp_gateway.wire.answers import TokenAnswer
from ocpp_gateway.wire.reports import Phase


class LateParts(Reporting, ABC):
    """One report on its way; what `transactions` does with every report is its subclass's."""

    async def _facts_of_start(self, id_tag: str) -> AccessFacts:
        """Where all that is known of when it was is an absence of the charger, as of the card's own window in it.

        Without one it is judged at its end: whose place it is by then is not given away on a guess.
        """
        absence = self._possible
        if absence is not None:
            charger_id = self._received.charger_id
            then = await access_facts(
                self._connection, charger_id=charger_id, id_tag=id_tag, now=absence.start
            )
            until = absence.end if self._report.offline else self._received.at
            at = opens_within(then.token, then.holds, absence.start, until)
            self._at = self._at if at is None else at
            self._judged_at = until if at is None else at
        return await self._facts(id_tag)

    async def _end_if_known(self, session: Session, judgement: Judgement | None, *, is_past: bool) -> None:
        """Its end came first; or a later one runs there already, so that it ended without our being told."""
        end = await self._early_end(session)
        if end is not None:
            await self._take_readings(session, _register_of(end))
            await sessions.close(
                self._connection, session, end.ended_at, end.stop_reason, basis=InstantBasis.CHARGER
            )
            await self._tell_early_end(session, judgement, end.ended_at, end.stop_reason)
            await self._tell_waiting(session)
        elif is_past:
            await sessions.close(
                self._connection,
                session,
                self._at,
                SUPERSEDED,
                basis=InstantBasis.ESTIMATED,
                inferred=True,
            )
            await self._tell_early_end(session, judgement, self._at, SUPERSEDED)

    async def _early_end(self, session: Session) -> unplaced.StrayEnd | None:
        """That it had before it was told; it is placed by this."""
        report, connection = self._report, self._connection
        kept = await unplaced.kept_since(connection, self._received.charger_id, self._at)
        if not kept:
            return None
        begun = BegunSession(
            started_at=self._at,
            transaction_id=None if report.seq_no is None else session.transaction_id,
            id_tag=session.id_tag,
            driver_id=session.driver_id,
            group_id=(await holder_at(connection, session.id_tag, self._at)).group_id,
            meter_wh=report.meter_wh,
        )
        number = end_of_begun(begun, kept)
        if number is None:
            return None
        return await unplaced.place(connection, number, session.id, self._received.at)

    async def _tell_early_end(
        self, session: Session, judgement: Judgement | None, at: datetime, reason: str
    ) -> None:
        """To the reservation that was not known when the end came."""
        code = None if judgement is None or not judgement.allowed else judgement.decision.reservation_code
        self._at = at
        if code is not None:
            kind, known = ChargerEventKind.TRANSACTION_ENDED, f"{self._event_id}:ended_before"
            await self._record(known, kind, session, {code: True}, None, detail=reason)

    async def _tell_waiting(self, session: Session) -> None:
        """Whose fee waits for an end like this one, whoever's it is."""
        codes = await unplaced.waiting(self._connection, self._received.charger_id)
        if codes:
            known = f"{self._event_id}:end_placed"
            waiting: Recipients = dict.fromkeys(codes, False)
            await self._record(known, ChargerEventKind.END_PLACED, session, waiting, None)

    async def _keep_unplaced(self) -> None:
        """Its start may come later; else it is an operator's."""
        report, received = self._report, self._received
        begun = await self._begun_unplaced()
        end = unplaced.StrayEnd(
            begun_at=None if begun is None else begun.at,
            meter_start_wh=None if begun is None else begun.meter_wh,
            transaction_id=report.transaction_id,
            ended_at=self._at,
            meter_wh=report.meter_wh,
            stop_reason=report.stop_reason,
            id_tag=report.id_tag or ("" if begun is None else begun.id_tag) or "",
        )
        event_id = self._message_event_id()
        await unplaced.keep(self._connection, event_id, received.charger_id, end, received.at)

    async def _begun_unplaced(self) -> unplaced.Begun | None:
        """Its start, where that was told and had no place."""
        report = self._report
        if report.phase is Phase.STARTED or report.transaction_id is None or self._known:
            return None
        return await unplaced.begun(
            self._connection, self._received.charger_id, report.transaction_id, before=self._received.at
        )

    async def _supersede(self, place: int, successor: str | None, *, moves: Session | None = None) -> bool:
        """A connector has one transaction: an older open one has ended without our being told.

        What happened before and is only told now replaces nothing, and what was only supposed there may be elsewhere.
        True: a later one runs there. `successor`: whose the new one is. `moves`: it is not new, but told to be here.
        """
        is_past = self._heard_at < self._received.at
        if is_past and await session_signs.began_later(self._connection, place, self._heard_at):
            return True
        if is_past and self._report.phase is Phase.ENDED:
            return False
        others = [one for one in self._known if moves is None or one.id != moves.id]
        await note_shared_id(self._connection, self._received, place, others)
        charger_id, now = self._received.charger_id, self._received.at
        for old in await open_on_connector(self._connection, place):
            if old.place_inferred and old.last_seq_no is not None:
                continue  # 2.x: it may be told yet
            told = await replace_session(self._connection, charger_id, old, successor=successor, now=now)
            self._recorded = self._recorded or told
        return False

    async def _take_late_start(self, session: Session) -> Outcome:
        """Later parts of the transaction came first, perhaps even its end."""
        report = self._report
        place = None
        if report.connector_number and session.ended:  # where it was supposed before anybody said it
            place = await connector_id(self._connection, self._received.charger_id, report.connector_number)
        place = place or session.connector_id
        await session_signs.take_start(
            self._connection,
            session,
            at=self._at,
            told_at=report.at,
            basis=self._basis,
            connector_id=place,
        )
        session = replace(session, connector_id=place)
        if report.id_tag is None or session.authorised:
            return await self._conclude(session, None, await self._further(session))
        return await self._take_late_token(session, report.id_tag)

    def _names_late(self, session: Session) -> bool:
        """Does it say whose the transaction was, of which so far only the end is known?"""
        if session.ended_at is None or session.id_tag or session.authorised:
            return False
        return self._report.phase is Phase.UPDATED and self._at <= session.ended_at

    async def _take_late_token(self, session: Session, id_tag: str) -> Outcome:
        facts = await self._facts(id_tag)
        judgement = await self._judged(facts, session.connector_id)
        return await self._take_late_judgement(session, facts, judgement)

    async def _take_late_judgement(
        self, session: Session, facts: AccessFacts, judgement: Judgement
    ) -> Outcome:
        outcome = await self._take_first_token(session, facts, judgement)
        if session.ended_at is not None:
            await self._tell_early_end(session, judgement, session.ended_at, "")
            outcome = replace(outcome, refused_transaction=None)  # there is nothing to stop any more
        return replace(outcome, events=self._recorded)

    async def _stretch(self, session: Session) -> Session:
        """The end tells how long a visit was that was queued: by its own stamps, or by what it took."""
        liveness, report, told_at = self._received.liveness, self._report, session.start_told_at
        if liveness is None or told_at is None or (session.ended and not session.end_inferred):
            return session
        rise = (report.meter_wh or 0) - session.meter_start_wh if session.meter_start_wh >= 0 else 0
        unset, estimated = report.at == self._received.at, session.started_basis == InstantBasis.ESTIMATED
        # Its power matters where its clock says nothing.
        power_w = await power_of(self._connection, session.connector_id) if unset or estimated else 0
        visit = Visit(
            started_at=session.started_at,
            ended_at=self._at,
            stamped=report.at - told_at,
            energy_wh=max(rise, 0),
            unset=unset,
            estimated=estimated,
            power_w=power_w,
        )
        found = stretched(visit, liveness.presence)
        if found is None:
            return session
        started_at, self._at = found
        self._basis = InstantBasis.ESTIMATED
        await session_signs.take_start(
            self._connection,
            session,
            at=started_at,
            told_at=told_at,
            basis=InstantBasis.ESTIMATED,
            connector_id=session.connector_id,
            known_better=True,
        )
        if session.meter_start_wh >= 0:
            begin = Reading(at=started_at, wh=session.meter_start_wh, context=Context.BEGIN, told=Told.START)
            await self._take_readings(session, (begin,))
        return replace(session, started_at=started_at)

    # -- the register -------------------------------------------------------------------------------------
    async def _read_meter(self, session: Session, seq_no: int | None = None) -> None:
        await self._take_readings(session, read_by(self._report.readings, self._at - self._report.at), seq_no)

    async def _take_readings(
        self, session: Session, readings: Sequence[Reading], seq_no: int | None = None
    ) -> None:
        await sessions.read_meter(
            self._connection, session, readings, received_at=self._received.at, seq_no=seq_no
        )

    async def _take_correction(self, session: Session | None) -> None:
        """An end that is told again may show another register."""
        if session is not None and self._report.phase is Phase.ENDED:
            await self._read_meter(session)

    # -- what every report needs --------------------------------------------------------------------------
    @abstractmethod
    async def _judged(self, facts: AccessFacts, place: int, at: datetime | None = None) -> Judgement: ...

    @abstractmethod
    async def _facts(self, id_tag: str, at: datetime | None = None) -> AccessFacts: ...

    @abstractmethod
    async def _further(self, session: Session) -> TokenAnswer | None: ...

    @abstractmethod
    async def _take_first_token(
        self, session: Session, facts: AccessFacts, judgement: Judgement
    ) -> Outcome: ...


def register_of_begin(begun: unplaced.Begun | None) -> tuple[Reading, ...]:
    """What the start showed of a transaction that has its place only now."""
    if begun is None or begun.meter_wh is None:
        return ()
    return (Reading(at=begun.at, wh=begun.meter_wh, context=Context.BEGIN, told=Told.START),)


def _register_of(end: unplaced.StrayEnd) -> tuple[Reading, ...]:
    if end.meter_wh is None:
        return ()
    return (Reading(at=end.ended_at, wh=end.meter_wh, context=Context.END, told=Told.STOP),)
