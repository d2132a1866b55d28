"""The `wutong` command."""
