"""Trees over a day: one entry can be proved to belong to it, and nothing else can."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from vision.sealing import root_of_proof, tree_proof, tree_root

hashes = st.binary(min_size=1, max_size=8).map(lambda seed: hashlib.sha256(seed).hexdigest())
days = st.lists(hashes, min_size=1, max_size=70)


@given(days, st.data())
def test_every_entry_leads_to_the_root(entries: list[str], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    proof = tree_proof(entries, index)
    assert root_of_proof(entries[index], index, len(entries), proof) == tree_root(entries)


@given(days, hashes, st.data())
def test_another_entry_leads_elsewhere(entries: list[str], other: str, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    proof = tree_proof(entries, index)
    if other != entries[index]:
        assert root_of_proof(other, index, len(entries), proof) != tree_root(entries)


@given(days, st.data())
def test_a_changed_proof_leads_elsewhere(entries: list[str], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    proof = tree_proof(entries, index)
    changed = data.draw(
        st.sampled_from([proof[:-1], [*proof, "0" * 64], ["0" * 64, *proof], proof[::-1]])
    )
    if changed != proof:
        assert root_of_proof(entries[index], index, len(entries), changed) != tree_root(entries)


@given(st.lists(hashes, min_size=1, max_size=70, unique=True), st.data())
def test_an_entry_has_one_place(entries: list[str], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    place = data.draw(st.integers(-2, len(entries) + 1))
    proof = tree_proof(entries, index)
    reached = root_of_proof(entries[index], place, len(entries), proof)
    assert place == index or reached != tree_root(entries)


@given(st.lists(hashes, min_size=2, max_size=40, unique=True), st.data())
def test_the_root_names_every_entry_and_its_order(entries: list[str], data: st.DataObject) -> None:
    mixed = data.draw(st.permutations(entries))
    assert (tree_root(mixed) == tree_root(entries)) == (mixed == entries)
    assert tree_root(entries[:-1]) != tree_root(entries)


def test_the_tree_is_the_one_of_rfc_6962() -> None:
    a, b, c = (hashlib.sha256(name).hexdigest() for name in (b"a", b"b", b"c"))
    leaves = [hashlib.sha256(b"\x00" + bytes.fromhex(entry)).digest() for entry in (a, b, c)]
    left = hashlib.sha256(b"\x01" + leaves[0] + leaves[1]).digest()
    assert tree_root([a, b, c]) == hashlib.sha256(b"\x01" + left + leaves[2]).hexdigest()
    assert tree_root([a]) == leaves[0].hex()
