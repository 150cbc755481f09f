"""What the foreign charge points answer to our calls: an obliging charger. Payloads of all versions."""

from tests.foreign.charge_point import Answers, Payload


def _accepted(_call: Payload) -> Payload:
    return {"status": "Accepted"}


def _configuration(_call: Payload) -> Payload:
    profiles = {"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core,Reservation"}
    return {"configurationKey": [profiles]}


def _variables(call: Payload) -> Payload:
    """It has none of those we ask for."""
    asked = call["getVariableData"]
    return {
        "getVariableResult": [
            {
                "attributeStatus": "UnknownVariable",
                "component": question["component"],
                "variable": question["variable"],
            }
            for question in asked
        ]
    }


ANSWERS: Answers = {
    "ReserveNow": _accepted,
    "CancelReservation": _accepted,
    "Reset": _accepted,
    "TriggerMessage": _accepted,
    "ChangeAvailability": _accepted,
    "RemoteStartTransaction": _accepted,
    "RemoteStopTransaction": _accepted,
    "RequestStartTransaction": _accepted,
    "RequestStopTransaction": _accepted,
    "GetConfiguration": _configuration,
    "GetVariables": _variables,
}
