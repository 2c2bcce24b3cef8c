"""Heavy libraries stay behind one door each, and files stay small enough to read."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    path for folder in ("vision", "models", "api") for path in (ROOT / folder).rglob("*.py")
)
LONGEST = 300
DOORS = {
    "av": {
        "vision/video.py",
        "vision/containers.py",
        "vision/clipping.py",
        "vision/live/stream.py",
        "vision/live/rewind.py",
        "models/synthesis/film.py",
        "models/synthesis/transmission.py",
        "api/doctor.py",
        "api/evidence/clips.py",
    },
    "cv2": {"vision/", "models/", "api/evidence/blur.py"},
    "openvino": {"vision/detector.py", "vision/bench_gemm.py", "models/"},
    "ultralytics": {"vision/detector.py", "vision/bench_peer.py", "models/"},
    "torch": {"vision/bench_peer.py", "models/"},
    "duckdb": {"vision/tables.py"},
    "sqlite3": {"vision/spool.py", "api/doctor.py", "api/database.py"},
    "httpx2": {"api/accounts/oidc.py", "vision/delivery.py"},
    "obstore": {"api/storage.py", "vision/remote.py"},
}


def imports(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    names = {alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    names |= {n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)}
    return {name.split(".")[0] for name in names}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_heavy_library_is_imported_only_by_its_door(path: Path) -> None:
    for library in DOORS.keys() & imports(path):
        assert any(relative(path).startswith(door) for door in DOORS[library]), library


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_each_file_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))
