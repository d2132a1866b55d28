"""Verify 统一检定: what the verification body found."""
