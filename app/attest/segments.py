"""Pieces of a program at their addresses, and how they become one image.

Gaps are filled with 0xFF, as erased flash reads.
"""

from typing import Final

from app.attest.image_errors import BadRecordError, EmptyImageError, OverlapError, TooLargeError

LARGEST_IMAGE: Final = 16 << 20
MOST_SEGMENTS: Final = 65_536
ERASED: Final = b"\xff"


class Segments:
    """Collects pieces in the order of the file; neighbours that follow each other are joined."""

    def __init__(self) -> None:
        self._found: list[tuple[int, bytearray]] = []
        self._end = -1

    def add(self, address: int, data: bytes) -> None:
        """Put ``data`` at ``address``.

        Raises:
            BadRecordError: The file is in more pieces than any program.
        """
        if address == self._end:
            self._found[-1][1].extend(data)
        elif data:
            if len(self._found) == MOST_SEGMENTS:
                raise BadRecordError(f"the file is scattered over more than {MOST_SEGMENTS} places")
            self._found.append((address, bytearray(data)))
            self._end = address
        self._end += len(data)

    def image(self) -> tuple[int, bytes]:
        """Return the lowest address and the bytes from there to the end of the last piece.

        Raises:
            EmptyImageError: Nothing was added.
            OverlapError: Two pieces claim the same address.
            TooLargeError: First and last byte are too far apart.
        """
        if not self._found:
            raise EmptyImageError("the file holds no program bytes")
        ordered = sorted(self._found, key=lambda piece: piece[0])
        base = end = ordered[0][0]
        for address, data in ordered:
            if address < end:
                raise OverlapError(f"address {address:#x} is given twice", address=address)
            end = address + len(data)
        if end - base > LARGEST_IMAGE:
            raise TooLargeError(
                f"the program spans {end - base} bytes, at most {LARGEST_IMAGE} are taken"
            )
        return base, self._filled(ordered, base)

    @staticmethod
    def _filled(ordered: list[tuple[int, bytearray]], base: int) -> bytes:
        memory = bytearray()
        for address, data in ordered:
            memory += ERASED * (address - base - len(memory))
            memory += data
        return bytes(memory)
