"""The numbers for Prometheus stay on this machine."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from app.config import Settings
from app.factory import create_app


@pytest.fixture
def client(settings: Settings) -> Iterator[FlaskClient]:
    """Yield a client of the application."""
    app = create_app(settings)
    yield app.test_client()
    app.extensions["wutong"].database.dispose()


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.7", {}, 403),
        ("no address", {}, 403),
        # A proxy on this machine asks for somebody else.
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.7"}, 403),
    ],
)
def test_metrics_are_for_this_machine(
    client: FlaskClient, address: str, headers: dict[str, str], status: int
) -> None:
    """Whoever asks from elsewhere is refused, however the request came in."""
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status
