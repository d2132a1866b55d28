"""Who calls the stations' API, and what their reports are judged with."""

from flask import g

from app.attest import stations
from app.attest.cases import Bench, Sender
from app.db.session import utcnow
from app.web.access import NotSignedInError
from app.web.database import installation, transaction


def sender() -> Sender:
    """Return the station behind the bearer token, and note that it was heard.

    Raises:
        NotSignedInError: The token is no enrolled station's, or it was revoked.
    """
    station, at = g.get("station"), utcnow()
    if station is None or station.keyid is None or station.public_key is None:
        raise NotSignedInError("no enrolled station has this token")
    key = bytes.fromhex(station.public_key)
    found = Sender(station.id, station.uid, station.path, station.keyid, key)
    is_due = stations.is_worth_noting(station.last_seen_at, station.silent_since, at)
    if is_due:
        with transaction() as session:
            stations.note_heard(session, found.id, at=at)
    return found


def bench() -> Bench:
    """Return what judging works with."""
    found = installation()
    return Bench(found.keys.server, found.blobs)
