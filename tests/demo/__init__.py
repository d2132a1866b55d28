"""The demo, with its real processes."""
