"""Attestation: evidence from stations, reference values, verdicts."""
