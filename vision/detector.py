"""The door to the networks: OpenVINO, and ultralytics where it is installed."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import openvino as ov
from openvino.preprocess import ColorFormat, PrePostProcessor

from vision.alert import ModelRef
from vision.boxes import read_end2end, read_raw, suppress
from vision.detections import HEAD, KINDS, Detections, FloatArray, IntArray
from vision.errors import ConfigError, ModelError
from vision.frames import Frame, Image
from vision.heads import choose_states, head_crop, sharpness
from vision.letterbox import Letterbox
from vision.limits import check_size
from vision.model import HeadStateSpec, ModelBundle, load_model

Precision = Literal["auto", "f32"]

# Overlap from which two boxes of one class are the same thing.
RAW_IOU: Final = 0.6
END2END_IOU: Final = 0.7
MIN_SIDE_PX: Final = 1
# Share of its threshold from which an animal counts where it moves by itself.
UNSURE_SHARE: Final = 0.45
# One camera has one shape; a folder of pictures has a few.
COMPILED_SHAPES: Final = 4
ULTRALYTICS_CONFIDENCE: Final = 0.35
HEAD_OUTPUTS: Final = ("hat", "mask")


class OpenVinoDetector:
    """Finds heads and pests, and judges each head from the full-resolution picture.

    The same frame gives the same bytes whatever ``threads`` is. ``auto`` precision is
    bfloat16 where the processor has it; ``f32`` brings unlike processors closer together.
    ``shapes`` is how many shapes of pictures stay compiled: more for a folder of all sorts.
    """

    def __init__(
        self,
        bundle: ModelBundle,
        threads: int | None = None,
        precision: Precision = "auto",
        shapes: int = COMPILED_SHAPES,
    ) -> None:
        self.ref = bundle.ref
        self._spec = bundle.manifest.detector
        settings = engine_settings(threads, precision)
        self._engine = Engine(bundle.detector_path, settings, shapes=shapes)
        self._class_ids = np.array([KINDS.index(kind) for kind in self._spec.classes], np.int64)
        self._thresholds = np.array(
            [self._spec.thresholds[kind] for kind in self._spec.classes], np.float32
        )
        animals = self._class_ids != HEAD
        self._least = np.where(animals, UNSURE_SHARE, 1).astype(np.float32) * self._thresholds
        head_state = bundle.manifest.head_state
        self._judge = None
        if head_state and bundle.head_state_path:
            engine = Engine(bundle.head_state_path, settings, HEAD_OUTPUTS)
            self._judge = HeadJudge(engine, head_state)

    def detect(self, frame: Frame) -> Detections:
        """What this frame shows, boxes in its pixels; SourceError when it is too large."""
        return self.consider(frame)[0]

    def consider(self, frame: Frame) -> tuple[Detections, Detections]:
        """What this frame shows, and the animals that are too unsure to be told by it alone."""
        check_size(frame.width, frame.height, "the picture")
        letterbox = Letterbox.of(frame.width, frame.height, self._spec.input_px)
        output = self._engine.run(letterbox.fit(frame.image)[None])[0]
        xyxy, confidence, classes = self._read(output[0])
        xyxy = letterbox.to_frame(xyxy)
        rows = self._worth(xyxy, confidence, classes)
        found = Detections.of(xyxy[rows], confidence[rows], self._class_ids[classes[rows]])
        found = self._judge.judge(found, frame.image) if self._judge else found
        sure = confidence[rows] >= self._thresholds[classes[rows]]
        return found[sure], found[~sure]

    def _read(self, output: FloatArray) -> tuple[FloatArray, FloatArray, IntArray]:
        """Boxes in input pixels, confidences and class numbers, the unsure animals included."""
        read = read_end2end if self._spec.output == "end2end" else read_raw
        xyxy, confidence, classes = read(output)
        known = (classes >= 0) & (classes < len(self._thresholds))
        needed = self._least[np.where(known, classes, 0)]
        rows = known & (confidence >= needed)
        return xyxy[rows], confidence[rows], classes[rows]

    def _worth(self, xyxy: FloatArray, confidence: FloatArray, classes: IntArray) -> IntArray:
        """Rows to keep: no slivers, no doubles, the surest first."""
        sides = xyxy[:, 2:] - xyxy[:, :2]
        real = np.flatnonzero((sides >= MIN_SIDE_PX).all(axis=1))
        same = RAW_IOU if self._spec.output == "raw" else END2END_IOU
        kept: IntArray = real[suppress(xyxy[real], confidence[real], classes[real], same)]
        return kept


class HeadJudge:
    """Tells hat and mask states of all heads of a frame in one inference."""

    def __init__(self, engine: Engine, spec: HeadStateSpec) -> None:
        self._engine = engine
        self._spec = spec

    def judge(self, detections: Detections, image: Image) -> Detections:
        """The same rows, the heads with their states."""
        heads = np.flatnonzero(detections.class_id == HEAD)
        if not len(heads):
            return detections
        boxes = detections.xyxy[heads]
        crops = np.stack(
            [head_crop(image, box, self._spec.margin, self._spec.input_px) for box in boxes]
        )
        heights = boxes[:, 3] - boxes[:, 1]
        sharp = np.array([sharpness(crop) for crop in crops], np.float32)
        hat, mask = self._engine.run(crops)
        columns: dict[str, Any] = {}
        for name, output, spec in (("hat", hat, self._spec.hat), ("mask", mask, self._spec.mask)):
            states, confidence = choose_states(output, heights, sharp, spec)
            columns[name] = _placed(getattr(detections, name), heads, states)
            known = getattr(detections, f"{name}_confidence")
            columns[f"{name}_confidence"] = _placed(known, heads, confidence)
        return detections.with_columns(**columns)


class Engine:
    """One graph fed with (n, h, w, 3) uint8 BGR, compiled once for each h and w.

    With named ``outputs`` n may be any number; without, n is 1, a fixed shape being
    faster, and the first output is read.
    """

    def __init__(
        self,
        path: Path,
        settings: dict[str, Any],
        outputs: tuple[str, ...] = (),
        shapes: int = COMPILED_SHAPES,
    ) -> None:
        self._core = ov.Core()
        self._shapes = shapes
        self._settings = settings
        self._outputs = outputs
        self._compiled: OrderedDict[tuple[int, ...], Any] = OrderedDict()
        try:
            self._graph = _with_pixels(self._core.read_model(path))
        except RuntimeError as error:
            raise ModelError(f"{path} cannot be read by OpenVINO; copy the model again") from error
        given = {name for output in self._graph.outputs for name in output.names}
        missing = [name for name in outputs if name not in given]
        if missing:
            raise ModelError(f"{path} has no output {missing[0]!r}; export the model again")

    def run(self, images: Image) -> list[FloatArray]:
        """The outputs as float32, copied out of the engine."""
        request = self._request(images.shape)
        request.infer([images])
        tensors = [request.get_tensor(name) for name in self._outputs]
        return [
            np.array(tensor.data, np.float32) for tensor in tensors or [request.get_output_tensor()]
        ]

    def _request(self, shape: tuple[int, ...]) -> Any:
        """The compiled graph for this shape, the least used one forgotten."""
        key = (-1 if self._outputs else 1, *shape[1:])
        if key not in self._compiled:
            self._compiled[key] = self._compile(key)
        self._compiled.move_to_end(key)
        if len(self._compiled) > self._shapes:
            self._compiled.popitem(last=False)
        return self._compiled[key]

    def _compile(self, shape: tuple[int, ...]) -> Any:
        graph = self._graph.clone()
        try:
            graph.reshape(ov.PartialShape(list(shape)))
            compiled = self._core.compile_model(graph, "CPU", self._settings)
        except RuntimeError as error:
            raise ModelError(
                f"the model does not take pictures of {shape[2]}x{shape[1]}; "
                "export it again with dynamic input"
            ) from error
        return compiled.create_infer_request()


def engine_settings(threads: int | None, precision: Precision) -> dict[str, Any]:
    """OpenVINO's properties: one picture at a time, one stream."""
    settings: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1}
    if threads:
        settings["INFERENCE_NUM_THREADS"] = threads
    if precision == "f32":
        settings["INFERENCE_PRECISION_HINT"] = "f32"
    return settings


def _with_pixels(graph: Any) -> Any:
    """The graph with an input of uint8 BGR pixels; the conversion runs compiled."""
    steps = PrePostProcessor(graph)
    steps.input().tensor().set_element_type(ov.Type.u8).set_layout(
        ov.Layout("NHWC")
    ).set_color_format(ColorFormat.BGR)
    steps.input().model().set_layout(ov.Layout("NCHW"))
    steps.input().preprocess().convert_element_type(ov.Type.f32).convert_color(
        ColorFormat.RGB
    ).scale(255.0)
    return steps.build()


def _placed(column: Any, rows: IntArray, values: Any) -> Any:
    """A copy of ``column`` with ``values`` in ``rows``."""
    copy = column.copy()
    copy[rows] = values
    return copy


class UltralyticsDetector:
    """A ``.pt`` file run by ultralytics; it tells no hat or mask states.

    Such a file may run code of its own when it is read: take it from people you trust.
    """

    def __init__(self, weights: Path, confidence: float = ULTRALYTICS_CONFIDENCE) -> None:
        if not weights.is_file():
            raise ModelError(f"there is no weights file {weights}; check the path given as model")
        self._network = _yolo(weights)
        self._confidence = confidence
        self._class_ids = {
            number: KINDS.index(name)
            for number, name in self._network.names.items()
            if name in KINDS
        }
        if not self._class_ids:
            raise ModelError(f"{weights} finds none of {', '.join(KINDS)}; choose another model")
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self.ref = ModelRef(name=weights.stem, sha256=digest)

    def detect(self, frame: Frame) -> Detections:
        """What this frame shows, boxes in its pixels; SourceError when it is too large."""
        check_size(frame.width, frame.height, "the picture")
        result = self._network.predict(
            frame.image,
            conf=self._confidence,
            classes=sorted(self._class_ids),
            device="cpu",
            verbose=False,
        )[0].boxes
        numbers = result.cls.cpu().numpy().astype(int)
        return Detections.of(
            result.xyxy.cpu().numpy(),
            result.conf.cpu().numpy(),
            np.array([self._class_ids[number] for number in numbers], np.int64),
        )


def _yolo(weights: Path) -> Any:
    # Left alone, ultralytics installs packages and calls home while it runs.
    os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="true")
    try:
        from ultralytics import YOLO
    except ImportError as error:
        raise ConfigError(
            f"{weights} needs ultralytics: run  pip install 'bright-kitchen[train]'  (about 6 GB), "
            "or export it to ONNX"
        ) from error
    try:
        return YOLO(str(weights))
    except (TypeError, ValueError, RuntimeError, LookupError, OSError, EOFError) as error:
        raise ModelError(f"{weights} holds no weights that ultralytics reads") from error


def open_detector(
    model: ModelBundle | Path, threads: int | None = None, precision: Precision = "auto"
) -> OpenVinoDetector | UltralyticsDetector:
    """A detector for a checked bundle, a bundle's folder or a ``.pt`` file."""
    if isinstance(model, Path) and model.suffix == ".pt":
        return UltralyticsDetector(model)
    bundle = load_model(model) if isinstance(model, Path) else model
    return OpenVinoDetector(bundle, threads, precision)
