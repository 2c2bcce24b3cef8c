"""How records are hashed and tied together: one spelling, chains, and trees over a day.

A tree (RFC 6962, section 2.1) lets one entry be proved to belong to a day's root without
showing the others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

GENESIS: Final = "0" * 64
DAY_SCHEMA: Final = "brightkitchen.day/1"
STATEMENT: Final = ("schema", "restaurant", "day", "first", "last", "root", "previous")
# Leaves and nodes are hashed apart, so that no node can pass for an entry.
LEAF, NODE = b"\x00", b"\x01"


def canonical(fields: Mapping[str, Any]) -> bytes:
    """JSON with one spelling only: sorted keys, no spaces, UTF-8."""
    text = json.dumps(
        dict(fields), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def link_hash(fields: Mapping[str, Any]) -> str:
    """SHA-256 of a link's fields except its own hash."""
    kept = {name: value for name, value in fields.items() if name != "hash"}
    return hashlib.sha256(canonical(kept)).hexdigest()


def statement(day: Mapping[str, Any]) -> bytes:
    """What is said, and signed, of a day: which entries, their root, and the day before."""
    return canonical({name: day[name] for name in STATEMENT})


def day_hash(day: Mapping[str, Any]) -> str:
    """Ties a day to the one after it."""
    return hashlib.sha256(statement(day)).hexdigest()


def tree_root(hashes: Sequence[str]) -> str:
    """The root over entries given by their hashes, in order; one at least."""
    return _root([_leaf(entry) for entry in hashes]).hex()


def tree_proof(hashes: Sequence[str], index: int) -> list[str]:
    """The neighbours that lead from entry ``index`` up to the root."""
    return [side.hex() for side in _path([_leaf(entry) for entry in hashes], index)]


def root_of_proof(entry: str, index: int, size: int, proof: Sequence[str]) -> str | None:
    """The root that a proof leads to (RFC 9162, 2.1.3.2); None when it cannot be one."""
    if not 0 <= index < size:
        return None
    at, last, reached = index, size - 1, _leaf(entry)
    for side in (bytes.fromhex(text) for text in proof):
        if last == 0:
            return None
        if at % 2 or at == last:
            reached = _node(side, reached)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            reached = _node(reached, side)
        at, last = at >> 1, last >> 1
    return reached.hex() if last == 0 else None


def _leaf(entry: str) -> bytes:
    return hashlib.sha256(LEAF + bytes.fromhex(entry)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def _root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    half = _split(len(leaves))
    return _node(_root(leaves[:half]), _root(leaves[half:]))


def _path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    half = _split(len(leaves))
    if index < half:
        return [*_path(leaves[:half], index), _root(leaves[half:])]
    return [*_path(leaves[half:], index - half), _root(leaves[:half])]
