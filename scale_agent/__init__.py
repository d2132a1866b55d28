"""The on-site agent: reads scale firmware and reports signed evidence."""
