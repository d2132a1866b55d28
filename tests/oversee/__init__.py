"""Findings and leads: the software proposes, people decide."""
