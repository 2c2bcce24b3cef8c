"""The manifest writer, and the bundle that ships."""

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.bundle import MAX_FILE_BYTES, pin, thresholds_hash, to_toml, update, write_manifest
from models.dataset import COMPLETE_IN
from vision.model import DEFAULT_MODEL, load_model

SHIPPED = DEFAULT_MODEL
PLAIN = st.one_of(
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20),
)
KEYS = st.from_regex(r"[A-Za-z0-9._ -]{1,10}", fullmatch=True)
TABLES = st.recursive(
    st.dictionaries(KEYS, st.one_of(PLAIN, st.lists(PLAIN, max_size=4)), max_size=4),
    lambda inner: st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(TABLES)
def test_what_is_written_reads_back_the_same(tables: dict[str, Any]) -> None:
    assert tomllib.loads(to_toml(tables)) == tables


def test_a_figure_that_was_not_measured_is_left_out() -> None:
    assert tomllib.loads(to_toml({"a": float("nan"), "b": 1})) == {"b": 1}


def test_a_file_too_large_for_the_repository_is_refused(tmp_path: Path) -> None:
    (tmp_path / "big.onnx").write_bytes(b"0" * (MAX_FILE_BYTES + 1))
    with pytest.raises(ValueError, match="8 MiB"):
        pin(tmp_path, ["big.onnx"])


def a_bundle(folder: Path) -> Path:
    """Two files and a manifest with two halves."""
    for name in ("detector.onnx", "head-state.onnx"):
        (folder / name).write_bytes(name.encode())
    files = pin(folder, ["detector.onnx", "head-state.onnx"])
    halves = {"detector": {"input_px": 640}, "head_state": {"hat": {"min_head_px": 20}}}
    write_manifest(folder, {"version": "1", "files": files, **halves})
    return folder


def manifest_of(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "manifest.toml").read_text("utf-8"))


def test_an_update_changes_its_own_half_alone(tmp_path: Path) -> None:
    update(a_bundle(tmp_path), {"detector": {"input_px": 512}, "version": "2"})
    manifest = manifest_of(tmp_path)
    assert manifest["detector"] == {"input_px": 512} and manifest["version"] == "2"
    assert manifest["head_state"] == {"hat": {"min_head_px": 20}}


def test_an_update_pins_the_files_as_they_now_are(tmp_path: Path) -> None:
    folder = a_bundle(tmp_path)
    before = manifest_of(folder)["files"]
    (folder / "detector.onnx").write_bytes(b"another")
    update(folder, {})
    after = manifest_of(folder)["files"]
    assert after["detector.onnx"] == hashlib.sha256(b"another").hexdigest()
    assert after["head-state.onnx"] == before["head-state.onnx"]


def test_an_empty_table_takes_the_place_of_a_full_one(tmp_path: Path) -> None:
    update(a_bundle(tmp_path), {"head_state": {}})
    assert manifest_of(tmp_path)["head_state"] == {}


def test_the_hash_of_thresholds_depends_on_the_numbers_and_not_on_their_order() -> None:
    one = {"detector": {"thresholds": {"head": 0.4, "rodent": 0.5}}}
    same = {"detector": {"thresholds": {"rodent": 0.5, "head": 0.4}}}
    other = {"detector": {"thresholds": {"head": 0.4, "rodent": 0.55}}}
    assert thresholds_hash(one) == thresholds_hash(same) != thresholds_hash(other)


def test_the_shipped_bundle_is_the_one_its_manifest_pins() -> None:
    bundle = load_model(SHIPPED)
    for name, pinned in bundle.manifest.files.items():
        assert hashlib.sha256((SHIPPED / name).read_bytes()).hexdigest() == pinned


def test_the_shipped_bundle_has_measured_figures_for_each_class() -> None:
    overall = load_model(SHIPPED).manifest.metrics["detector"]["overall"]
    assert {f"{kind}_ap50" for kind in ("head", "rodent", "cockroach")} <= set(overall)


def test_the_card_names_every_set_the_model_was_trained_on() -> None:
    card = (SHIPPED / "CARD.md").read_text("utf-8")
    assert [name for name in COMPLETE_IN if f"`{name}`" not in card] == []


def test_the_manifest_states_a_licence_for_every_set() -> None:
    assert set(load_model(SHIPPED).manifest.training["licences"]) == set(COMPLETE_IN)


@pytest.mark.parametrize(
    "name", ["manifest.toml", "detector.onnx", "head-state.onnx", "detector.pt"]
)
def test_no_shipped_file_tells_where_it_was_made(name: str) -> None:
    content = (SHIPPED / name).read_bytes()
    homes = [b"/%s/" % folder for folder in (b"home", b"root", b"work", b"tmp", b"Users")]
    for trace in (*homes, b"site-packages"):
        assert trace not in content
