"""Postgres: tables, queries, sessions and migrations."""
