"""How long a session of a person lasts."""

from datetime import timedelta
from typing import Final

IDLE: Final = timedelta(hours=12)
LIFETIME: Final = timedelta(days=7)
