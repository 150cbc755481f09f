"""Bays of the fake site that are asked for by their name."""

from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.holds import HoldDecision, MoveHold
from domain.terms.named_bay import NamedBay
from tests.workflows.places import Hold

if TYPE_CHECKING:
    from tests.workflows.site import Site


def told_of(bay: str) -> NamedBay:
    return NamedBay(bay=bay, lost=0, starts=10)


def with_bays(site: "Site") -> None:
    """Each connector stands at one of its own."""
    for at in site.connectors.values():
        at.bay = at.label


def moved_to_bay(site: "Site", hold: Hold, ask: MoveHold, bay: str) -> HoldDecision:
    """To the one of that name, if it is free; empty: the hold stays where it is."""
    named = next((at for at in site.connectors.values() if bay and at.bay == bay), None)
    if named is not None:
        if not site.is_free(named.connector_id, ask.slot, ask.code):
            return HoldDecision(refusal=site.refusal(ask.slot))
        hold.connector_id = named.connector_id
    hold.slot = ask.slot
    told = told_of(bay) if bay else None
    terms = None if ask.terms is None or ask.terms.named_bay == told else replace(ask.terms, named_bay=told)
    return HoldDecision(held=site.handed_out(hold), terms=terms)
