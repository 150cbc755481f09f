"""A reservation as an event of a calendar (RFC 5545): one event, whose newer word replaces the older one."""

from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

from contracts.publication import ReservationView
from domain.reservation.lifecycle import State
from texts.reader import Reader

_GONE = (State.CANCELLED, State.DECLINED, State.EXPIRED, State.UNFULFILLED, State.NO_SHOW)
_REMINDED = timedelta(minutes=30)


def event_of(view: ReservationView, reader: Reader, address: str, now: datetime) -> bytes:
    """`address`: of its page. `now`: aware UTC."""
    summary = reader.page("calendar.summary", bay=view.bay or view.site_name)
    event = Event()
    event.add("uid", f"{view.code}@slotkeeper")
    event.add("dtstamp", now)
    event.add("sequence", int(now.timestamp()))
    event.add("dtstart", view.slot_start)
    event.add("dtend", view.slot_end)
    event.add("summary", summary)
    event.add("location", ", ".join(part for part in (view.site_name, view.site_address, view.bay) if part))
    event.add("description", f"{view.code}\n{address}")
    event.add("url", address)
    event.add("status", "CANCELLED" if view.state in _GONE else "CONFIRMED")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", -_REMINDED)
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Slotkeeper//EN")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
