"""The gallery's application: the shell without any slice."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.gallery import make_app


@pytest.fixture(scope="module")
def gallery() -> Flask:
    """Return the application with every part of the shell on one page."""
    return make_app()


@pytest.fixture
def client(gallery: Flask) -> FlaskClient:
    """Return a browser without cookies."""
    return gallery.test_client()
