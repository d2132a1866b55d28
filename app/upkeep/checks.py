"""What a restore refuses before anything is staged."""

import shutil
from typing import Final

from app.db import schema
from app.upkeep.archive import Reader
from app.upkeep.errors import UpkeepError
from app.upkeep.orders import Order

MARGIN: Final = 16 * 2**20


def check(order: Order, backup: Reader) -> None:
    """Refuse what needs no staging to be refused.

    Raises:
        UpkeepError: Why; nothing has changed.
    """
    manifest, target = backup.manifest, order.target
    wanted = target.realm or order.realm
    if wanted is None:
        raise UpkeepError(
            f"this is a backup of the installation {manifest.realm}; if that is the one you mean,"
            f" say so: --realm {manifest.realm}"
        )
    if wanted != manifest.realm:
        raise UpkeepError(
            f"this is a backup of another installation: {manifest.realm}, not {wanted}"
        )
    if manifest.facts.kind != target.kind:
        raise UpkeepError(
            f"this is a backup of {manifest.facts.kind}, the target is {target.kind}; restore it"
            " into an SQLite home of its own first, then: wutong db move"
            if manifest.facts.kind == "sqlite"
            else f"this is a backup of PostgreSQL, the target is {target.kind}; set"
            " WUTONG_DATABASE_URL to a PostgreSQL database"
        )
    if not schema.knows(target.settings.database_url, manifest.facts.revision):
        raise UpkeepError(
            f"the backup's schema {manifest.facts.revision} is newer than this program; install"
            " the program that made it"
        )
    if target.has_data() and not order.replace:
        raise UpkeepError(
            f"{target.home} or its database is not empty; --replace puts what is there aside"
        )
    target.refuse_in_use()
    _refuse_full_disk(order, backup)


def _refuse_full_disk(order: Order, backup: Reader) -> None:
    need = sum(member.size for member in backup.manifest.members.values()) + MARGIN
    place = order.target.home
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if need > free:
        raise UpkeepError(
            f"the disk of {place} has {free // 2**20} MiB left, the restore needs"
            f" {need // 2**20} MiB"
        )
