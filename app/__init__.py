"""The Wutong server."""
