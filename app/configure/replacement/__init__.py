"""The end of old types: which scale may serve until when, what replaces it, and what that costs."""
