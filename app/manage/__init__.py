"""Manage 统一管理: where each scale stands, with whom."""
