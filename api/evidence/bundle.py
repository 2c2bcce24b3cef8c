"""A case bundle: evidence, custody and signature in one zip that anybody can check offline."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from api.errors import AlteredError, ThrottledError
from api.evidence.cases import Case, Export
from api.evidence.models import EvidenceRow
from api.evidence.signing import WHY_UNSIGNED, Signer
from api.evidence.views import blurred_copy
from api.evidence.zipping import StreamedZip
from api.storage import EvidenceStorage
from vision.chain import CHAIN, chain_of
from vision.custody import BUNDLE_SCHEMA, MANIFEST, SIGNATURE
from vision.errors import ForbiddenError, NotFoundError
from vision.sealing import canonical

TEXTS: Final = Path(__file__).parent / "texts"
READMES: Final = ("README.zh-CN.txt", "README.en.txt")
SUMMARY: Final = "summary.pdf"
KEY: Final = "key.pem"
ENDINGS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "video/mp4": "mp4",
    "application/json": "json",
}

# Gives the PDF of an export, or says in a sentence why there is none.
Summary = Callable[[Export, datetime], bytes | str]


@dataclass(slots=True)
class _Told:
    """What the manifest will say; filled while the files go out."""

    alerts: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[dict[str, str]] = field(default_factory=list)


def stream_bundle(
    export: Export,
    storage: EvidenceStorage,
    signer: Signer | None,
    summary: Summary,
    made_at: datetime,
) -> Iterator[bytes]:
    """The zip, piece by piece; the manifest and the chain come last, when all hashes are known."""
    packed, told = StreamedZip(made_at), _Told()
    for case in export.cases:
        yield from _add_case(packed, storage, case, told)
    paper = summary(export, made_at)
    if isinstance(paper, bytes):
        yield from packed.add(SUMMARY, [paper])
    else:
        told.left_out.append({"path": SUMMARY, "why": paper})
    for name in READMES:
        yield from packed.add(name, [(TEXTS / name).read_bytes()])
    if signer is not None:
        yield from packed.add(KEY, [signer.pem])
    manifest = _manifest(export, signer, packed.files, told, made_at)
    yield from packed.add(MANIFEST, [manifest])
    if signer is not None:
        yield from packed.add(SIGNATURE, [signer.sign(manifest)])
    links = [(path, sha256, size, "bundle") for path, sha256, size in packed.files]
    yield from packed.add(CHAIN, [chain_of(links)])
    yield packed.finish()


def _add_case(
    packed: StreamedZip, storage: EvidenceStorage, case: Case, told: _Told
) -> Iterator[bytes]:
    shown = []
    for file in case.files:
        state, pieces, why = _form(storage, case, file)
        path = f"{case.alert.id}/{file.position:02}-{file.kind}.{ENDINGS[_type(file, state)]}"
        if pieces is not None:
            yield from packed.add(path, pieces)
        shown.append(_evidence(file, state, path if pieces is not None else None, why))
    record = {
        "alert": case.alert.model_dump(mode="json"),
        "reviews": [review.model_dump(mode="json") for review in case.reviews],
        "custody": case.custody.model_dump(mode="json"),
    }
    yield from packed.add(f"{case.alert.id}/case.json", [_pretty(record)])
    told.alerts.append(_told(case, shown))


def _type(file: EvidenceRow, state: str) -> str:
    """A blurred picture is a JPEG, whatever the original was."""
    return "image/jpeg" if state == "blurred" and file.kind == "frame" else file.media_type


def _form(
    storage: EvidenceStorage, case: Case, file: EvidenceRow
) -> tuple[str, Iterator[bytes] | Sequence[bytes] | None, str | None]:
    """In which form a file goes into the bundle, its bytes, and why it does not."""
    if file.stored_at is None:
        return "not_arrived", None, "announced, and not uploaded yet"
    if file.deleted_at is not None:
        return "deleted", None, "deleted by retention; its receipt is in the chain of custody"
    try:
        if case.originals:
            return "original", storage.read(file.sha256, 0, file.size_bytes), None
        copy = blurred_copy(storage, file, case.alert.rule, case.data)
        return "blurred", [copy.content], None
    except AlteredError as error:
        return "altered", None, str(error)
    except NotFoundError as error:
        return "missing", None, str(error)
    except (ForbiddenError, ThrottledError) as error:
        return "withheld", None, str(error)


def _evidence(file: EvidenceRow, state: str, path: str | None, why: str | None) -> dict[str, Any]:
    return {
        "sha256": file.sha256,
        "kind": file.kind,
        "media_type": file.media_type,
        "bytes": file.size_bytes,
        "state": state,
        "path": path,
        "why": why,
    }


def _told(case: Case, evidence: list[dict[str, Any]]) -> dict[str, Any]:
    alert = case.alert
    return {
        "id": str(alert.id),
        "restaurant": alert.restaurant_id,
        "rule": alert.rule,
        "status": alert.status,
        "model": alert.model.model_dump(),
        "rules": alert.rules.model_dump(),
        "evidence": evidence,
    }


def _manifest(
    export: Export,
    signer: Signer | None,
    files: list[tuple[str, str, int]],
    told: _Told,
    made_at: datetime,
) -> bytes:
    person = export.person
    signing = {"algorithm": "Ed25519", "key": signer.key} if signer else None
    return canonical(
        {
            "schema": BUNDLE_SCHEMA,
            "bundle": export.bundle_id,
            "made_at": made_at.isoformat(),
            "made_for": {"id": person.id, "name": person.name, "role": person.role},
            "software": {"name": "bright-kitchen", "version": version("bright-kitchen")},
            "alerts": told.alerts,
            "chains": list(export.chains),
            "files": [{"path": p, "sha256": s, "bytes": n} for p, s, n in files],
            "left_out": told.left_out,
            "signing": signing or {"algorithm": None, "key": None, "why": WHY_UNSIGNED},
        }
    )


def _pretty(record: dict[str, Any]) -> bytes:
    return (json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
