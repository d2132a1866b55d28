"""What the quality goals give figures for, measured."""
