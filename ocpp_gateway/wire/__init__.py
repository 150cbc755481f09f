"""The wire: OCPP-J frames, the official schemas, and each version's words for what the domain says. No behaviour.

A charger's *call* becomes a *report* and is given an *answer*; a *command* of ours is given a *reply*.
"""
