"""The demo: believable data and a station with virtual scales. Its secrets are no secrets."""
