"""Exports trained networks into a bundle; needs the extra ``train``, imported only when called."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.crops import INPUT_PX

# Pests are boxed best near the side at which they were learnt (experiments.md).
DETECTOR_PX: Final = 512
OPSET: Final = 18
BOX_TOLERANCE_PX: Final = 1.5  # 0.3 % of the side
CONFIDENCE_TOLERANCE: Final = 0.02  # weights are rounded to float16 after batch norm is folded in
STATE_TOLERANCE: Final = 0.01
SMALL: Final = 64  # constants up to this many numbers keep their precision


def export_detector(weights: Path, out: Path) -> None:
    """Write the detector as ONNX: input of any height and width in multiples of 32.

    The output is ``raw``, (1, 4 + classes, n): after a short training the one-to-many head with
    suppression finds more than the end2end one (see experiments.md).
    """
    from ultralytics import YOLO

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "detector.pt"
        shutil.copyfile(weights, copy)
        options = {"imgsz": DETECTOR_PX, "dynamic": True, "simplify": True, "opset": OPSET}
        exported = YOLO(str(copy)).export(format="onnx", device="cpu", **options)
        halve_weights(Path(exported), out)


def export_head_state(network: Any, out: Path) -> None:
    """Write the head-state network as ONNX with outputs ``hat`` and ``mask``, probabilities."""
    import torch

    from models.network import Probabilities

    sample = torch.zeros(2, 3, INPUT_PX, INPUT_PX)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "head-state.onnx"
        torch.onnx.export(
            Probabilities(network).eval(),
            (sample,),
            str(path),
            input_names=["pictures"],
            output_names=["hat", "mask"],
            dynamic_axes={name: {0: "n"} for name in ("pictures", "hat", "mask")},
            opset_version=OPSET,
            dynamo=False,
        )
        halve_weights(path, out)


def halve_weights(source: Path, out: Path) -> None:
    """Store large constants as float16 behind a cast: half the file, float32 in and out.

    The names and paths an exporter leaves in the metadata are dropped.
    """
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(source))
    graph, casts = model.graph, []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size <= SMALL:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=1))
    for cast in reversed(casts):
        graph.node.insert(0, cast)
    del model.metadata_props[:]
    for node in graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    onnx.checker.check_model(model)
    onnx.save(model, str(out))


def strip_checkpoint(weights: Path, out: Path, side: int = DETECTOR_PX) -> None:
    """Keep the network alone, in float16: no optimiser, no arguments, no path of this machine."""
    import torch

    checkpoint = torch.load(str(weights), map_location="cpu", weights_only=False)
    model = (checkpoint.get("ema") or checkpoint["model"]).half()
    for parameter in model.parameters():
        parameter.requires_grad = False
    model.args = {"task": "detect", "imgsz": side}
    for name in ("criterion", "pt_path", "ckpt_path"):
        if hasattr(model, name):
            setattr(model, name, None)
    if isinstance(getattr(model, "yaml", None), dict):
        model.yaml = {**model.yaml, "yaml_file": "yolo26n.yaml"}
    train_args = {"task": "detect", "imgsz": side}
    torch.save({"model": model, "ema": None, "train_args": train_args, "epoch": -1}, str(out))


def compare_detector(
    weights: Path, exported: Path, pictures: list[Path], side: int = DETECTOR_PX
) -> dict[str, float]:
    """Largest difference between torch and OpenVINO (float32) over the sure detections.

    Raises ValueError beyond the tolerances.
    """
    import openvino as ov
    import torch
    from ultralytics import YOLO

    from models.pictures import read_image
    from vision.letterbox import Letterbox

    network = YOLO(str(weights)).model.float().eval()
    network.end2end = False
    network.fuse()
    compiled = ov.Core().compile_model(str(exported), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    boxes = confidences = 0.0
    for path in pictures:
        image = read_image(path)
        fitted = Letterbox.of(image.shape[1], image.shape[0], side).fit(image)
        array = np.ascontiguousarray(fitted[..., ::-1].transpose(2, 0, 1)[None], np.float32) / 255
        with torch.inference_mode():
            output = network(torch.from_numpy(array))
        expected = (output[0] if isinstance(output, tuple) else output)[0].numpy()
        sure = expected[4:].max(axis=0) > 0.3
        apart = np.abs(next(iter(compiled(array).values()))[0] - expected)[:, sure]
        if sure.any():
            boxes = max(boxes, float(apart[:4].max()))
            confidences = max(confidences, float(apart[4:].max()))
    if boxes > BOX_TOLERANCE_PX or confidences > CONFIDENCE_TOLERANCE:
        raise ValueError(f"the exported detector differs: {boxes:.3f} px, {confidences:.4f}")
    return {"box_px": boxes, "confidence": confidences}


def compare_head_state(network: Any, exported: Path, pictures: Any) -> float:
    """Largest difference of a probability between torch and OpenVINO; ValueError beyond 0.01."""
    import openvino as ov
    import torch

    from models.network import Probabilities

    compiled = ov.Core().compile_model(str(exported), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    with torch.inference_mode():
        expected = Probabilities(network).eval()(torch.from_numpy(pictures))
    found = compiled(pictures)
    largest = max(
        float(np.abs(found[name] - part.numpy()).max())
        for name, part in zip(("hat", "mask"), expected, strict=True)
    )
    if largest > STATE_TOLERANCE:
        raise ValueError(f"the exported head-state network differs by {largest:.4f}")
    return largest
