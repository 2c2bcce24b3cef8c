"""Writes a bundle in other number formats, and measures what each costs on held-out pictures.

A processor takes what suits it: bfloat16 where it multiplies that (AMX, AVX512-BF16), float32
otherwise; OpenVINO chooses. A processor with VNNI alone gains from int8, which needs pictures to
calibrate on and the package nncf.
"""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import statistics
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import openvino as ov

from models.bundle import update
from models.dataset import CLASSES, Picture, for_detector
from models.metrics import average_precision, join
from models.own import read_folder
from models.pictures import read_image, resize
from models.seen import Seen, look_at, open_bare
from vision.detections import FloatArray
from vision.detector import Precision
from vision.errors import ConfigError
from vision.frames import Frame
from vision.letterbox import Letterbox
from vision.model import MANIFEST, ModelBundle, load_model

CALIBRATED_ON: Final = 300
SPREAD: Final = 17  # every 17th picture: a prime, so that no set is passed over
GRAPH: Final = "detector.xml"
HD: Final = (1280, 720)
TIMED_ON: Final = 8
TURNS: Final = 7
IOUS: Final = tuple(round(float(iou), 2) for iou in np.arange(0.5, 0.96, 0.05))


def to_openvino(bundle: ModelBundle, out: Path) -> ModelBundle:
    """A copy of the bundle whose detector is OpenVINO's own format, weights in float16."""
    return _with_graph(bundle, ov.Core().read_model(bundle.detector_path), out)


def to_int8(bundle: ModelBundle, pictures: Sequence[Picture], out: Path) -> ModelBundle:
    """A copy of the bundle with the detector in int8, calibrated on training pictures."""
    try:
        nncf: Any = importlib.import_module("nncf")
    except ImportError as error:
        raise ConfigError("int8 needs nncf; run  pip install nncf") from error
    usable = [picture for picture in for_detector(pictures) if not picture.held_out]
    chosen = (usable * SPREAD)[: SPREAD * CALIBRATED_ON : SPREAD]
    samples = nncf.Dataset(list(_inputs(chosen, bundle.manifest.detector.input_px)))
    graph = ov.Core().read_model(bundle.detector_path)
    # The last layers turn distances into pixels: numbers of very unlike sizes.
    head = nncf.IgnoredScope(patterns=[r".*model\.23/(?!cv|one2one).*"], validate=False)
    quantized = nncf.quantize(
        graph,
        samples,
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=CALIBRATED_ON,
        ignored_scope=head,
    )
    return _with_graph(bundle, quantized, out)


def _inputs(pictures: Iterable[Picture], side: int) -> Iterator[FloatArray]:
    for picture in pictures:
        image = read_image(picture.path)
        fitted = Letterbox.of(image.shape[1], image.shape[0], side).fit(image)
        planes = fitted[..., ::-1].transpose(2, 0, 1)[None]
        yield np.ascontiguousarray(planes, np.float32) / np.float32(255)


def _with_graph(bundle: ModelBundle, graph: Any, out: Path) -> ModelBundle:
    """The bundle copied to ``out`` with another detector, pinned."""
    out.mkdir(parents=True, exist_ok=True)
    manifest = bundle.manifest
    kept = [name for name in manifest.files if name != manifest.detector.file]
    for name in (*kept, MANIFEST):
        shutil.copyfile(bundle.folder / name, out / name)
    ov.save_model(graph, str(out / GRAPH), compress_to_fp16=True)
    names = [*kept, GRAPH, Path(GRAPH).with_suffix(".bin").name]
    update(out, {"files": {}})
    update(out, {"files": dict.fromkeys(names, ""), "detector": {"file": GRAPH}})
    return load_model(out)


def compare(
    bundles: Mapping[str, tuple[ModelBundle, Precision]], pictures: Sequence[Picture]
) -> dict[str, Any]:
    """AP50 and AP50-95 of each class by format, over the held-out pictures."""
    chosen = [picture for picture in for_detector(pictures) if picture.held_out]
    tables = {}
    for name, (bundle, precision) in bundles.items():
        seen = look_at(open_bare(bundle, precision=precision), chosen)
        tables[name] = {kind: box_figures(seen, kind) for kind in CLASSES}
    return tables


def write_and_compare(bundle: ModelBundle, data: Path, out: Path) -> dict[str, Any]:
    """OpenVINO's format and, where nncf is there, int8 below ``out``; what each of them costs."""
    pictures = read_folder(data)
    bundles: dict[str, tuple[ModelBundle, Precision]] = {
        "float32": (bundle, "f32"),
        f"what this processor takes ({processor()['takes']})": (bundle, "auto"),
        "OpenVINO's format": (to_openvino(bundle, out / "openvino"), "auto"),
    }
    if importlib.util.find_spec("nncf"):
        bundles["int8"] = (to_int8(bundle, pictures, out / "int8"), "auto")
    return {
        "processor": processor(),
        "formats": compare(bundles, pictures),
        "cpu_ms_a_frame": cpu_ms(bundles, [p for p in pictures if p.held_out][:TIMED_ON]),
    }


def cpu_ms(
    bundles: Mapping[str, tuple[ModelBundle, Precision]], pictures: Sequence[Picture]
) -> dict[str, float]:
    """Process CPU milliseconds of a 720p frame on one thread, boxes alone; taking turns."""
    frames = [Frame(resize(read_image(picture.path), *HD), 0.0) for picture in pictures]
    detectors = {
        name: open_bare(bundle, threads=1, precision=precision)
        for name, (bundle, precision) in bundles.items()
    }
    took: dict[str, list[float]] = {name: [] for name in detectors}
    for _turn in range(TURNS + 1):
        for name, detector in detectors.items():
            began = time.process_time()
            for frame in frames:
                detector.detect(frame)
            took[name].append((time.process_time() - began) / max(len(frames), 1) * 1000)
    # The first turn compiles.
    return {name: round(statistics.median(each[1:]), 1) for name, each in took.items()}


def box_figures(seen: Sequence[Seen], kind: str) -> dict[str, float]:
    """AP50 and AP50-95 of one class."""
    by_iou = [average_precision(join([one.matches(kind, iou) for one in seen])) for iou in IOUS]
    return {"ap50": round(by_iou[0], 4), "ap50_95": round(float(np.mean(by_iou)), 4)}


def processor() -> dict[str, str]:
    """What OpenVINO says of this processor, and the format it takes when left to choose."""
    core = ov.Core()
    return {
        "name": str(core.get_property("CPU", "FULL_DEVICE_NAME")),
        "can": " ".join(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")),
        "takes": core.get_property("CPU", "INFERENCE_PRECISION_HINT").to_string(),
    }
