"""Progress, windows and events around one ordinary slot: 14:00-15:00 UTC on a winter Monday."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.charging.trouble import Trouble, TroubleCause
from domain.facts.attention import Attention, Problem
from domain.money.lines import ConnectorName
from domain.place.slots import Slot
from domain.reservation.assignment import Assignment
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.reservation.remembered import Contest
from domain.settlement.metering import ChargingLeg

START = datetime(2026, 1, 12, 14, 0, tzinfo=UTC)
END = START + timedelta(hours=1)


def at(minutes: float) -> datetime:
    """An instant so many minutes after the slot's start."""
    return START + timedelta(minutes=minutes)


def window(start: float, end: float) -> Slot:
    return Slot(at(start), at(end))


def make_assignment(**over: Any) -> Assignment:
    values: dict[str, Any] = {
        "hold_id": 1,
        "site_id": "site-a",
        "charger_id": "charger-1",
        "connector_id": 11,
        "connector_number": 1,
        "label": "Bay 1",
        "power_w": 50_000,
    }
    return Assignment(**(values | over))


def make_progress(state: State = State.CONFIRMED, **over: Any) -> Progress:
    """`needs_attention`: the detail of a failed settlement; `contested`, `contested_since`: a Contest.

    `fault_since`, `offline_since`: trouble that stands.
    """
    values: dict[str, Any] = {"state": state, "slot": Slot(START, END), "assignment": make_assignment()}
    values["booked_site"] = "site-a"
    if detail := over.pop("needs_attention", ""):
        values["attention"] = [Attention(problem=Problem.SETTLEMENT_FAILED, detail=detail)]
    since = over.pop("contested_since", None)
    troubles = list(over.pop("troubles", ()))
    if over.pop("contested", False):
        values["contest"] = Contest(since=since)
        troubles.append(make_trouble(TroubleCause.OCCUPIED, since or at(-15)))
    if fault_since := over.pop("fault_since", None):
        troubles.append(make_trouble(TroubleCause.FAULT, fault_since))
    if offline_since := over.pop("offline_since", None):
        troubles.append(make_trouble(TroubleCause.SILENT, offline_since, connector_number=None))
    values["troubles"] = troubles
    return Progress(**(values | over))


def make_trouble(
    cause: TroubleCause, began_at: datetime, ended_at: datetime | None = None, **over: Any
) -> Trouble:
    """Of the connector of `make_assignment`."""
    values: dict[str, Any] = {"charger_id": "charger-1", "connector_number": 1, "noticed_at": began_at}
    return Trouble(cause=cause, began_at=began_at, ended_at=ended_at, **(values | over))


def make_leg(energy_wh: int = 10_000, minutes: int = 30, bay: str | None = "Bay 1") -> ChargingLeg:
    return ChargingLeg(
        connector=ConnectorName(charger_id="charger-1", number=1, bay=bay),
        energy_wh=energy_wh,
        started_at=at(0),
        ended_at=at(0) + timedelta(minutes=minutes),
    )


def make_event(kind: ChargerEventKind, **over: Any) -> ChargerEvent:
    values: dict[str, Any] = {"event_id": "e-1", "kind": kind, "charger_id": "charger-1", "at": at(5)}
    return ChargerEvent(**(values | over))
