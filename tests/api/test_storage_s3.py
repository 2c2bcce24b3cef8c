"""Evidence in a bucket: the same promises as in a folder, against a server that speaks S3."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3  # type: ignore[import-untyped]  # publishes no types
import pytest
from fastapi.testclient import TestClient
from moto.server import ThreadedMotoServer
from pydantic import SecretStr

from api.app import create_app
from api.errors import AlteredError, StorageError
from api.settings import Settings
from api.storage import EvidenceStorage, open_storage
from tests.api.building import JPEG, Kitchen, assert_problem, ref
from vision.errors import ConfigError, InvalidError, NotFoundError

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ACCOUNT = {"aws_access_key_id": "kitchen", "aws_secret_access_key": "secret"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of a running server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


class Bucket:
    """A bucket of one's own, looked into from outside."""

    def __init__(self, endpoint: str) -> None:
        self.name = f"kitchen-{uuid4().hex}"
        self.client: Any = boto3.client(
            "s3", endpoint_url=endpoint, region_name="us-east-1", **ACCOUNT
        )
        self.client.create_bucket(Bucket=self.name)

    def keys(self) -> list[str]:
        """Every object."""
        found = self.client.list_objects_v2(Bucket=self.name)
        return [item["Key"] for item in found.get("Contents", [])]

    def unfinished(self) -> list[Any]:
        """Uploads that were begun and never ended."""
        found = self.client.list_multipart_uploads(Bucket=self.name)
        return list(found.get("Uploads", []))

    def overwrite(self, key: str, body: bytes) -> None:
        """What somebody with the bucket's keys could do."""
        self.client.put_object(Bucket=self.name, Key=key, Body=body)


@pytest.fixture
def bucket(endpoint: str) -> Bucket:
    """An empty one."""
    return Bucket(endpoint)


@pytest.fixture
def in_bucket(settings: Settings, endpoint: str, bucket: Bucket) -> Settings:
    """Settings whose evidence lies in the bucket."""
    changes = {
        "evidence_url": f"s3://{bucket.name}/city/north",
        "s3_endpoint": endpoint,
        "s3_access_key_id": "kitchen",
        "s3_secret_access_key": SecretStr("secret"),
    }
    return settings.model_copy(update=changes)


@pytest.fixture
def storage(in_bucket: Settings) -> EvidenceStorage:
    """The storage."""
    return open_storage(in_bucket)


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    """The body as it comes over a network."""
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


def keep(storage: EvidenceStorage, body: bytes, sent: bytes | None = None) -> str:
    """Upload a file; gives its name."""
    file = ref(body)
    asyncio.run(storage.add(file, pieces(body if sent is None else sent)))
    return file.sha256


def key_of(sha256: str) -> str:
    """Where a file lies in the bucket."""
    return f"city/north/{sha256[:2]}/{sha256}"


def test_a_file_of_many_parts_comes_back_as_it_went_in(
    storage: EvidenceStorage, bucket: Bucket
) -> None:
    body = b"\xff\xd8\xff" + os.urandom(11_000_000)
    sha256 = keep(storage, body)
    assert bucket.keys() == [key_of(sha256)]
    assert b"".join(storage.read(sha256, 0, len(body))) == body
    assert b"".join(storage.read(sha256, 6_000_000, 6_000_010)) == body[6_000_000:6_000_010]
    assert keep(storage, body) == sha256
    assert bucket.keys() == [key_of(sha256)]
    assert storage.size(sha256) == len(body) and storage.writable()


def test_what_is_not_the_announced_file_leaves_nothing_behind(
    storage: EvidenceStorage, bucket: Bucket
) -> None:
    body = b"\xff\xd8\xff" + os.urandom(11_000_000)
    for sent in (body[:-1] + b"\x00\x00", body[:-1], body + b"x", b"", b"<html>" + body[6:]):
        with pytest.raises(InvalidError):
            keep(storage, body, sent)
    assert (bucket.keys(), bucket.unfinished()) == ([], [])


def test_a_kept_file_is_never_written_again(storage: EvidenceStorage, bucket: Bucket) -> None:
    sha256 = keep(storage, JPEG)
    bucket.overwrite(key_of(sha256), b"other bytes")
    keep(storage, JPEG)
    heard: list[str] = []
    storage.altered = heard.append
    with pytest.raises(AlteredError):
        storage.read(sha256, 0, len(JPEG))
    assert heard == [sha256]


def test_a_deleted_file_is_gone_and_deleting_it_again_is_harmless(
    storage: EvidenceStorage, bucket: Bucket
) -> None:
    sha256 = keep(storage, JPEG)
    storage.delete(sha256)
    storage.delete(sha256)
    assert storage.size(sha256) is None and bucket.keys() == []
    with pytest.raises(NotFoundError):
        storage.read(sha256, 0, 1)


def test_the_whole_application_works_on_a_bucket(in_bucket: Settings, bucket: Bucket) -> None:
    app = create_app(in_bucket)
    with TestClient(app, raise_server_exceptions=False) as client:
        kitchen = Kitchen(app, client)
        file = ref(JPEG)
        alert_id = kitchen.posted(evidence=[file.model_dump()])
        assert kitchen.put(alert_id, file.sha256, JPEG).status_code == 201
        path = f"/api/v1/alerts/{alert_id}/evidence/{file.sha256}"
        patrol = kitchen.person("patrol")
        assert patrol.get(path).content == JPEG
        assert patrol.get(path, headers={"Range": "bytes=2-5"}).content == JPEG[2:6]
        assert client.get("/readyz").json() == {"database": True, "storage": True}
        bucket.overwrite(key_of(file.sha256), JPEG + b"x")
        assert_problem(patrol.get(path), 500, "evidence-altered")
    assert not in_bucket.evidence_folder.exists()


def test_storage_that_is_away_is_said_and_not_waited_for(in_bucket: Settings) -> None:
    away = in_bucket.model_copy(update={"s3_endpoint": "http://127.0.0.1:9"})
    storage = open_storage(away)
    assert not storage.writable()
    with pytest.raises(StorageError):
        keep(storage, JPEG)
    with pytest.raises(StorageError):
        storage.read(hashlib.sha256(b"").hexdigest(), 0, 1)


@pytest.mark.parametrize("url", ["https://host/bucket", "s3://", "s3://b/p?x=1", "/srv/evidence"])
def test_an_address_that_is_no_bucket_is_refused(settings: Settings, url: str) -> None:
    with pytest.raises(ConfigError, match="s3://BUCKET"):
        open_storage(settings.model_copy(update={"evidence_url": url}))


def test_no_folder_is_made_for_evidence_in_a_bucket(in_bucket: Settings, tmp_path: Path) -> None:
    open_storage(in_bucket)
    assert not (tmp_path / "evidence").exists()
