"""A reservation as JSON: the one place where what its workflow published becomes words and links for a reader."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from api.v1.schemas.fields import MoneyOut
from api.v1.schemas.reservations import (
    BayOut,
    CostOut,
    CostsOut,
    ProposedPlaceOut,
    ReservationForOperatorOut,
    ReservationOut,
    ReservationSummaryForOperatorOut,
    ReservationSummaryOut,
    TimelineEntryOut,
)
from api.v1.views.money import money_out
from api.v1.views.offers import alternative_out
from api.v1.views.terms import terms_out
from contracts.publication import ReservationView
from db.tables import ReservationRow
from domain.facts import prices
from domain.facts.timeline import without_detail
from domain.place.slots import Slot
from domain.reservation.actions.action import Actor
from domain.reservation.actions.table import BY_NAME
from domain.settlement.costs_ahead import CostUntil, Deed, remaining
from texts.reader import Reader


def reservation_out(
    view: ReservationView, reader: Reader, now: datetime, *, with_credential: bool = True
) -> ReservationOut:
    """For the driver or fleet it belongs to; `with_credential` False for anybody else who may read it.

    Read at `now`: what comes on another day is dated.
    """
    shared = _shared(view, reader, now)
    if not with_credential:
        return ReservationOut(
            **shared, id_tag=None, client_secret=None, possible=_paths(view, Actor.OPERATOR)
        )
    return ReservationOut(
        **shared,
        id_tag=view.id_tag,
        client_secret=view.client_secret,
        possible=_paths(view, Actor.DRIVER),
    )


def reservation_for_operator_out(
    view: ReservationView, reader: Reader, now: datetime
) -> ReservationForOperatorOut:
    """For operators: what needs attention, without the driver's credential."""
    return ReservationForOperatorOut(
        **_shared(view, reader, now, for_operator=True),
        id_tag=None,
        client_secret=None,
        possible=_paths(view, Actor.OPERATOR),
        account=view.account,
        needs_attention=_attention(view, reader),
    )


def timeline_out(view: ReservationView, reader: Reader, *, for_operator: bool) -> list[TimelineEntryOut]:
    """`for_operator`: with the outside world's own words."""
    reader = at_site(view, reader)
    told = [(e, e.parameters if for_operator else without_detail(e.parameters)) for e in view.timeline]
    return [
        TimelineEntryOut(
            at=entry.at,
            code=entry.code,
            parameters=parameters,
            text=reader.timeline(entry.code, parameters, entry.at),
        )
        for entry, parameters in told
    ]


def at_site(view: ReservationView, reader: Reader) -> Reader:
    """On the site's clock, in the reader's language."""
    return replace(reader, zone=view.site_zone)


def summary_out(row: ReservationRow) -> ReservationSummaryOut:
    return ReservationSummaryOut(**_columns(row))


def summary_for_operator_out(row: ReservationRow, reader: Reader) -> ReservationSummaryForOperatorOut:
    problems = [reader.attention(problem) for problem in row.needs_attention.split(",") if problem]
    return ReservationSummaryForOperatorOut(
        **_columns(row), account=row.account, needs_attention="; ".join(problems)
    )


def _columns(row: ReservationRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "state": row.state,
        "driver_id": row.driver_id,
        "fleet_id": row.fleet_id,
        "site_id": row.site_id,
        "start": row.slot_start,
        "end": row.slot_end,
        "connector_id": row.connector_id,
        "closed": row.closed_at is not None,
        "updated_at": row.updated_at,
    }


def _paths(view: ReservationView, actor: Actor) -> list[str]:
    """What is possible now, as the last parts of the actor's routes; a newer workflow may know more than we do."""
    actions = [BY_NAME[name] for name in view.possible if name in BY_NAME]
    return [action.path for action in actions if action.by is actor]


def _shared(
    view: ReservationView, reader: Reader, now: datetime, *, for_operator: bool = False
) -> dict[str, Any]:
    return {
        "code": view.code,
        "state": view.state,
        "driver_id": view.driver_id,
        "fleet_id": view.fleet_id,
        "site_id": view.site_id,
        "site_name": view.site_name,
        "site_address": view.site_address,
        "site_distance_m": view.site_distance_m,
        "site_detour_m": view.site_detour_m,
        "start": view.slot_start,
        "end": view.slot_end,
        "bay": _bay(view),
        "proposed": _proposed(view, reader),
        "enforcement": view.enforcement,
        "arrive_by": view.arrive_by,
        "next_deadline": _next_deadline(view, reader, now),
        "next_deadline_at": view.next_deadline_at,
        "money": money_out(view, reader),
        "costs": CostsOut(
            cancel=costs_out(Deed.CANCEL, remaining(view.cancelling, now), at_site(view, reader)),
            reschedule=costs_out(Deed.RESCHEDULE, remaining(view.changing, now), at_site(view, reader)),
        ),
        "terms": terms_out(view.terms, reader, Slot(view.slot_start, view.slot_end)),
        "energy_wh": view.receipt.bill.energy_wh if view.receipt else None,
        "decline_code": view.decline_code,
        "ended_by": view.ended_by,
        "timeline": timeline_out(view, reader, for_operator=for_operator),
    }


def costs_out(deed: Deed, told: Iterable[CostUntil], reader: Reader) -> list[CostOut]:
    """`reader`: on the site's clock."""
    fact = {Deed.CANCEL: prices.CancelCosts, Deed.RESCHEDULE: prices.RescheduleCosts}[deed]
    return [
        CostOut(
            cost=MoneyOut(minor=one.cost.minor, currency=one.cost.currency),
            until=one.until,
            text=reader.fact(fact(cost=one.cost, until=one.until, later=bool(n))),
        )
        for n, one in enumerate(told)
    ]


def _bay(view: ReservationView) -> BayOut | None:
    if view.charger_id is None or view.connector_id is None:
        return None
    return BayOut(
        charger_id=view.charger_id,
        connector_id=view.connector_id,
        connector_number=view.connector_number,
        label=view.bay,
        power_w=view.power_w,
        connector_type=view.plug or None,
    )


def _proposed(view: ReservationView, reader: Reader) -> ProposedPlaceOut | None:
    place = view.proposed
    if place is None:
        return None
    promised = Slot(view.slot_start, view.slot_end)
    at, told = place.slot or promised, place.instead
    return ProposedPlaceOut(
        number=place.number,
        site_id=place.site.site_id,
        site_name=place.site.name,
        site_address=place.site.address,
        site_distance_m=place.site.distance_m,
        charger_id=place.charger_id,
        label=place.bay,
        power_w=place.power_w,
        cause=place.cause,
        answer_by=place.answer_by,
        start=at.start,
        end=at.end,
        offer=None if told is None else alternative_out(told, promised, at_site(view, reader)),
    )


def _next_deadline(view: ReservationView, reader: Reader, now: datetime) -> str:
    if not view.next_deadline or view.next_deadline_at is None:
        return ""
    return at_site(view, reader).deadline(view.next_deadline, view.next_deadline_at, now, zoned=True)


def _attention(view: ReservationView, reader: Reader) -> str:
    return "; ".join(reader.attention(one.problem, one.detail) for one in view.attention)
