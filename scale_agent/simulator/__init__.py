"""Virtual scales for demo, tests and training."""
