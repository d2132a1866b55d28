"""The database: base, types, sessions."""
