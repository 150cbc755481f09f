"""Duties: what the gateway does with what chargers say and with what they were asked, once for all versions."""
