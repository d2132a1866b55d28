"""Who may call what, slice by slice; ``tests/web/access_matrix.py`` says how a line reads."""
