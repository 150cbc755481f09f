"""Slots, pools and connectors: what can be promised where and when. `choosing` says which connector is given."""
