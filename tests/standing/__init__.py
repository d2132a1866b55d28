"""Where a scale stands: facts gathered, answers worked out."""
