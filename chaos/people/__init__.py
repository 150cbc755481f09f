"""Drivers and operators, who know only what they are answered and what they see at the bay."""
