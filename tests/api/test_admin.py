"""A backup brings everything back, and a damaged one is refused."""

from __future__ import annotations

import io
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.admin import backup, restore
from api.app import create_app
from api.database import Database
from api.evidence.inspection import inspect
from api.evidence.signing import open_signer
from api.settings import Settings
from api.storage import open_storage
from tests.api.building import JPEG, PASSWORD, Kitchen, ref, review
from tests.commands import Run
from vision.errors import ConfigError, SourceError

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def alert_id(kitchen: Kitchen) -> str:
    """An upheld alert with evidence."""
    file = ref(JPEG)
    alert_id = kitchen.posted(evidence=[file.model_dump()])
    assert kitchen.put(alert_id, file.sha256, JPEG).status_code == 201
    assert review(kitchen.person("patrol"), alert_id, "upheld").status_code == 201
    return alert_id


def elsewhere(folder: Path) -> Settings:
    """A machine with nothing on it."""
    return Settings(data=folder / "elsewhere", argon2_memory_kib=8, argon2_rounds=1)


def test_a_restored_kitchen_answers_as_before(
    kitchen: Kitchen, alert_id: str, settings: Settings, tmp_path: Path
) -> None:
    assert backup(settings, tmp_path / "kitchen.tar").evidence_files == 1
    kitchen.posted()  # the server went on; this came too late for the backup
    assert restore(elsewhere(tmp_path), tmp_path / "kitchen.tar").evidence_files == 1
    with TestClient(create_app(elsewhere(tmp_path))) as client:
        client.post("/api/v1/sessions", json={"name": "patrol", "password": PASSWORD})
        alerts = client.get("/api/v1/alerts").json()["items"]
        assert [(alert["id"], alert["status"]) for alert in alerts] == [(alert_id, "upheld")]
        path = f"/api/v1/alerts/{alert_id}/evidence/{ref(JPEG).sha256}"
        assert client.get(path).content == JPEG


def altered(file: Path, name: str, body: bytes | None) -> None:
    """Replace one member of the tar file, or leave it out."""
    with tarfile.open(file) as tar:
        members = [(item.name, tar.extractfile(item)) for item in tar.getmembers()]
        bodies = {item: opened.read() for item, opened in members if opened is not None}
    bodies = {key: value for key, value in bodies.items() if key != name}
    if body is not None:
        bodies[name] = body
    with tarfile.open(file, "w") as tar:
        for key, value in bodies.items():
            entry = tarfile.TarInfo(key)
            entry.size = len(value)
            tar.addfile(entry, io.BytesIO(value))


@pytest.mark.usefixtures("alert_id")
def test_an_altered_backup_is_refused_and_leaves_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    sha256 = ref(JPEG).sha256
    evidence = f"evidence/{sha256[:2]}/{sha256}"
    changes = [
        (evidence, b"another picture"),
        (evidence, None),
        ("brightkitchen.db", b"no database"),
        ("manifest.json", b"{}"),
        ("../outside", b"escaped"),
    ]
    for number, (name, body) in enumerate(changes):
        file = tmp_path / f"{number}.tar"
        backup(settings, file)
        altered(file, name, body)
        with pytest.raises(SourceError):
            restore(elsewhere(tmp_path), file)
        assert list(elsewhere(tmp_path).data.iterdir()) == []
    assert not (tmp_path / "outside").exists()


@pytest.mark.usefixtures("alert_id")
def test_a_backup_cut_short_is_refused(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "kitchen.tar"
    backup(settings, file)
    file.write_bytes(file.read_bytes()[:100_000])
    with pytest.raises(SourceError):
        restore(elsewhere(tmp_path), file)


@pytest.mark.usefixtures("kitchen")
def test_nothing_is_overwritten(settings: Settings, tmp_path: Path) -> None:
    backup(settings, tmp_path / "kitchen.tar")
    with pytest.raises(ConfigError, match="exists"):
        backup(settings, tmp_path / "kitchen.tar")
    occupied = Settings(data=tmp_path / "occupied")
    restore(occupied, tmp_path / "kitchen.tar")
    with pytest.raises(ConfigError, match="not empty"):
        restore(occupied, tmp_path / "kitchen.tar")
    given = settings.model_copy(update={"database_url": SecretStr("postgresql://h/n")})
    with pytest.raises(ConfigError, match="unset"):
        restore(given, tmp_path / "kitchen.tar")
    with pytest.raises(ConfigError, match="pg_dump"):
        backup(given, tmp_path / "other.tar")


@pytest.mark.usefixtures("alert_id")
def test_a_backup_holds_neither_the_signing_key_nor_derived_files(
    kitchen: Kitchen, settings: Settings, tmp_path: Path
) -> None:
    assert open_signer(settings) is not None
    kitchen.app.state.storage.keep_derived(ref(JPEG).sha256, "blurred.mp4", b"made again")
    assert backup(settings, tmp_path / "kitchen.tar").evidence_files == 1
    with tarfile.open(tmp_path / "kitchen.tar") as tar:
        names = {Path(name).parts[0] for name in tar.getnames()}
    assert names == {"manifest.json", "brightkitchen.db", "evidence"}


@pytest.mark.usefixtures("alert_id")
def test_a_restored_kitchen_has_its_chain_of_custody(settings: Settings, tmp_path: Path) -> None:
    backup(settings, tmp_path / "kitchen.tar")
    restore(elsewhere(tmp_path), tmp_path / "kitchen.tar")
    there = elsewhere(tmp_path)
    with closing(Database(there.url)) as database:
        found = inspect(database, open_storage(there))
    assert (found.entries, found.files, found.faults) == (1, 1, [])


@pytest.mark.usefixtures("alert_id")
def test_a_backup_says_that_evidence_in_a_bucket_is_not_in_it(
    settings: Settings, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIGHTKITCHEN_EVIDENCE_URL", "s3://kitchen/north")
    file = tmp_path / "kitchen.tar"
    told = run("admin", "backup", file, "--data", settings.data, "--database-url", settings.url)
    assert told.code == 0, told.err
    assert "0 evidence files" in told.out
    assert "lies in s3://kitchen/north and is not in the backup" in told.out
    assert restore(elsewhere(tmp_path), file).evidence_at == "s3://kitchen/north"
