"""What gunicorn serves."""

from app.attest import admission
from app.config import Settings
from app.factory import create_app

app = create_app(Settings.from_env())
admission.open_aside(app)
