"""Taking a county's own list into the register: read, map, check, compare, apply, undo."""
