"""The one door through which anything changes state, and the proof that nothing else did."""
