"""The application with short patience, so that tests of slow senders are short too."""

from app.web import patience
from app.wsgi import app

__all__ = ["app"]

patience.HEAD_S = 1.5
