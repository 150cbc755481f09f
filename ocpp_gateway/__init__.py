"""The charger-facing process: OCPP over WebSocket, translated to the domain's words."""
