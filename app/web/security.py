"""The headers of every response, exactly these.

Source of the policy: decisions.md 16; no inline script or style anywhere, no other host.
"""

from types import MappingProxyType
from typing import Final

from flask import Flask, Response, g, request

POLICY: Final = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data:; "
    "font-src 'self'; "
    "connect-src 'self'; "
    "manifest-src 'self'; "
    "worker-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; "
    "frame-ancestors 'none'"
)
# WebAssembly on the scan page and in the worker that decodes for it, nowhere else.
WITH_WASM: Final = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
DECODER: Final = "scan-worker."
HEADERS: Final = MappingProxyType(
    {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": (
            "camera=(self), geolocation=(), microphone=(), payment=(), usb=(), serial=()"
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)
TWO_YEARS: Final = "max-age=63072000; includeSubDomains"
# File names carry a hash of their content, so a copy never grows old.
FOR_EVER: Final = "public, max-age=31536000, immutable"
NEVER: Final = "no-store"
STATIC: Final = "static"


def init_app(app: Flask) -> None:
    """Put our headers on every response of ``app``."""
    app.config.update(SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax")
    app.after_request(_guard)


def _guard(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    if "policy" in g:
        response.headers["Content-Security-Policy"] = g.policy
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = TWO_YEARS
    if request.endpoint == STATIC and response.status_code in {200, 206, 304}:
        response.headers["Cache-Control"] = FOR_EVER
        # A worker obeys the policy that came with its own file.
        if request.path.rpartition("/")[2].startswith(DECODER):
            response.headers["Content-Security-Policy"] = WITH_WASM
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = NEVER
    return response
