"""A case bundle leaves the system and can still be checked."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from api.audit import AuditRow
from api.settings import Settings
from api.web.summary import NO_PDF
from tests.api.building import JPEG, Kitchen, assert_problem, review
from tests.api.test_custody import kept
from tests.api.web.footage import make_footage
from tests.commands import Run
from vision.chain import CHAIN, chain_of, verify

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def filled(kitchen: Kitchen, verdict: str | None = "upheld", seed: int = 0) -> str:
    """An alert with three pictures, a clip and its boxes; decided by Pat."""
    files = make_footage(seed).files
    alert_id = kitchen.posted(evidence=[file.ref.model_dump() for file in files])
    for file in files:
        assert kitchen.put(alert_id, file.sha256, file.content).status_code == 201
    if verdict:
        review(patroller(kitchen), alert_id, verdict)
    return alert_id


def patroller(kitchen: Kitchen) -> TestClient:
    """Pat, made once."""
    try:
        return kitchen.signed_in("Pat")
    except AssertionError:
        return kitchen.person("patrol", "Pat")


def unpacked(client: TestClient, folder: Path, *alert_ids: str, **query: Any) -> Path:
    """The bundle of these alerts in a folder of its own."""
    if len(alert_ids) == 1:
        answer = client.get(f"/api/v1/alerts/{alert_ids[0]}/bundle", params=query)
    else:
        answer = client.get("/api/v1/bundles", params={"alert": list(alert_ids)} | query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert packed.testzip() is None
        packed.extractall(folder)
    return folder


def manifest(folder: Path) -> dict[str, Any]:
    """What it says."""
    return dict(json.loads((folder / "manifest.json").read_bytes()))


def states(folder: Path) -> list[str]:
    """In which form each file of the first alert is there."""
    return [file["state"] for file in manifest(folder)["alerts"][0]["evidence"]]


def test_a_bundle_holds_the_originals_and_verifies_offline(
    kitchen: Kitchen, tmp_path: Path, run: Run
) -> None:
    alert_id = filled(kitchen)
    folder = unpacked(kitchen.person("supervisor"), tmp_path / "b", alert_id, language="en")
    assert states(folder) == ["original"] * 5
    footage = make_footage().files
    for file, told in zip(footage, manifest(folder)["alerts"][0]["evidence"], strict=True):
        assert (folder / told["path"]).read_bytes() == file.content
    verdict = verify(folder)
    assert (verdict.first_bad, verdict.unlisted) == (None, ())
    assert any(note.startswith("signed by key ") for note in verdict.notes)
    assert run("verify", folder).code == 0
    assert (folder / "summary.pdf").read_bytes().startswith(b"%PDF")
    case = json.loads((folder / alert_id / "case.json").read_text("utf-8"))
    assert [one["verdict"] for one in case["reviews"]] == ["upheld"]
    assert case["custody"]["log"][-1]["action"] == "evidence.exported"


@sqlite_only
def test_openssl_alone_confirms_the_signature(kitchen: Kitchen, tmp_path: Path) -> None:
    folder = unpacked(kitchen.person("supervisor"), tmp_path / "b", filled(kitchen))
    asked = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin"]
    named = ["-in", "manifest.json", "-sigfile", "manifest.sig"]
    done = subprocess.run([*asked, *named], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@sqlite_only
def test_who_does_not_review_gets_blurred_copies_and_no_names(
    kitchen: Kitchen, tmp_path: Path
) -> None:
    alert_id = filled(kitchen)
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    folder = unpacked(owner, tmp_path / "b", alert_id)
    assert states(folder) == ["blurred"] * 4 + ["withheld"]
    assert verify(folder).first_bad is None
    originals = {file.sha256 for file in make_footage().files}
    sent = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert not originals & {hashlib.sha256(content).hexdigest() for content in sent}
    assert not [content for content in sent if b"Pat" in content and content[:4] != b"%PDF"]


@sqlite_only
def test_a_reviewer_may_ask_for_blurred_copies(kitchen: Kitchen, tmp_path: Path) -> None:
    folder = unpacked(patroller(kitchen), tmp_path / "b", filled(kitchen), blurred=True)
    assert states(folder) == ["blurred"] * 4 + ["withheld"]


def test_several_alerts_come_in_one_bundle(kitchen: Kitchen, tmp_path: Path) -> None:
    first, second = filled(kitchen), filled(kitchen, None, seed=1)
    supervisor = kitchen.person("supervisor")
    folder = unpacked(supervisor, tmp_path / "b", first, second, first)
    assert [alert["id"] for alert in manifest(folder)["alerts"]] == [first, second]
    assert verify(folder).first_bad is None
    with kitchen.database.reading() as session:
        wanted = select(AuditRow.subject).where(AuditRow.action == "evidence.exported")
        assert set(session.scalars(wanted)) == {first, second}


@sqlite_only
def test_one_foreign_alert_and_nothing_is_exported(kitchen: Kitchen) -> None:
    mine = filled(kitchen)
    foreign = kept(kitchen, JPEG, camera_id=kitchen.other_camera.id)
    review(patroller(kitchen), foreign, "upheld")
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    answer = owner.get("/api/v1/bundles", params={"alert": [mine, foreign]})
    assert_problem(answer, 404, "not-found")
    assert_problem(owner.get(f"/api/v1/alerts/{foreign}/bundle"), 404, "not-found")
    assert_problem(owner.get("/api/v1/bundles"), 422, "invalid")
    many = {"alert": [mine] * 21}
    assert_problem(owner.get("/api/v1/bundles", params=many), 422, "invalid")
    with kitchen.database.reading() as session:
        wanted = select(AuditRow).where(AuditRow.action == "evidence.exported")
        assert session.scalars(wanted).all() == []


@sqlite_only
def test_what_is_lost_or_altered_is_said_and_never_sent(
    kitchen: Kitchen, settings: Settings, tmp_path: Path
) -> None:
    alert_id = filled(kitchen)
    lost, changed = (file.sha256 for file in make_footage().files[:2])
    (settings.evidence_folder / lost[:2] / lost).unlink()
    (settings.evidence_folder / changed[:2] / changed).write_bytes(b"\xff\xd8\xffother")
    folder = unpacked(kitchen.person("supervisor"), tmp_path / "b", alert_id)
    assert states(folder) == ["missing", "altered", "original", "original", "original"]
    verdict = verify(folder)
    assert verdict.first_bad is None
    assert len([note for note in verdict.notes if "is not in the bundle" in note]) == 2


@sqlite_only
def test_without_the_extra_the_bundle_says_why_there_is_no_pdf(
    kitchen: Kitchen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    folder = unpacked(kitchen.person("supervisor"), tmp_path / "b", filled(kitchen))
    assert not (folder / "summary.pdf").exists()
    assert manifest(folder)["left_out"] == [{"path": "summary.pdf", "why": NO_PDF}]
    assert verify(folder).first_bad is None


@sqlite_only
def test_an_alert_without_evidence_has_a_bundle_too(kitchen: Kitchen, tmp_path: Path) -> None:
    folder = unpacked(kitchen.person("supervisor"), tmp_path / "b", kitchen.posted())
    assert states(folder) == [] and verify(folder).first_bad is None


@pytest.fixture
def bundle(kitchen: Kitchen, tmp_path: Path) -> Path:
    """One that is whole."""
    return unpacked(kitchen.person("supervisor"), tmp_path / "b", filled(kitchen))


def rechained(folder: Path) -> None:
    """What a forger would do: make the chain of files fit again."""
    names = [json.loads(line)["path"] for line in (folder / CHAIN).read_text().splitlines()]
    files = [(name, (folder / name).read_bytes()) for name in names if (folder / name).exists()]
    links = [(name, hashlib.sha256(body).hexdigest(), len(body), "bundle") for name, body in files]
    (folder / CHAIN).write_bytes(chain_of(links))


@sqlite_only
def test_a_changed_file_is_found(bundle: Path) -> None:
    path = bundle / manifest(bundle)["alerts"][0]["evidence"][0]["path"]
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert "was altered" in str(verify(bundle).first_bad)
    rechained(bundle)
    assert "is not the file that manifest.json names" in str(verify(bundle).first_bad)


@sqlite_only
def test_a_missing_file_is_not_taken_for_a_deleted_one(bundle: Path) -> None:
    path = bundle / manifest(bundle)["alerts"][0]["evidence"][0]["path"]
    path.unlink()
    assert "is missing" in str(verify(bundle).first_bad)
    rechained(bundle)
    assert verify(bundle).first_bad is not None


def changed(bundle: Path, edit: Any) -> str:
    """What verify says of a bundle whose manifest somebody edited and chained anew, unsigned."""
    told = manifest(bundle)
    told["signing"] = {"algorithm": None, "key": None, "why": "forged"}
    edit(told)
    (bundle / "manifest.json").write_text(json.dumps(told))
    rechained(bundle)
    return str(verify(bundle).first_bad)


@sqlite_only
def test_whoever_edits_the_manifest_breaks_its_signature(bundle: Path) -> None:
    told = manifest(bundle)
    told["alerts"][0]["status"] = "dismissed"
    (bundle / "manifest.json").write_text(json.dumps(told))
    rechained(bundle)
    assert "does not carry the signature" in str(verify(bundle).first_bad)


@sqlite_only
def test_without_the_signature_the_chain_of_custody_still_tells(bundle: Path) -> None:
    def swap(told: dict[str, Any]) -> None:
        told["chains"][0]["entries"][0]["sha256"] = "0" * 64

    def drop(told: dict[str, Any]) -> None:
        del told["chains"][0]["entries"][0]

    def reroot(told: dict[str, Any]) -> None:
        told["chains"][0]["days"][0]["root"] = "0" * 64

    def deleted(told: dict[str, Any]) -> None:
        told["alerts"][0]["evidence"][0]["state"] = "deleted"

    for edit, fault in (
        (swap, "entry 1 of the chain of custody was altered"),
        (drop, "has no entry in the chain of custody"),
        (reroot, "daily root"),
        (deleted, "has no deletion receipt"),
    ):
        whole = (bundle / "manifest.json").read_bytes()
        assert fault in changed(bundle, edit)
        (bundle / "manifest.json").write_bytes(whole)


@sqlite_only
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.data())
def test_any_manifest_is_judged_and_never_crashes(bundle: Path, data: st.DataObject) -> None:
    told = manifest(bundle)
    junk = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
    key = data.draw(st.sampled_from(sorted(told)))
    whole = (bundle / "manifest.json").read_bytes()
    (bundle / "manifest.json").write_text(json.dumps(told | {key: data.draw(junk)}))
    rechained(bundle)
    assert verify(bundle).first_bad is not None
    (bundle / "manifest.json").write_bytes(whole)
