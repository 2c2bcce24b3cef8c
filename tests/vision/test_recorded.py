from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.recorded import from_header, from_name, recorded_at

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)  # half past eight in Shanghai


@pytest.mark.parametrize(
    "label",
    [
        "ch01_20261124083000.mp4",
        "NVR_ch2_main_20261124083000_20261124090000.dav",
        "2026-11-24_08-30-00.mkv",
        "2026-11-24T08:30:00.mp4",
        "2026-11-24 08.30.00 kitchen.mp4",
        "RecS02_20261124_083000_104503_0_A.mp4",
        "VID_20261124_083000_123.mp4",
        "cam3/2026_11_24_08_30_00.avi",
        "2026-11-24/001/dav/08/08.30.00-09.00.00[M][0@0][0].dav",
        "20261124/range_083000.mp4",
        "2026-11-24T00:30:00Z.mp4",
        "20261124T083000+0800.mp4",
        "range-1795480200.mp4",
        "range-1795480200000.mp4",
    ],
)
def test_names_as_recorders_write_them_tell_the_second(label: str) -> None:
    found = from_name(label, SHANGHAI)
    assert found is not None
    assert (found.started_at, found.uncertainty_s) == (MORNING, 1)


def test_a_name_without_seconds_is_sure_to_the_minute() -> None:
    found = from_name("20261124_0830.mp4", SHANGHAI)
    assert found and (found.started_at, found.uncertainty_s) == (MORNING, 60)


@pytest.mark.parametrize(
    "label",
    [
        "range.mp4",
        "clip-12.mp4",
        "20261399_083000.mp4",
        "20261124_256000.mp4",
        "1234567890123456.mp4",
    ],
)
def test_a_name_that_tells_no_time_is_not_forced_to(label: str) -> None:
    assert from_name(label, SHANGHAI) is None


def test_an_hour_that_the_clock_gives_twice_is_in_doubt_by_an_hour() -> None:
    found = from_name("20261025_023000.mp4", ZoneInfo("Europe/Berlin"))
    assert found and found.uncertainty_s == 3601


def test_a_header_is_believed_to_the_length_of_the_file() -> None:
    found = from_header({"creation_time": "2026-11-24T00:30:00.000000Z"}, 1800)
    assert found and (found.started_at, found.source, found.uncertainty_s) == (
        MORNING,
        "container",
        1800,
    )


@pytest.mark.parametrize("text", ["", "1970-01-01T00:00:00Z", "2026-11-24T08:30:00", "yesterday"])
def test_a_header_without_a_zone_or_with_the_epoch_says_nothing(text: str) -> None:
    assert from_header({"creation_time": text}, 60) is None


def test_a_name_is_believed_before_a_header() -> None:
    header = {"creation_time": "2020-01-01T00:00:00Z"}
    found = recorded_at("20261124083000.mp4", header, 60, SHANGHAI)
    assert found and found.source == "name"


@given(
    st.integers(1_000_000_000, 4_000_000_000),
    st.sampled_from(["%Y%m%d%H%M%S", "%Y-%m-%d_%H-%M-%S", "%Y.%m.%d %H.%M.%S", "%Y%m%d-%H%M%S"]),
)
def test_whatever_second_a_name_carries_is_read_back(second: int, form: str) -> None:
    moment = datetime.fromtimestamp(second, SHANGHAI)
    found = from_name(f"ch7_{moment.strftime(form)}_x.mp4", SHANGHAI)
    assert found and found.started_at == moment


@given(st.text(max_size=60))
def test_no_name_breaks_it(label: str) -> None:
    from_name(label, SHANGHAI)
