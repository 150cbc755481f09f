"""Entries of waiting lists, as JSON."""

from api.desk.waiting_list import Entry, Offer, Standing
from api.v1.schemas.waiting_list import PlaceOfferOut, StandingOut, WaitingEntryOut
from texts.reader import Reader


def waiting_entry_out(entry: Entry, reader: Reader) -> WaitingEntryOut:
    row = entry.row
    return WaitingEntryOut(
        id=row.id,
        site_id=row.site_id,
        driver_id=row.driver_id,
        start=row.window_start,
        end=row.window_end,
        lasts_minutes=None if row.length_seconds is None else row.length_seconds // 60,
        energy_wh=None if row.energy is None else row.energy["energy_wh"],
        pool_id=row.pool_id,
        connector_type=row.connector_type,
        tier=row.tier,
        state=entry.state,
        joined_at=row.joined_at,
        until=row.until,
        ended_at=row.ended_at,
        standing=None if entry.standing is None else _standing(entry.standing, row.weight),
        offer=None if entry.offer is None else _offer(entry.offer),
        asked_from=row.asked_from,
        snoozes_left=entry.snoozes_left,
        reservation=entry.reservation,
        passed_over=row.passed_over,
        passed_over_at=row.passed_over_at,
        why=reader.refusal(row.passed_over) if row.passed_over else "",
    )


def _standing(standing: Standing, weight: int) -> StandingOut:
    return StandingOut(
        place=standing.place,
        waiting=standing.waiting,
        waited_seconds=int(standing.waited.total_seconds()),
        gained_seconds=int(standing.gained.total_seconds()),
        weight=weight,
    )


def _offer(offer: Offer) -> PlaceOfferOut:
    return PlaceOfferOut(
        code=offer.code,
        start=offer.slot.start,
        end=offer.slot.end,
        pool_id=offer.pool_id,
        connector_type=offer.connector_type,
        quote=offer.quote,
        until=offer.until,
    )
