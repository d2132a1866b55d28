"""What pages and the API share."""
