"""Gunicorn's own words, in our log."""

from typing import Any

from gunicorn.glogging import Logger

from app.web import logs


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Writes as our own log does, without addresses, headers and URIs."""

    def setup(self, cfg: Any) -> None:  # noqa: ANN401 - gunicorn's own
        """Take the place of gunicorn's handlers."""
        super().setup(cfg)
        logs.configure()
        self.error_log.handlers.clear()
        self.error_log.propagate = True

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Say what goes wrong; of a malformed request only that there was one."""
        if str(msg).startswith("Invalid request"):
            msg, args = "invalid request", ()
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: Any, *_args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Say what failed, without what it was asked."""
        said = type(msg).__name__ if isinstance(msg, BaseException) else msg.split("%")[0].strip()
        super().exception(said, **kwargs)
