"""The wire: OCPP-J frames, the official schemas, and each version's words for what the domain says. No behaviour.

A charger's *call* becomes a *report* and is given an *answer*; a *command* of ours is given a *reply*. A new message of
chargers is one entry in `READS` of `v16.calls` or `v2x.calls`, a report in `reports` if none fits, and its case in
`duties.report_handler`; the decoder comes from the schema by itself.
"""
