"""One file that holds a backup: a tar whose last member is the signed manifest."""

import fcntl
import hashlib
import io
import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Self

from app.upkeep import manifest as manifests
from app.upkeep.errors import UpkeepError
from app.upkeep.manifest import Manifest, Member

MANIFEST: Final = "manifest.json"
KEYS: Final = "keys.sealed"
BLOBS: Final = "blobs/"
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
DATABASE: Final = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
PRIVATE_FILE: Final = 0o600
CHUNK: Final = 2**20
LARGEST_MANIFEST: Final = 2**28


@contextmanager
def draft_of(target: Path) -> Iterator[IO[bytes]]:
    """Yield a private file that becomes ``target``, whole and durable, if the block ends well.

    Raises:
        UpkeepError: There is such a file, or another backup is writing it.
    """
    if target.exists():
        raise UpkeepError(f"{target} is there already; choose another name")
    draft = target.with_name(f".{target.name}.part")
    # What a killed backup left under this name is written over.
    handle = os.open(draft, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    with os.fdopen(handle, "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UpkeepError(f"another backup is writing {target}") from None
        file.truncate()
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            draft.rename(target)
            sync_folder(target.parent)
        finally:
            draft.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Writer:
    """Writes members and remembers what they were."""

    def __init__(self, file: IO[bytes]) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self.members: dict[str, Member] = {}

    def add(self, name: str, data: bytes, came: int = 0) -> None:
        """Add a member from memory."""
        self._add(name, io.BytesIO(data), len(data), came)

    def add_file(self, name: str, path: Path) -> None:
        """Add a file that nobody writes to any more."""
        with path.open("rb") as file:
            self._add(name, file, os.fstat(file.fileno()).st_size)

    def close(self, manifest: bytes) -> None:
        """Add the manifest, and end."""
        self._add(MANIFEST, io.BytesIO(manifest), len(manifest))
        self._tar.close()

    def _add(self, name: str, file: IO[bytes], size: int, came: int = 0) -> None:
        about = tarfile.TarInfo(name)
        about.size, about.mode = size, PRIVATE_FILE
        reader = _Hashing(file)
        self._tar.addfile(about, reader)
        self.members[name] = Member(size=size, sha256=reader.digest.hexdigest(), came=came)


class _Hashing:
    """Reads a file and hashes what it read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


class Reader:
    """A backup that is whole as far as its manifest and the list of its members tell."""

    def __init__(self, path: Path) -> None:
        """Open ``path``.

        Raises:
            UpkeepError: It is no backup, is cut off, or has members that the manifest has not.
        """
        self._file = path.open("rb")
        try:
            self._open(path)
            self._compare()
        except UpkeepError:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def blobs(self) -> list[str]:
        """Return the digests of the blobs in it."""
        names = (name.removeprefix(BLOBS) for name in self._found if name.startswith(BLOBS))
        return sorted(name for name in names if DIGEST.fullmatch(name))

    def read(self, name: str) -> bytes:
        """Return a small member, verified."""
        into = io.BytesIO()
        self._copy(name, into)
        return into.getvalue()

    def extract(self, name: str, target: Path) -> None:
        """Write a member to ``target``, verified as it is written.

        Raises:
            UpkeepError: Its bytes are not those that were backed up.
        """
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        with os.fdopen(handle, "wb") as into:
            self._copy(name, into)
        if came := self.manifest.members[name].came:
            os.utime(target, ns=(came, came))  # judging asks when an image came

    def _open(self, path: Path) -> None:
        try:
            self._tar = tarfile.open(fileobj=self._file, mode="r:")  # noqa: SIM115 - our file
            self._found = {member.name: member for member in self._tar}
        except (tarfile.TarError, EOFError) as error:
            raise UpkeepError(f"{path} is no backup, or is cut off or changed") from error
        self.manifest = self._manifest(path)

    def _manifest(self, path: Path) -> Manifest:
        member = self._found.pop(MANIFEST, None)
        file = self._tar.extractfile(member) if member else None
        if file is None or member is None or member.size > LARGEST_MANIFEST:
            raise UpkeepError(
                f"{path} is cut off or changed: its manifest, the last part, is not there"
            )
        try:
            data = file.read()
        except tarfile.TarError as error:
            raise UpkeepError(f"{path} is cut off in its manifest") from error
        self.digest = hashlib.sha256(data).hexdigest()
        return manifests.read(data)

    def _compare(self) -> None:
        told = {name: member.size for name, member in self.manifest.members.items()}
        if told != {name: member.size for name, member in self._found.items()}:
            raise UpkeepError("parts of this backup are missing, added or of another length")
        if not all(member.isreg() for member in self._found.values()):
            raise UpkeepError("this backup holds something that is no file")

    def _copy(self, name: str, into: IO[bytes]) -> None:
        file = self._tar.extractfile(self._found[name])
        assert file is not None  # noqa: S101 - ``_compare`` has seen that it is a file
        digest = hashlib.sha256()
        try:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                into.write(chunk)
        except tarfile.TarError as error:
            raise UpkeepError(f"this backup is cut off in {name}") from error
        if digest.hexdigest() != self.manifest.members[name].sha256:
            raise UpkeepError(f"{name} in this backup was changed: its digest does not fit")
