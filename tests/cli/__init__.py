"""The `wutong` command, run as people run it."""
