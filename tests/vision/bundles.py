"""A real model bundle, built in the test: a graph that finds things by their colour.

Red and yellow are heads (yellow ones wear hat and mask, red ones do not), blue is a
rodent, green a cockroach. It finds at most one of each.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

import numpy as np
import openvino as ov
from openvino import opset13 as op

from vision.frames import Image

RED, YELLOW, GREEN, BLUE = (0, 0, 255), (0, 255, 255), (0, 255, 0), (255, 0, 0)
FAR: Final = 1e9

MANIFEST: Final = """
schema = "brightkitchen.model/1"
name = "colours"
version = "0.1.0"
licence = "AGPL-3.0-or-later"
description = "Finds things by their colour."
[files]
{files}
[detector]
file = "detector.xml"
input_px = {input_px}
output = "{output}"
classes = ["head", "rodent", "cockroach"]
thresholds = {{ head = 0.35, rodent = 0.5, cockroach = 0.5 }}
[head_state]
file = "head-state.xml"
input_px = 32
margin = 0.0
[head_state.hat]
states = ["worn", "missing"]
min_head_px = 20
min_sharpness = 0.0
thresholds = {{ worn = 0.7, missing = 0.85 }}
[head_state.mask]
states = ["worn", "incorrect", "missing", "unseen"]
min_head_px = 28
min_sharpness = 0.0
thresholds = {{ worn = 0.7, incorrect = 0.8, missing = 0.85 }}
[training]
seed = 1
"""


def write_bundle(folder: Path, *, output: str = "end2end", input_px: int = 320) -> Path:
    """A bundle ready for ``load_model``."""
    folder.mkdir(parents=True)
    ov.save_model(colour_finder(output), folder / "detector.xml", compress_to_fp16=False)
    ov.save_model(colour_judge(), folder / "head-state.xml", compress_to_fp16=False)
    return write_manifest(folder, MANIFEST, output=output, input_px=input_px)


def write_manifest(folder: Path, text: str, **values: Any) -> Path:
    """Pin whatever files ``folder`` holds."""
    pins = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.name != "manifest.toml"
    }
    files = "\n".join(f'"{name}" = "{digest}"' for name, digest in pins.items())
    (folder / "manifest.toml").write_text(text.format(files=files, **values))
    return folder


def colour_finder(output: str) -> Any:
    """(1, 3, h, w) RGB 0-1 to one box for each colour, certain to 0.9."""
    pixels = op.parameter([1, 3, -1, -1], np.float32, name="images")
    red, green, blue = op.split(pixels, 1, 3).outputs()
    marks = [
        op.logical_and(_above(red), _below(blue)),
        op.logical_and(_above(blue), op.logical_and(_below(red), _below(green))),
        op.logical_and(_above(green), op.logical_and(_below(red), _below(blue))),
    ]
    rows = [_row(mark, number, output) for number, mark in enumerate(marks)]
    boxes = op.unsqueeze(op.concat(rows, 0), 0)
    if output == "raw":
        boxes = op.transpose(boxes, np.array([0, 2, 1]))
    return ov.Model([boxes], [pixels], "colour_finder")


def _row(mark: Any, number: int, output: str) -> Any:
    """One (1, 6) end2end row, or one (1, 7) raw row."""
    left, right = _extent(mark, 2)
    top, bottom = _extent(mark, 3)
    found = op.reduce_max(op.convert(mark, np.float32), [0, 1, 2, 3])
    sure = op.multiply(found, np.float32(0.9))
    if output == "end2end":
        parts = [left, top, right, bottom, sure, op.constant(np.float32(number))]
    else:
        middle = [_half(op.add(left, right)), _half(op.add(top, bottom))]
        size = [op.subtract(right, left), op.subtract(bottom, top)]
        each = [sure if other == number else op.constant(np.float32(0)) for other in range(3)]
        parts = [*middle, *size, *each]
    return op.unsqueeze(op.concat([op.reshape(part, [1], False) for part in parts], 0), 0)


def _above(channel: Any) -> Any:
    return op.greater(channel, np.float32(0.7))


def _below(channel: Any) -> Any:
    return op.less(channel, np.float32(0.3))


def _half(node: Any) -> Any:
    return op.multiply(node, np.float32(0.5))


def _extent(mark: Any, across: int) -> tuple[Any, Any]:
    """First and last + 1 marked position, looking along the other axis than ``across``."""
    line = op.reshape(op.reduce_max(op.convert(mark, np.float32), [0, 1, across]), [-1], False)
    count = op.squeeze(op.shape_of(line, "i64"), 0)
    place = op.range(np.int64(0), count, np.int64(1), "f32")
    marked = op.greater(line, np.float32(0))
    first = op.reduce_min(op.select(marked, place, np.float32(FAR)), 0)
    last = op.reduce_max(op.select(marked, place, np.float32(-FAR)), 0)
    return first, op.add(last, np.float32(1))


def colour_judge() -> Any:
    """(n, 3, 32, 32) RGB 0-1: the share of green is the probability of hat and mask."""
    crops = op.parameter([-1, 3, 32, 32], np.float32, name="crops")
    channels = op.split(op.reduce_mean(crops, [2, 3]), 1, 3)
    green = channels.output(1)
    bare, none = op.subtract(np.float32(1), green), op.multiply(green, np.float32(0))
    hat, mask = op.concat([green, bare], 1), op.concat([green, none, bare, none], 1)
    for node, name in ((hat, "hat"), (mask, "mask")):
        node.output(0).get_tensor().set_names({name})
    return ov.Model([hat, mask], [crops], "colour_judge")


def painted(width: int, height: int, *things: tuple[tuple[int, int, int, int], Any]) -> Image:
    """A grey picture with coloured boxes (left, top, right, bottom)."""
    image = np.full((height, width, 3), 110, np.uint8)
    for (left, top, right, bottom), colour in things:
        image[top:bottom, left:right] = colour
    return image
