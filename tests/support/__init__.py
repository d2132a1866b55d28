"""What tests share: databases, makers of rows, a throw-away PostgreSQL."""
