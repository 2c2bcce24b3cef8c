"""Cameras over HTTP: transport streams and playlists (HLS); a camera that changes its size."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest

from tests.live.driven import Site, ago, drive
from tests.live.seen import RED, Listener, clip, counted, kitchen, sent
from tests.vision.bundles import painted
from vision.live.addresses import read_address
from vision.live.stream import read_stream


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Not in a test."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The folder over HTTP on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def remuxed(source: Path, target: Path, format: str, **options: str) -> Path:
    """The same packets in another container."""
    with av.open(str(source)) as old, av.open(str(target), "w", format, options=options) as new:
        stream: Any = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                new.mux(packet)
    return target


@pytest.mark.parametrize("format", ["mpegts", "hls"])
def test_a_stream_over_http_is_read_to_its_end(tmp_path: Path, format: str) -> None:
    source = clip(tmp_path, counted(50))
    name = "live.ts" if format == "mpegts" else "live.m3u8"
    options = {} if format == "mpegts" else {"hls_time": "1", "hls_list_size": "0"}
    remuxed(source, tmp_path / name, format, **options)
    sink = Listener()
    with serving(tmp_path) as url:
        read_stream(read_address(f"{url}/{name}"), sink, threading.Event())
    assert len(sink.pictures) >= 48 and sink.pieces[0].key
    assert sink.connections == 1


def test_a_camera_that_changes_its_size_is_watched_on_and_tells_it_once(tmp_path: Path) -> None:
    """Another size comes with a new connection, or in the middle of one."""
    site = Site(tmp_path, reopen_s=600.0)
    camera = site.camera()
    (tmp_path / "large").mkdir()
    twice = [(tuple(2 * side for side in RED[0]), RED[1])]
    large = clip(tmp_path / "large", [painted(640, 384, *twice)] * 45, 5)  # type: ignore[arg-type]
    pieces = sent(clip(tmp_path, kitchen(45), 5), ago(30))
    after = sent(large, pieces[-1].time_s + 0.2)
    looked = drive(camera, site, [*pieces, *after])
    site.work()
    assert looked >= 80
    assert len(site.alerts()) == 1 and site.updates() == []
    assert all(b.time_s > a.time_s for a, b in pairwise([*pieces, *after]))
    site.close()
