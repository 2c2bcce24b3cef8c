"""How much of the processor's matrix arithmetic the detector reaches, on one thread."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import prod
from typing import Any, Final

import numpy as np
import openvino as ov

from vision.detector import engine_settings
from vision.letterbox import Letterbox
from vision.model import ModelBundle

SIDE: Final = 1024
TURNS: Final = 30


@dataclass(frozen=True, slots=True)
class Gemm:
    """Thousand millions of operations a CPU second; ``share`` of the peak by the detector."""

    peak: float
    detector: float
    precision: str

    @property
    def share(self) -> float:
        """What of the peak is reached."""
        return self.detector / self.peak


def measure_gemm(bundle: ModelBundle, width: int, height: int) -> Gemm:
    """The largest product and the detector on pictures of this size, the best of some turns."""
    core, settings = ov.Core(), engine_settings(1, "auto")
    box = Letterbox.of(width, height, bundle.manifest.detector.input_px)
    shape = box.fit(np.zeros((height, width, 3), np.uint8)).shape
    graph = core.read_model(bundle.detector_path)
    graph.reshape([1, 3, shape[0], shape[1]])
    network = core.compile_model(graph, "CPU", settings)
    product = core.compile_model(_product(), "CPU", settings)
    told = str(network.get_property("INFERENCE_PRECISION_HINT").to_string())
    peak, own = 2e-9 * SIDE**3 / _best_s(product), operations(graph) / 1e9 / _best_s(network)
    return Gemm(peak, own, told)


def operations(graph: Any) -> float:
    """Multiplications and additions of the convolutions and products of a graph."""
    total = 0.0
    for node in graph.get_ops():
        kind = node.get_type_name()
        if kind not in {"Convolution", "GroupConvolution", "MatMul"}:
            continue
        out = prod(node.output(0).get_shape())
        # Each value out is a sum over the weights of one filter, or over one row.
        given = node.input(1).get_shape() if kind != "MatMul" else node.input(0).get_shape()
        skip = {"Convolution": 1, "GroupConvolution": 2}.get(kind, len(given) - 1)
        total += 2.0 * out * prod(given[skip:])
    return total


def _product() -> Any:
    given = ov.opset13.parameter([SIDE, SIDE], np.float32)
    weights = np.random.default_rng(1).normal(size=(SIDE, SIDE)).astype(np.float32)
    return ov.Model([ov.opset13.matmul(given, weights, False, False)], [given], "product")


def _best_s(compiled: Any) -> float:
    """CPU seconds of one run."""
    request, best_s = compiled.create_infer_request(), float("inf")
    given = np.full(tuple(compiled.input(0).shape), 0.5, np.float32)
    for _ in range(TURNS):
        began = time.process_time()
        request.infer([given])
        best_s = min(best_s, time.process_time() - began)
    return best_s
