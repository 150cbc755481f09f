"""Duties: what the gateway does with what chargers say and with what they were asked, once for all versions.

`report_handler` sends each report to its duty. No sockets and no frames here; chargers are `live_chargers`.
"""
