"""OCPP 1.6J: the wire on one side, the domain's words on the other. No behaviour."""
