"""Keeping an installation: backup, restore, and the move to another database."""
