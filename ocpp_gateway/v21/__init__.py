"""OCPP 2.1: the wire on one side, the domain's words on the other. No behaviour."""
