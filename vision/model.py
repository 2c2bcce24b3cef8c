"""A model bundle: a folder whose manifest pins every file the runtime reads."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError, model_validator

from vision.alert import ModelRef, Sha256, Unit
from vision.detections import Kind
from vision.errors import ModelError
from vision.strict import Strict

DEFAULT_MODEL: Final = Path(__file__).parent.parent / "models" / "kitchen"
MANIFEST: Final = "manifest.toml"

FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Name = Annotated[str, Field(min_length=1, max_length=100)]
HatName = Literal["worn", "missing"]
MaskName = Literal["worn", "incorrect", "missing", "unseen"]


class DetectorSpec(Strict):
    """How to feed the detector and read its boxes."""

    file: FileName
    input_px: Annotated[int, Field(ge=32, le=2048, multiple_of=32)]
    output: Literal["end2end", "raw"]
    classes: Annotated[tuple[Kind, ...], Field(min_length=1)]
    thresholds: dict[Kind, Unit]

    @model_validator(mode="after")
    def _complete(self) -> DetectorSpec:
        if set(self.thresholds) != set(self.classes) or len(set(self.classes)) < len(self.classes):
            raise ValueError("thresholds must name each class once")
        return self


def _each_limited(states: Sequence[str], thresholds: Mapping[Any, float]) -> None:
    """ValueError unless each state is named once and has its threshold."""
    if set(states) - {"unseen"} != set(thresholds) - {"unseen"}:
        raise ValueError("thresholds must name each of the states")
    if len(set(states)) < len(states):
        raise ValueError("states must name each state once")


class HatSpec(Strict):
    """When a hat state may be told; ``states`` gives the order of the outputs."""

    states: tuple[HatName, ...]
    min_head_px: Annotated[float, Field(ge=0)]
    min_sharpness: Annotated[float, Field(ge=0)]
    thresholds: dict[HatName, Unit]

    @model_validator(mode="after")
    def _complete(self) -> HatSpec:
        _each_limited(self.states, self.thresholds)
        return self


class MaskSpec(Strict):
    """When a mask state may be told; ``unseen`` is always unclear."""

    states: tuple[MaskName, ...]
    min_head_px: Annotated[float, Field(ge=0)]
    min_sharpness: Annotated[float, Field(ge=0)]
    thresholds: dict[MaskName, Unit]

    @model_validator(mode="after")
    def _complete(self) -> MaskSpec:
        _each_limited(self.states, self.thresholds)
        return self


class HeadStateSpec(Strict):
    """How to cut a head out and read its hat and mask."""

    file: FileName
    input_px: Annotated[int, Field(ge=16, le=512)]
    margin: Annotated[float, Field(ge=0, le=2)]
    hat: HatSpec
    mask: MaskSpec


class Manifest(Strict):
    """manifest.toml as it is written."""

    format: Annotated[Literal["brightkitchen.model/1"], Field(alias="schema")]
    name: Name
    version: Annotated[str, Field(min_length=1, max_length=40)]
    licence: Name
    description: str
    files: Annotated[dict[FileName, Sha256], Field(min_length=1)]
    detector: DetectorSpec
    head_state: HeadStateSpec | None = None
    training: dict[str, Any] = Field(default_factory=dict)
    metrics: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _pinned(self) -> Manifest:
        used = [self.detector.file] + ([self.head_state.file] if self.head_state else [])
        loose = [name for name in used if name not in self.files]
        if loose:
            raise ValueError(f"[files] does not pin {loose[0]}")
        return self


class ModelBundle(Strict):
    """A checked bundle: every file is the one its manifest pins."""

    folder: Path
    manifest: Manifest
    ref: ModelRef

    @property
    def detector_path(self) -> Path:
        """The detector's graph (.onnx, or .xml with its .bin beside it)."""
        return self.folder / self.manifest.detector.file

    @property
    def head_state_path(self) -> Path | None:
        """The head classifier's graph, None when the bundle has none."""
        spec = self.manifest.head_state
        return self.folder / spec.file if spec else None


def load_model(folder: Path) -> ModelBundle:
    """The bundle in ``folder``, every file hashed, or ModelError."""
    if not folder.is_dir():
        raise ModelError(f"there is no model folder {folder}; check the path given as the model")
    manifest, sha256 = _read_manifest(folder / MANIFEST)
    for name, pinned in manifest.files.items():
        _check_file(folder / name, pinned)
    return ModelBundle(
        folder=folder, manifest=manifest, ref=ModelRef(name=manifest.name, sha256=sha256)
    )


def _read_manifest(path: Path) -> tuple[Manifest, str]:
    try:
        content = path.read_bytes()
        manifest = Manifest.model_validate(tomllib.loads(content.decode()))
    except FileNotFoundError as error:
        raise ModelError(f"{path.parent} is no model: it has no {MANIFEST}") from error
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); mend its rights") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"{path} is not valid TOML ({error}); copy the model again") from error
    except ValidationError as error:
        raise ModelError(f"{path}: {_first_complaint(error)}; correct the manifest") from error
    return manifest, hashlib.sha256(content).hexdigest()


def _first_complaint(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]


def _check_file(path: Path, pinned: str) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise ModelError(f"{path} is missing from the model; copy the model again") from error
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); mend its rights") from error
    if found != pinned:
        raise ModelError(f"{path} is not the file its manifest pins; copy the model again")
