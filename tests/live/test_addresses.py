"""An address says where a camera is; its password never shows."""

import logging

import pytest

from vision.errors import ConfigError
from vision.live.addresses import open_options, read_address, without_secrets

SECRET = "rtsp://admin:hunter2@10.0.0.7:8554/ch1?token=abc"


def test_neither_user_nor_password_nor_query_is_shown() -> None:
    address = read_address(SECRET)
    assert str(address) == "rtsp://10.0.0.7:8554/ch1"
    for shown in (repr(address), str(address), f"{address}"):
        assert "hunter2" not in shown and "admin" not in shown and "abc" not in shown


def test_what_a_library_says_about_it_is_made_harmless() -> None:
    address = read_address(SECRET)
    words = f"cannot open {SECRET}: and also rtsp://u:p@other/x"
    told = without_secrets(words, address)
    assert told == "cannot open rtsp://10.0.0.7:8554/ch1: and also rtsp://other/x"


@pytest.mark.parametrize(
    "text",
    [
        "ftp://host-7/b",
        "kitchen-7",
        "rtsp://",
        "rtsp://host:port/x",
        "file:a.mp4?sped=2",
        "file:a?speed=0",
    ],
)
def test_an_address_that_cannot_work_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_address(text)
    assert text not in str(caught.value) or text == "rtsp://"


def test_a_stream_is_opened_with_a_short_look_at_it_and_a_time_limit() -> None:
    options = open_options(read_address(SECRET, "udp"))
    assert options["rtsp_transport"] == "udp" and int(options["timeout"]) == 10_000_000
    assert int(options["analyzeduration"]) <= 500_000


def test_a_playlist_from_the_network_may_not_open_files() -> None:
    allowed = open_options(read_address("https://host/live.m3u8"))["protocol_whitelist"]
    assert "file" not in allowed.split(",")


def test_a_simulated_camera_loops_unless_it_is_told_to_end() -> None:
    assert read_address("file:a.mp4").live
    assert not read_address("file:a.mp4?loop=0").live
    assert read_address("file:a.mp4?speed=20").simulation["speed"] == 20


def test_nothing_is_logged_while_an_address_is_read(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        read_address(SECRET)
    assert caplog.text == ""
