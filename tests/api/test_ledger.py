"""The ledger: the lines behind each figure, in one's own scope, and taken along unharmed."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from api.audit import AuditRow
from api.cases.models import CaseAlertRow
from api.ledger import exports
from api.ledger.sheets import Sheet, workbook
from api.reports.store import list_reports, make_due
from api.stats.ranking import places
from api.web.policy_page import difference
from tests.api.building import Kitchen, assert_problem, ref
from tests.api.test_figures import add, case, order, visit

AT = datetime(2026, 11, 10, 4, 0, tzinfo=UTC)


@pytest.fixture
def filled(kitchen: Kitchen) -> TestClient:
    """A supervisor of the city, and cases of both restaurants with orders of every kind."""
    by = kitchen.add_user("Ines", "inspector", station="North")
    other = {"restaurant_id": kitchen.other_restaurant, "rule": "pest_rodent"}
    running: dict[str, Any] = {"state": "ordered", "ended_at": None, "due_at": AT}
    cases = [
        case(kitchen, "a", AT),
        case(kitchen, "b", AT + timedelta(days=1), **running),
        case(kitchen, "c", AT + timedelta(days=2), state="withdrawn"),
        case(kitchen, "d", AT + timedelta(days=3), **other),
    ]
    orders = [order(cases[0], by), order(cases[1], by, met_at=None), order(cases[3], by)]
    add(kitchen, *cases, *orders, visit(kitchen, AT, by=by))
    return kitchen.person("supervisor", "Sue")


def numbers(client: TestClient, query: str = "") -> list[str]:
    """The cases listed."""
    answer = client.get(f"/api/v1/ledger?{query}")
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "dba"),
        ("state=withdrawn", "c"),
        ("from=2026-11-11&until=2026-11-12", "b"),
        ("by=order", "dba"),
        ("by=due&met=late", "b"),
        ("by=due&met=on_time", "da"),
        ("by=closed", "da"),
        ("open=true", "b"),
        ("overdue=true", "b"),
        ("rule=pest_rodent", "d"),
        ("source=visit", ""),
    ],
)
def test_each_filter_leaves_what_it_says(filled: TestClient, query: str, expected: str) -> None:
    assert numbers(filled, query) == list(expected)


def test_the_list_behind_a_figure_has_as_many_lines(filled: TestClient) -> None:
    month = "from=2026-11-01&until=2026-11-30"
    total = filled.get(f"/api/v1/stats?{month}").json()["total"]
    assert len(numbers(filled, f"{month}&by=order")) == total["orders"]
    assert len(numbers(filled, f"{month}&by=due")) == total["orders_due"]
    assert len(numbers(filled, f"{month}&by=due&met=on_time")) == total["orders_on_time"]
    assert len(numbers(filled, month)) == total["cases_opened"]
    visits = filled.get(f"/api/v1/ledger/visits?{month}").json()["items"]
    assert len(visits) == total["visits"]


@pytest.mark.parametrize("path", ["/ledger", "/ledger/visits"])
def test_the_pages_take_a_form_with_and_without_days(filled: TestClient, path: str) -> None:
    for days in ("from=2026-11-01&until=2026-11-30", "from=&until=&station=&rule=&state=&met="):
        answer = filled.get(f"{path}?{days}")
        assert answer.status_code == 200 and "Golden Wok" in answer.text, days


def test_pages_follow_each_other_without_loss(filled: TestClient) -> None:
    seen, cursor = [], ""
    for _ in range(3):
        page = filled.get(f"/api/v1/ledger?limit=1{cursor}").json()
        seen += [item["number"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == ["d", "b", "a"] and page["next_cursor"] is None


def test_a_station_sees_its_own_lines_alone(kitchen: Kitchen, filled: TestClient) -> None:
    assert numbers(kitchen.person("supervisor", "Nora", station="North")) == ["b", "a"]
    assert numbers(kitchen.person("inspector", "Ian", station="South")) == ["d"]
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    assert_problem(owner.get("/api/v1/ledger"), 403, "forbidden")


def test_the_workbook_has_every_line_and_blurred_pictures(
    kitchen: Kitchen, filled: TestClient, picture: bytes
) -> None:
    file = ref(picture)
    alert_id = kitchen.posted(evidence=[file.model_dump()])
    assert kitchen.put(alert_id, file.sha256, picture).status_code == 201
    import uuid

    add(kitchen, CaseAlertRow(alert_id=uuid.UUID(alert_id), case_id="a", joined_at=AT))
    answer = filled.get("/api/v1/ledger.xlsx?pictures=true&language=zh")
    assert answer.status_code == 200, answer.text
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    cells = [str(value) for row in rows.to_python() for value in row]
    assert "监管台账" in cells and {"a", "b", "d"} <= set(cells) and "鼠类活动" in cells
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        media = [packed.read(name) for name in packed.namelist() if "media" in name]
    assert len(media) == 1 and media[0] != picture
    with kitchen.database.reading() as session:
        actions = session.scalars(select(AuditRow.action)).all()
    assert actions[-1] == "ledger.exported" and "evidence.viewed" in actions


@pytest.fixture
def picture() -> bytes:
    """A JPEG that can be decoded."""
    import cv2
    import numpy as np

    image = np.random.default_rng(1).integers(0, 255, (120, 160, 3), np.uint8)
    return bytes(cv2.imencode(".jpg", image)[1].tobytes())


def test_paper_and_csv_have_the_same_lines(filled: TestClient) -> None:
    paper = filled.get("/api/v1/ledger.pdf?language=en&rule=pest_rodent")
    assert paper.status_code == 200 and paper.content.startswith(b"%PDF")
    table = filled.get("/api/v1/ledger.csv").text.removeprefix("\ufeff").splitlines()
    assert [line.split(",")[1] for line in table] == ["number", "d", "b", "a"]


def test_too_many_lines_are_refused_with_what_to_do(
    filled: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_PICTURES", 2)
    answer = filled.get("/api/v1/ledger.xlsx?pictures=true")
    assert_problem(answer, 422, "invalid", "from")
    assert "3 lines are more than 2 with pictures" in answer.json()["detail"]


def test_no_text_of_a_workbook_is_a_formula() -> None:
    sheet = Sheet("s", "=1+1", ["@note"], ["+head"], [["=cmd|' /C calc'!A0"], ["fine"]], [10])
    content = workbook([sheet], ZoneInfo("Asia/Shanghai"))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert ["'=cmd|' /C calc'!A0"] in rows and ["fine"] in rows


@pytest.mark.parametrize(("widths", "paper"), [((20, 80, 60), 9), ((20, 80, 70), 8)])
def test_a_sheet_is_printed_in_full_across_one_page(widths: tuple[int, ...], paper: int) -> None:
    """Every line of a long text shows, in spreadsheets that grow no row by themselves too."""
    row = ["短", "这段说明很长，一行放不下" * 7, 1]
    sheet = Sheet("s", "t", [], ["a", "b", "c"], [row, ["", "", 2]], widths)
    content = workbook([sheet], ZoneInfo("Asia/Shanghai"))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        told = packed.read("xl/worksheets/sheet1.xml").decode()
        names = packed.read("xl/workbook.xml").decode()
    assert f'paperSize="{paper}" fitToHeight="0" orientation="landscape"' in told
    assert "$3:$3</definedName>" in names
    heights = [float(one) for one in re.findall(r'<row r="[34567]".*? ht="([0-9.]+)"', told)]
    assert heights == [15.75, 47.25, 15.75]


def test_the_board_says_how_things_stand(kitchen: Kitchen, filled: TestClient) -> None:
    kitchen.posted()
    board = filled.get("/api/v1/board?span=year").json()
    assert board["backlog"]["open"] == 1 and sum(board["backlog"]["by_age"]) == 1
    assert board["cases"] == [{"state": "ordered", "cases": 1, "overdue": 1, "escalated": 0}]
    assert board["cameras"]["cameras"] == 2 and board["available"] is None
    assert [item["key"] for item in board["by_rule"]] == ["missing_hat", "pest_rodent"]
    assert filled.get("/api/v1/ranking").json()["items"] == []
    station = kitchen.person("supervisor", "Nora", station="South").get("/api/v1/board").json()
    assert station["backlog"]["open"] == 0 and station["cameras"]["cameras"] == 1


def test_reports_are_made_once_and_read_in_ones_own_place(
    kitchen: Kitchen, filled: TestClient
) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    for expected in (6, 0):
        with kitchen.database.writing() as session:
            assert len(make_due(session, zone, datetime(2026, 12, 2, tzinfo=UTC))) == expected
    reports = filled.get("/api/v1/reports").json()["items"]
    assert [(one["kind"], one["place"]) for one in reports].count(("monthly", "")) == 1
    monthly = next(one for one in reports if one["kind"] == "monthly" and one["place"] == "")
    told = filled.get(f"/api/v1/reports/{monthly['id']}").json()["figures"]
    assert (told["total"]["orders"], told["before"]["orders"]) == (3, 0)
    for kind, start in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        path = f"/api/v1/reports/{monthly['id']}/report.{kind}?language=zh"
        assert filled.get(path).content.startswith(start)
    nora = kitchen.person("supervisor", "Nora", station="North")
    assert {one["place"] for one in nora.get("/api/v1/reports").json()["items"]} == {"North"}
    assert_problem(nora.get(f"/api/v1/reports/{monthly['id']}"), 404, "not-found")
    assert list_reports.__doc__


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 20)), min_size=1, max_size=30))
def test_whoever_overlaps_shares_a_place(given_intervals: list[tuple[float, float]]) -> None:
    intervals = [(low, low + width) for low, width in given_intervals]
    ranges = places(intervals)
    for (low, high), (first, last) in zip(intervals, ranges, strict=True):
        above = sum(other[0] > high for other in intervals)
        below = sum(other[1] < low for other in intervals)
        assert (first, last) == (above + 1, len(intervals) - below)
        assert 1 <= first <= last <= len(intervals)


def test_a_difference_shows_what_is_added_and_taken_out() -> None:
    lines = difference("a\nb\nc\n", "a\nB\nc\n")
    assert [(line.kind, line.text) for line in lines] == [
        ("same", "a"), ("removed", "b"), ("added", "B"), ("same", "c"),
    ]  # fmt: skip
    assert difference("a\n", "a\n") == []
