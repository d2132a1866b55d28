"""People: sign-in, sessions, second factor, grants."""
