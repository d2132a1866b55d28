"""The application with an answer that its description does not know."""

from flask import Response, request

from app.wsgi import app

__all__ = ["app"]


@app.after_request
def lie(response: Response) -> Response:
    """Call every answer of one route by another name than the description does."""
    if request.path == "/api/v1/me":
        response.content_type = "text/html"
    return response
