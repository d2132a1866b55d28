"""RFC 6962 Merkle tree, kept as a frontier so that appending and rooting cost O(log n).

The frontier is the list of roots of the perfect subtrees that the leaves so far make,
largest first: one for each 1 bit of the size.
"""

import hashlib
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Final

EMPTY: Final = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def append(peaks: Sequence[bytes], size: int, leaf: bytes) -> list[bytes]:
    """Return the frontier of ``size`` + 1 leaves."""
    grown = [*peaks, leaf]
    while size & 1:
        right, left = grown.pop(), grown.pop()
        grown.append(node_hash(left, right))
        size >>= 1
    return grown


def root(peaks: Sequence[bytes]) -> bytes:
    """Return the root of the tree that has this frontier."""
    if not peaks:
        return EMPTY
    return reduce(lambda right, left: node_hash(left, right), reversed(peaks))


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over the leaf hashes ``leaves``."""
    peaks: list[bytes] = []
    for size, leaf in enumerate(leaves):
        peaks = append(peaks, size, leaf)
    return root(peaks)


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of leaf ``index`` (RFC 6962, 2.1.1), nearest node first."""
    if len(leaves) <= 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*inclusion(leaves[:split], index), root_of(leaves[split:])]
    return [*inclusion(leaves[split:], index - split), root_of(leaves[:split])]


def root_from(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that ``path`` leads to (RFC 9162, 2.1.3.2), or None if it cannot be one."""
    found, last = leaf, size - 1
    for node in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            found = node_hash(node, found)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = node_hash(found, node)
        index, last = index >> 1, last >> 1
    return found if last == 0 else None
