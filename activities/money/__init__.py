"""Deposits, settlement, the ledger, and Stripe behind its one adapter."""
