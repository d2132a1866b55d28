"""The numbers for Prometheus stay on this machine."""

from collections.abc import Iterator
from dataclasses import replace

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


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("10.1.7.7", {}, 200),
        ("fd00::7", {}, 200),
        ("10.2.0.1", {}, 403),
        ("10.1.7.7", {"X-Forwarded-For": "203.0.113.7"}, 403),
    ],
)
def test_a_named_network_reads_the_numbers(
    settings: Settings, address: str, headers: dict[str, str], status: int
) -> None:
    """In containers whoever watches is not on this machine; a visitor of the proxy never is."""
    env = {"WUTONG_METRICS_FROM": "10.1.0.0/16, fd00::/8"}
    app = create_app(replace(settings, metrics_from=Settings.from_env(env).metrics_from))
    answer = app.test_client().get(
        "/metrics", headers=headers, environ_base={"REMOTE_ADDR": address}
    )
    app.extensions["wutong"].database.dispose()
    assert answer.status_code == status


def test_a_network_that_is_none_is_told() -> None:
    """The message names the setting."""
    with pytest.raises(ValueError, match="WUTONG_METRICS_FROM"):
        Settings.from_env({"WUTONG_METRICS_FROM": "everywhere"})
