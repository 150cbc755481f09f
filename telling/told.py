"""Notices as a letter tells them, the first that leaves a driver without a slot with what can be booked instead."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from activities.telling.instead import Instead, InsteadFinder
from db.tables import Notification
from domain.telling.next_steps import NextStep, next_step
from texts.messages.letter import Told
from texts.messages.offered import Offered


async def told_with_offers(
    notices: Sequence[Notification], finder: InsteadFinder, now: datetime
) -> list[Told]:
    """Of one of them alone: several lists would bury what the letter says. Fleets book on their board."""
    told = [_told(one) for one in notices]
    for at, notice in enumerate(notices):
        if next_step(notice.template) is NextStep.BOOK and notice.reservation_code and notice.driver_id:
            found = await finder.of(notice.reservation_code, notice.driver_id, now)
            if found is not None:
                told[at] = replace(told[at], instead=_offered(found))
                break
    return told


def _told(notice: Notification) -> Told:
    return Told(
        code=notice.template,
        parameters=notice.parameters,
        reservation=notice.reservation_code,
        zone=notice.zone,
    )


def _offered(instead: Instead) -> list[Offered]:
    return [
        Offered(
            site_id=one.site_id,
            site_name=one.site_name,
            pool_id=one.pool_id,
            slot=one.slot,
            power_w=one.power_w,
            distance_m=one.distance_m,
            zone=instead.zone,
        )
        for one in instead.found
    ]
