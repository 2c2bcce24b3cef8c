"""Checks a case bundle offline: its chains, its daily roots, its signature."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vision.sealing import day_hash, link_hash, root_of_proof, statement

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
BUNDLE_SCHEMA: Final = "brightkitchen.bundle/1"
UNCHECKED: Final = (
    "signatures were not checked: install the Python package cryptography, or use OpenSSL as "
    "README says"
)


@dataclass(frozen=True, slots=True)
class BundleCheck:
    """The first thing that does not fit, None when all does; and what a reader should know."""

    fault: str | None
    notes: tuple[str, ...] = ()


class _FaultError(Exception):
    """Ends the check with a sentence."""


def signature_fits(key: bytes, message: bytes, signature: bytes) -> bool | None:
    """Whether an Ed25519 signature (RFC 8032) is the key's; None when it cannot be checked here."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return None
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def key_name(key: str) -> str:
    """What to compare with the key that the office published."""
    return hashlib.sha256(bytes.fromhex(key)).hexdigest()[:16]


def check_bundle(folder: Path, listed: Mapping[str, str]) -> BundleCheck:
    """Check what the chain of files alone cannot: proofs, days, signatures.

    ``listed`` has the SHA-256 of every file whose link was found whole. A folder without a
    manifest is no bundle and has no fault.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return BundleCheck(None)
    content = path.read_bytes()
    try:
        manifest = json.loads(content)
        if manifest["schema"] != BUNDLE_SCHEMA:
            return BundleCheck(f"{MANIFEST} is of another version ({manifest['schema']})")
        return BundleCheck(None, tuple(_notes(folder, content, manifest, listed)))
    except _FaultError as error:
        return BundleCheck(str(error))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError):
        return BundleCheck(f"{MANIFEST} cannot be read")


def _notes(
    folder: Path, content: bytes, manifest: Mapping[str, Any], listed: Mapping[str, str]
) -> Iterator[str]:
    for file in manifest["files"]:
        if listed.get(file["path"]) != file["sha256"]:
            raise _FaultError(f"{file['path']} is not the file that {MANIFEST} names")
    yield from _signature(folder, content, manifest["signing"])
    entries: dict[tuple[str, str, str], Any] = {}
    for chain in manifest["chains"]:
        days = {day["day"]: day for day in chain["days"]}
        yield from _days(chain["restaurant"], days)
        for entry in chain["entries"]:
            _check_entry(entry, days[entry["day"]])
            entries[entry["alert"], entry["sha256"], entry["action"]] = entry
    for alert in manifest["alerts"]:
        for file in alert["evidence"]:
            yield from _file(alert["id"], file, entries, listed)


def _signature(folder: Path, content: bytes, signing: Mapping[str, Any]) -> Iterator[str]:
    key = signing["key"]
    if key is None:
        yield f"the bundle is not signed: {signing['why']}"
        return
    fits = signature_fits(bytes.fromhex(key), content, (folder / SIGNATURE).read_bytes())
    if fits is False:
        raise _FaultError(f"{MANIFEST} does not carry the signature of the key it names")
    yield UNCHECKED if fits is None else f"signed by key {key_name(key)}"


def _days(restaurant: str, days: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, day in days.items():
        if day["restaurant"] != restaurant or day_hash(day) != day["hash"]:
            raise _FaultError(f"the daily root of {name} was altered")
        if day["key"] is not None:
            signature = bytes.fromhex(day["signature"])
            if signature_fits(bytes.fromhex(day["key"]), statement(day), signature) is False:
                raise _FaultError(f"the daily root of {name} does not carry its key's signature")
        so_far = "" if day["complete"] else " (so far: the day had not ended)"
        yield f"daily root of {name}: {day['root']}{so_far}"


def _check_entry(entry: Mapping[str, Any], day: Mapping[str, Any]) -> None:
    """An entry has its hash and is proved to belong to its day."""
    told = {name: value for name, value in entry.items() if name not in ("day", "proof")}
    size = day["last"] - day["first"] + 1
    reached = root_of_proof(entry["hash"], entry["seq"] - day["first"], size, entry["proof"])
    if link_hash(told) != entry["hash"] or entry["restaurant"] != day["restaurant"]:
        raise _FaultError(f"entry {entry['seq']} of the chain of custody was altered")
    if reached != day["root"]:
        raise _FaultError(f"entry {entry['seq']} does not belong to the root of {entry['day']}")


def _file(
    alert: str,
    file: Mapping[str, Any],
    entries: Mapping[tuple[str, str, str], Any],
    listed: Mapping[str, str],
) -> Iterator[str]:
    """What is said of one evidence file follows from the chain of custody."""
    sha256, state, short = file["sha256"], file["state"], file["sha256"][:12]
    if state in ("original", "blurred", "deleted") and (alert, sha256, "stored") not in entries:
        raise _FaultError(f"evidence {short} has no entry in the chain of custody")
    if state == "original" and listed.get(file["path"]) != sha256:
        raise _FaultError(f"evidence {short} is not the file that was kept")
    if state == "deleted":
        receipt = entries.get((alert, sha256, "deleted"))
        if receipt is None:
            raise _FaultError(f"evidence {short} is missing and has no deletion receipt")
        yield f"evidence {short} was deleted by retention at {receipt['at']}"
    elif file["path"] is None:
        yield f"evidence {short} is not in the bundle: {state}"
