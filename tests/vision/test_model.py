from pathlib import Path

import pytest

from tests.vision.bundles import MANIFEST, write_bundle, write_manifest
from vision.errors import ModelError
from vision.model import DEFAULT_MODEL, load_model
from vision.video import file_sha256


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "model")


def test_a_bundle_is_known_by_the_hash_of_its_manifest(folder: Path) -> None:
    bundle = load_model(folder)
    assert bundle.ref.name == "colours"
    assert bundle.ref.sha256 == file_sha256(folder / "manifest.toml")
    assert bundle.detector_path == folder / "detector.xml"
    assert bundle.manifest.training == {"seed": 1}


def test_the_shipped_model_lies_beside_the_code() -> None:
    assert DEFAULT_MODEL.parts[-2:] == ("models", "kitchen")
    assert (DEFAULT_MODEL.parent / "__init__.py").is_file()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model folder"):
        load_model(tmp_path / "none")


def test_a_folder_without_manifest_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no manifest\.toml"):
        load_model(tmp_path)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "head-state.bin").unlink()
    with pytest.raises(ModelError, match=r"head-state\.bin is missing"):
        load_model(folder)


def test_an_altered_file_is_refused(folder: Path) -> None:
    with (folder / "detector.xml").open("ab") as file:
        file.write(b" ")
    with pytest.raises(ModelError, match="not the file its manifest pins; copy the model again"):
        load_model(folder)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('version = "0.1.0"', 'version = "0.1.0"\nflavour = 1', "flavour"),
        ('output = "{output}"', 'output = "boxes"', r"detector\.output"),
        ("brightkitchen.model/1", "brightkitchen.model/2", "schema"),
        ('"rodent", "cock', '"unicorn", "cock', r"detector\.classes"),
        ("rodent = 0.5, ", "", "thresholds must name each class"),
        ("worn = 0.7, incorrect = 0.8, ", "worn = 0.7, ", "thresholds must name each of"),
        ("input_px = {input_px}", "input_px = 100", r"detector\.input_px"),
        ('file = "detector.xml"', 'file = "other.xml"', r"\[files\] does not pin other\.xml"),
        ('file = "detector.xml"', 'file = "../detector.xml"', r"detector\.file"),
        ("name = ", "name ", "not valid TOML"),
    ],
)
def test_a_wrong_manifest_says_what_is_wrong_in_one_line(
    folder: Path, old: str, new: str, complaint: str
) -> None:
    assert old in MANIFEST
    write_manifest(folder, MANIFEST.replace(old, new), output="raw", input_px=320)
    with pytest.raises(ModelError, match=complaint) as refusal:
        load_model(folder)
    assert "\n" not in str(refusal.value)
