"""Footage by URL: the same bytes as from a disk, a broken line is no damage, secrets stay out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.vision.clips import numbered, render_clip
from vision import remote, watching
from vision.batch import Options, analyse, find
from vision.engines import Here
from vision.errors import ConfigError, SourceError
from vision.model import DEFAULT_MODEL
from vision.recordings import everywhere
from vision.remote import at_hand, forget, make_room, publish, scratch
from vision.segments import plan
from vision.zones import whole_picture

OPTIONS = Options(DEFAULT_MODEL, "strict", everywhere([whole_picture("cooking")]))


class Served(SimpleHTTPRequestHandler):
    """A folder over HTTP with ranges, as any file server has them; counts what was asked."""

    asked: list[str]

    def do_GET(self) -> None:
        """The whole, or the range asked for."""
        self.asked.append(f"{self.path} {self.headers.get('Range', '')}".strip())
        wanted = self.headers.get("Range")
        file = Path(self.translate_path(self.path))
        content, changed_at = file.read_bytes(), int(file.stat().st_mtime)
        first, last = 0, len(content) - 1
        if wanted:
            one, _, other = wanted.removeprefix("bytes=").partition("-")
            first, last = int(one), min(int(other or last), last)
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
        self.send_header("Content-Length", str(last - first + 1))
        self.send_header("Last-Modified", self.date_time_string(changed_at))
        self.end_headers()
        self.wfile.write(content[first : last + 1])

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two recordings, and a scratch folder of its own."""
    monkeypatch.setenv(remote.SCRATCH, str(tmp_path / "scratch"))
    found = tmp_path / "archive"
    found.mkdir()
    render_clip(found / "20261124143000.mp4", map(numbered, range(150)))
    shutil.copy(found / "20261124143000.mp4", found / "20261124150000.mp4")
    return found


@pytest.fixture
def web(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """The folder by http, and what was asked of it."""
    asked: list[str] = []
    handler = type("Handler", (Served,), {"asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def bucket(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The folder in a bucket of a real S3 server on loopback, by its credentials."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    given = {
        "AWS_ACCESS_KEY_ID": "AKIAWHOEVER",
        "AWS_SECRET_ACCESS_KEY": "never-shown",
        "AWS_ENDPOINT": f"http://{host}:{port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    make_bucket(given)
    publish(folder, "s3://kitchen/nvr/ch01", [path.name for path in folder.iterdir()])
    yield "s3://kitchen/nvr"
    server.stop()


def make_bucket(given: dict[str, str]) -> None:
    import boto3  # type: ignore[import-untyped]  # publishes no types

    client: Any = boto3.client(
        "s3",
        endpoint_url=given["AWS_ENDPOINT"],
        region_name=given["AWS_REGION"],
        aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
    )
    client.create_bucket(Bucket="kitchen")


def test_a_bucket_gives_the_bytes_of_the_folder_and_results_go_back_there(
    folder: Path, bucket: str, tmp_path: Path
) -> None:
    there = analyse([f"{bucket}/ch01"], tmp_path / "there", OPTIONS, Here()).analysis.to_json()
    here = analyse([folder], tmp_path / "here", OPTIONS, Here()).analysis.to_json()
    assert there == here and "kitchen/" not in there
    assert [item.label for item in find([bucket])] == [
        "ch01/20261124143000.mp4",
        "ch01/20261124150000.mp4",
    ]
    with at_hand(find([f"{bucket}/ch01/20261124143000.mp4"])[0]) as footage:
        assert footage.label == "20261124143000.mp4" and footage.path.is_relative_to(scratch())
    with pytest.raises(SourceError, match="holds no video"):
        find([f"{bucket}/ch09"])


def test_a_long_recording_is_planned_from_its_header_and_fetched_once(
    web: tuple[str, list[str]], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "plan", partial(plan, segment_s=2.0))
    address, asked = web
    url = f"{address}/20261124143000.mp4"
    (footage,) = find([url])
    assert len(watching.pieces_of(footage, OPTIONS)) == 3 and not footage.path.exists()
    asked.clear()
    there = analyse([url], tmp_path / "there", OPTIONS).analysis.to_json()
    here = analyse([folder / "20261124143000.mp4"], tmp_path / "here", OPTIONS).analysis.to_json()
    assert there == here
    assert asked.count("/20261124143000.mp4") == 1, "the whole, once"


def test_what_is_finished_is_not_fetched_again(web: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = web
    url = f"{address}/20261124143000.mp4"
    first = analyse([url], tmp_path / "out", OPTIONS).analysis
    shutil.rmtree(scratch())
    asked.clear()
    assert analyse([url], tmp_path / "out", OPTIONS).analysis == first and not asked


def test_a_recording_that_cannot_be_fetched_is_told_and_the_rest_is_done(
    web: tuple[str, list[str]], folder: Path, tmp_path: Path
) -> None:
    address, _ = web
    urls = [f"{address}/{name}.mp4" for name in ("20261124143000", "20261124150000")]
    found = find(urls)
    (folder / "20261124150000.mp4").write_bytes(b"something else")
    seen = [watching.look_at(watching.pieces_of(one, OPTIONS)[0]) for one in found]
    assert seen[0].error is None and len(seen[0].looks) == 30
    assert seen[1].error == f"{urls[1]} changed since it was listed; analyse it again"


@pytest.mark.parametrize(
    "url",
    [
        "s3://AKIA:secret@bucket/nvr",
        "https://user:secret@nvr.example/a.mp4",
        "https://nvr.example/a.mp4?X-Amz-Signature=secret",
        "ftp://nvr.example/a.mp4",
    ],
)
def test_a_url_with_a_secret_or_of_another_kind_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        find([url])
    assert "secret" not in str(refused.value).replace("carries a secret", "")


def test_a_host_that_does_not_answer_is_one_sentence_without_its_words() -> None:
    with pytest.raises(SourceError, match=r"cannot be listed \(\w+\); check it"):
        find(["http://127.0.0.1:9/a.mp4"])


def test_room_is_made_from_what_nobody_reads_and_never_from_what_is_read(
    web: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, _ = web
    first, second = find([f"{address}/{n}.mp4" for n in ("20261124143000", "20261124150000")])
    with at_hand(first):
        pass
    with ExitStack() as reading:
        here = reading.enter_context(at_hand(second))
        monkeypatch.setattr(remote, "LEAST_FREE_BYTES", 1 << 60)
        make_room(scratch(), 0)
        assert not first.path.exists() and here.path.exists()
    forget(second.path)
    assert not second.path.exists()
