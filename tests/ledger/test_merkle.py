"""The Merkle tree is RFC 6962's, and a proof proves one leaf in one tree only."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from app.ledger import merkle

# Test vectors of RFC 6962 implementations: the eight leaves and two of their roots.
LEAVES = [
    bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")
] + [bytes.fromhex("606162636465666768696a6b6c6d6e6f")]
ROOT_OF_1 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
ROOT_OF_8 = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def plain_root(leaves: list[bytes]) -> bytes:
    """Return the root by the definition of RFC 6962, 2.1, recursively."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return merkle.leaf_hash(leaves[0])
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return merkle.node_hash(plain_root(leaves[:split]), plain_root(leaves[split:]))


def test_known_roots_come_out() -> None:
    """The published vectors are met."""
    assert merkle.root_of([merkle.leaf_hash(LEAVES[0])]).hex() == ROOT_OF_1
    assert merkle.root_of([merkle.leaf_hash(leaf) for leaf in LEAVES]).hex() == ROOT_OF_8


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_frontier_gives_the_root_of_the_definition(leaves: list[bytes]) -> None:
    """Growing leaf by leaf ends where the recursive definition does."""
    assert merkle.root_of([merkle.leaf_hash(leaf) for leaf in leaves]) == plain_root(leaves)


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40), st.data())
def test_an_audit_path_leads_from_its_leaf_to_the_root(
    leaves: list[bytes], data: st.DataObject
) -> None:
    """Each leaf's path proves it; with another leaf it proves nothing."""
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    index = data.draw(st.integers(0, len(hashes) - 1))
    path = merkle.inclusion(hashes, index)
    root = merkle.root_of(hashes)
    assert merkle.root_from(hashes[index], index, len(hashes), path) == root
    assert merkle.root_from(merkle.leaf_hash(b"other"), index, len(hashes), path) != root
