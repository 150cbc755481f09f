"""Words of pages that are chosen by how things stand: the keys are `page.` and these."""

from collections.abc import Mapping

BAY: Mapping[str, str] = {
    "free": "bay.free",
    "taken": "bay.taken",
    "reserved": "bay.kept",
    "broken": "bay.broken",
}
"""By the state of a bay."""
BUTTONS: Mapping[str, str] = {
    name: f"do.{name}"
    for name in (
        "check_in",
        "start_charging",
        "accept_move",
        "decline_move",
        "stop_charging",
        "on_my_way",
        "extend",
        "shorten",
        "cancel",
    )
}
"""By the action of a reservation, in the order in which they stand on its page."""
