"""Payments, ledger, provider events."""
