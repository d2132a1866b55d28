"""The application with counters of one process alone: what limits would be if not shared."""

from app.config import Settings
from app.factory import create_app
from app.web.counters import Counters
from app.web.limits import EXTENSION

app = create_app(Settings.from_env())
app.extensions[EXTENSION] = Counters(None)
