"""Keys and signed documents."""
