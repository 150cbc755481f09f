"""What OpenAPI calls each action, by `action.<name>.summary` and `.description`."""

from domain.reservation.actions.table import Action

TEXTS = {
    "action.cancel.summary": "Cancel a reservation",
    "action.cancel.description": "The cancellation tiers of the accepted terms apply.",
    "action.reschedule.summary": "Move a reservation to another time",
    "action.reschedule.description": "Move the slot; nothing changes when the new one is not free.",
    "action.extend.summary": "Stay longer on the same connector",
    "action.extend.description": "Stay longer on the same connector, if nobody else has it.",
    "action.on_my_way.summary": "Announce the arrival and keep the connector longer",
    "action.on_my_way.description": "Say when you will be there: extends the grace period, once.",
    "action.check_in.summary": "Say that the driver is here",
    "action.check_in.description": '"I am here": by app, or by the QR code on the bay.',
    "action.start_charging.summary": "Start charging from the app",
    "action.start_charging.description": (
        "Start charging remotely. The charger's own report, not this answer, makes it CHARGING."
    ),
    "action.stop_charging.summary": "Stop charging from the app",
    "action.stop_charging.description": "Stop charging remotely.",
    "action.operator_cancel.summary": "Cancel a reservation without a fee",
    "action.operator_cancel.description": "Cancel for the operator's reasons: never a fee.",
    "action.reassign.summary": "Move a reservation to another connector",
    "action.reassign.description": "Move it to a named connector, or to the best free one.",
    "action.waive.summary": "Take a fee off a reservation",
    "action.waive.description": "Take a fee off, now or when it would be charged.",
    "action.force_release.summary": "Give the connector back now",
    "action.force_release.description": "Give the connector back now, whatever the state.",
    "action.resolve.summary": "Mark as settled what needed attention",
    "action.resolve.description": "What needed attention is settled by hand; the reservation goes on.",
}


def wording(action: Action, part: str) -> str:
    """`part`: `summary` or `description`. An action without texts yet goes by its name."""
    return TEXTS.get(f"action.{action.name}.{part}", action.name.replace("_", " ").capitalize())
