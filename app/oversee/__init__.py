"""Oversight: findings, leads, the ledger."""
