"""Tables of restaurants and cameras: read in any encoding, checked whole, taken whole."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from api.cameras.models import CameraKeyRow, CameraRow
from api.imports.columns import HEADERS, column_of, template, zone_of
from api.imports.reading import read_table
from api.imports.store import check_import, do_import, give_keys
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow
from api.stats.csv_text import FORMULA, as_csv
from tests.api.building import Kitchen, assert_problem
from tests.commands import Run
from vision.errors import ConflictError, InvalidError

ENGLISH = """District,Station,Restaurant number,Restaurant,Static risk,Address,Camera,Zone type
East,Riverside,R1,Blue Lotus,b,1 Quay Road,Cam 1,cooking
East,Riverside,R1,Blue Lotus,,,Cam 2,specialised_room
East,Hill,R2,Red Lantern,A,,,
"""
CHINESE = """餐馆与摄像机一览,,,
区县,监管所,许可证号,餐馆名称,风险等级,摄像头,区域
城东区,河滨所,JY1001,和顺小馆,C级,一号机,烹饪区
城东区,河滨所,JY1002,四季面馆,Ｄ,,
"""


def checked(kitchen: Kitchen, content: bytes | str, name: str = "list.csv") -> Any:
    """A dry run."""
    raw = content.encode() if isinstance(content, str) else content
    with kitchen.database.writing() as session:
        return check_import(session, "system", name, raw, lambda url: None)


def done(kitchen: Kitchen, content: bytes | str) -> Any:
    """A dry run, then the import itself."""
    told = checked(kitchen, content)
    assert told.problems == []
    with kitchen.database.writing() as session:
        return do_import(session, "system", told.id, lambda url: None)


def count(kitchen: Kitchen, table: Any) -> int:
    """How many rows a table has."""
    with kitchen.database.reading() as session:
        return int(session.scalar(select(func.count()).select_from(table)) or 0)


def reasons(told: Any) -> list[tuple[str, str | None]]:
    """Which line and column is wrong."""
    return [(problem.line, problem.column) for problem in told.problems]


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    """An Excel file."""
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return sink.getvalue()


def test_a_dry_run_changes_nothing_and_says_what_would_be(kitchen: Kitchen) -> None:
    before = count(kitchen, RestaurantRow), count(kitchen, CameraRow)
    told = checked(kitchen, ENGLISH)
    assert told.status == "checked" and told.restaurants["created"] == 2
    assert told.cameras["created"] == 2
    assert told.stations == {"Riverside": "East", "Hill": "East"}
    assert (count(kitchen, RestaurantRow), count(kitchen, CameraRow)) == before


def test_an_import_makes_places_restaurants_and_cameras(kitchen: Kitchen) -> None:
    told = done(kitchen, ENGLISH)
    assert told.status == "done" and told.keys_due == 2
    with kitchen.database.reading() as session:
        row = session.execute(
            select(RestaurantRow, StationRow.name, DistrictRow.name)
            .join(StationRow, StationRow.id == RestaurantRow.station_id)
            .join(DistrictRow, DistrictRow.id == StationRow.district_id)
            .where(RestaurantRow.name == "Blue Lotus")
        ).one()
        zones = session.scalars(
            select(CameraRow.zone_type).where(CameraRow.restaurant_id == row[0].id)
        )
        assert (row[0].risk, row[0].address, row[1], row[2]) == (
            "B", "1 Quay Road", "Riverside", "East",
        )  # fmt: skip
        assert sorted(zones) == ["cooking", "specialised_room"]


def test_the_same_table_again_changes_nothing(kitchen: Kitchen) -> None:
    done(kitchen, ENGLISH)
    again = done(kitchen, ENGLISH)
    assert again.changes_nothing
    assert again.restaurants == {"created": 0, "changed": 0, "linked": 0, "unchanged": 2}


def test_a_restaurant_is_renamed_and_moved_by_its_number(kitchen: Kitchen) -> None:
    done(kitchen, ENGLISH)
    told = done(kitchen, "number,name,station\nR2,Red Lantern II,Riverside\n")
    assert told.restaurants["changed"] == 1
    assert told.lines[0].restaurant.changes == {"name": "Red Lantern II", "station": "Riverside"}
    assert count(kitchen, RestaurantRow) == 4


def test_a_restaurant_that_has_no_number_yet_is_given_one(kitchen: Kitchen) -> None:
    told = done(kitchen, "number,name,station\nG1,Golden Wok,North\n")
    assert told.restaurants["linked"] == 1
    assert told.lines[0].restaurant.id == kitchen.restaurant
    assert checked(kitchen, "number,risk\nG1,D\n").restaurants["changed"] == 1


def test_restaurants_that_stand_twice_are_told_with_their_lines(kitchen: Kitchen) -> None:
    told = checked(
        kitchen,
        "number,name,station,risk\n"
        "1,Blue Lotus,Hill,A\n"
        "1,Blue Lotus,Hill,A\n"
        "2,Blue Lotus,Hill,A\n"
        "3,Red Lantern,Hill,A\n"
        "3,Red Lantern II,Hill,B\n",
    )
    assert reasons(told) == [
        ("3", "name"), ("4", "name"), ("6", "name"), ("6", "risk"), ("6", "name"),
    ]  # fmt: skip
    assert "line 2" in told.problems[0].text


def test_a_restaurant_known_under_another_number_is_refused(kitchen: Kitchen) -> None:
    done(kitchen, ENGLISH)
    told = checked(kitchen, "number,name,station\nR9,Blue Lotus,Riverside\n")
    assert reasons(told) == [("2", "name")] and "R1" in told.problems[0].text


def test_two_branches_of_one_name_need_their_addresses(kitchen: Kitchen) -> None:
    head = "number,name,station,address\n"
    assert checked(kitchen, head + "1,Noodles,Hill,\n2,Noodles,Hill,West Gate\n").problems
    told = done(kitchen, head + "1,Noodles,Hill,East Gate\n2,Noodles,Hill,West Gate\n")
    assert told.restaurants["created"] == 2
    unclear = checked(kitchen, "name,station,risk\nNoodles,Hill,A\n")
    assert reasons(unclear) == [("2", "name")] and "several" in unclear.problems[0].text


def test_every_wrong_line_is_told_and_nothing_is_taken(kitchen: Kitchen) -> None:
    told = checked(
        kitchen,
        "restaurant,district,risk,phone,camera,zone type,rules\n"
        ",,,,,,\n"
        "Good,,A,0571-1234,Cam,cooking,strict\n"
        "Bad risk,,E,,,,\n"
        "Bad phone,,,call me,Cam,bathroom,\n"
        "Bad pack,Far,,1.38E+10,Cam,,mine\n"
        ",,A,,,,\n",
    )
    assert reasons(told) == [
        ("4", "risk"), ("5", "phone"), ("5", "zone_type"), ("6", "phone"), ("6", "rules"),
        ("6", "district"), ("7", "name"),
    ]  # fmt: skip
    assert told.status == "wrong" and count(kitchen, RestaurantRow) == 2
    with kitchen.database.writing() as session, pytest.raises(ConflictError):
        do_import(session, "system", told.id, lambda url: None)


def test_what_came_between_dry_run_and_import_undoes_it(kitchen: Kitchen) -> None:
    told = checked(kitchen, "number,name,station\n7,Blue Lotus,Hill\n")
    done(kitchen, "number,name,station\n8,Blue Lotus,Hill\n")
    with kitchen.database.writing() as session:
        late = do_import(session, "system", told.id, lambda url: None)
    assert late.status == "wrong" and reasons(late) == [("2", "name")]
    assert count(kitchen, RestaurantRow) == 3


def test_cameras_do_not_change_their_restaurant(kitchen: Kitchen) -> None:
    done(kitchen, "number,name,camera number,camera\n1,Blue Lotus,C1,Range\n2,Red Lantern,,\n")
    told = checked(
        kitchen,
        "number,camera number,camera\n2,C1,Range\n1,C2,Range\n1,,Sink\n1,,Sink\n9,,Door\n",
    )
    assert reasons(told) == [
        ("2", "camera_number"), ("3", "camera"), ("5", "camera"), ("6", "number"),
    ]  # fmt: skip


def test_keys_are_given_once_and_stored_nowhere(kitchen: Kitchen) -> None:
    told = done(kitchen, ENGLISH)
    with kitchen.database.writing() as session:
        keys = give_keys(session, "system", told.id)
    assert len(keys) == 2 and all(key.startswith("bk_") for key in keys.values())
    with kitchen.database.writing() as session, pytest.raises(ConflictError):
        give_keys(session, "system", told.id)
    with kitchen.database.reading() as session:
        stored = session.scalars(
            select(CameraKeyRow.sha256).where(CameraKeyRow.camera_id.in_(keys))
        )
        assert not set(stored) & set(keys.values())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_tables_are_read_in_the_encodings_of_offices(
    kitchen: Kitchen, encoding: str
) -> None:
    told = checked(kitchen, CHINESE.encode(encoding))
    assert told.problems == [] and told.stations == {"河滨所": "城东区"}
    assert [line.restaurant.name for line in told.lines] == ["和顺小馆", "四季面馆"]
    assert [line.line for line in told.lines] == ["3", "4"]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_found_out(delimiter: str) -> None:
    table = read_table(ENGLISH.replace(",", delimiter).encode())
    assert [row.cells["name"] for row in table.rows] == ["Blue Lotus", "Blue Lotus", "Red Lantern"]


def test_a_workbook_is_read_with_all_its_sheets(kitchen: Kitchen) -> None:
    book = workbook(
        {
            "notes": [["made by the office"]],
            "restaurants": [[], ["单位名称", "编号", "电话"], ["和顺小馆", 1001, 57112345678.0]],
            "cameras": [["编号", "摄像头", "colour"], [1001.0, "一号机", "red"]],
        }
    )
    told = checked(kitchen, book, "list.xlsx")
    assert told.problems == [] and told.unread == ["colour"]
    assert [line.line for line in told.lines] == ["restaurants 3", "cameras 2"]
    assert told.lines[1].restaurant.number == "1001"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no headings"),
        (b"a,b\n1,2\n", "no headings"),
        (b"name\n", "nothing below"),
        (b"name,name\nA,B\n", "two columns"),
        (b'name\n"A\n', "CSV"),
        (b"\xff\x00\x01\x02", "neither"),
        (b"PK\x03\x04 no zip", "cannot be opened"),
        (b"name\n" + b"A\n" * 20_001, "20000 lines"),
        (bytes(5_000_000), "larger"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_sentence(content: bytes, words: str) -> None:
    with pytest.raises(InvalidError, match=words):
        read_table(content)


def test_every_heading_of_ours_is_known() -> None:
    assert all(column_of(word) == column for column, words in HEADERS.items() for word in words)
    assert [column_of(word) for word in template("zh")] == list(HEADERS)
    assert zone_of("备餐 / 出餐") == "service" and zone_of("烹饪区") == "cooking"


@given(st.text(max_size=20))
def test_no_cell_of_an_export_is_a_formula(text: str) -> None:
    written = as_csv(["name"], [[text]]).split("\r\n", 1)[1]
    cell = written.strip("\r\n").strip('"')
    assert not cell.startswith(FORMULA)


def test_the_command_checks_then_imports_and_writes_the_keys(
    run: Run, tmp_path: Path, database_url: str
) -> None:
    (tmp_path / "list.csv").write_text(ENGLISH, "utf-8")
    given = ("admin", "import", tmp_path / "list.csv", "--data", tmp_path)
    at = ("--database-url", database_url)
    dry = run(*given, *at, "--dry-run")
    assert dry.code == 0 and "2 created" in dry.out and "nothing was changed" in dry.out
    made = run(*given, *at, "--result", tmp_path / "result.csv")
    assert made.code == 0 and (tmp_path / "result.csv").read_text("utf-8-sig").count("bk_") == 2
    (tmp_path / "list.csv").write_text("name,risk\nGood,A\nBad,E\n", "utf-8")
    wrong = run(*given, *at)
    assert wrong.code == 2 and "line 3 (risk)" in wrong.err and "nothing was imported" in wrong.err


def test_only_an_administrator_imports(kitchen: Kitchen) -> None:
    supervisor = kitchen.person("supervisor")
    answer = supervisor.post("/api/v1/imports?name=list.csv", content=ENGLISH.encode())
    assert_problem(answer, 403, "forbidden")


def test_an_import_over_the_api(kitchen: Kitchen) -> None:
    admin = kitchen.person("admin")
    sent = admin.post("/api/v1/imports?name=list.csv", content=ENGLISH.encode())
    assert sent.status_code == 201 and sent.json()["status"] == "checked"
    path = f"/api/v1/imports/{sent.json()['id']}"
    made = admin.post(f"{path}/done")
    assert made.json()["status"] == "done" and made.json()["keys_due"] == 2
    keys = admin.post(f"{path}/keys")
    assert keys.headers["content-type"].startswith("text/csv") and keys.text.count("bk_") == 2
    assert_problem(admin.post(f"{path}/keys"), 409, "conflict")
    assert "bk_" not in admin.get(f"{path}/result.csv").text
    assert admin.get("/api/v1/imports").json()["items"][0]["id"] == sent.json()["id"]
    assert_problem(admin.get("/api/v1/imports/nothing"), 404, "not-found")


def test_a_list_of_a_whole_district_is_not_too_large(kitchen: Kitchen) -> None:
    rows = "".join(
        f"R{n},Restaurant number {n} of the long street,Hill,C{c}\n"
        for n in range(1_055)
        for c in range(4)
    )
    admin = kitchen.person("admin")
    body = f"number,name,station,camera\n{rows}".encode()
    sent = admin.post("/api/v1/imports?name=district.csv", content=body)
    assert sent.status_code == 201 and sent.json()["cameras"]["created"] == 4_220
    assert_problem(
        admin.post("/api/v1/imports?name=x.csv", content=bytes(9_000_000)), 413, "too-large"
    )
