"""Notices as a letter tells them, the first that leaves a driver without a slot with what can be booked instead."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from activities.telling.instead import InsteadFinder
from db.tables import Notification
from domain.telling.next_steps import NextStep, next_step
from texts.messages.letter import Told


async def told_with_offers(
    notices: Sequence[Notification], finder: InsteadFinder, now: datetime
) -> list[Told]:
    """Of one of them alone: several lists would bury what the letter says. Fleets book on their board."""
    told = [_told(one) for one in notices]
    for at, notice in enumerate(notices):
        if next_step(notice.template) is NextStep.BOOK and notice.reservation_code and notice.driver_id:
            found = await finder.of(notice.reservation_code, notice.driver_id, now)
            if found is not None:
                told[at] = replace(told[at], instead=found)
                break
    return told


def _told(notice: Notification) -> Told:
    return Told(
        code=notice.template,
        parameters=notice.parameters,
        reservation=notice.reservation_code,
        zone=notice.zone,
    )
