"""Writes into a graph what it is: classes, input, thresholds; needs the extra ``train`` (onnx).

Tools that are given the ONNX file alone (ultralytics, OpenVINO's, Netron) can then read it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.bundle import read_tables, thresholds_hash, update


def facts(tables: Mapping[str, Any]) -> dict[str, str]:
    """The metadata of the detector of a manifest, strings only, as ONNX wants it.

    ``names``, ``task``, ``stride``, ``imgsz`` and ``channels`` are what ultralytics looks for.
    """
    detector = tables["detector"]
    side = detector["input_px"]
    return {
        "names": str(dict(enumerate(detector["classes"]))),
        "task": "detect",
        "stride": "32",
        "batch": "1",
        "channels": "3",
        "imgsz": json.dumps([side, side]),
        "dynamic": "True",
        "end2end": str(detector["output"] == "end2end"),
        "input": "RGB, 0-1, letterboxed on grey 114; any multiple of 32",
        "output": detector["output"],
        "model": f"{tables['name']} {tables['version']}",
        "license": tables["licence"],
        "thresholds": json.dumps(detector["thresholds"], sort_keys=True),
        "thresholds_sha256": thresholds_hash(tables),
    }


def stamp(bundle: Path) -> None:
    """Write the facts of the manifest into the detector's ONNX file, and pin it anew."""
    import onnx

    tables = read_tables(bundle)
    path = bundle / tables["detector"]["file"]
    model = onnx.load(str(path))
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, facts(tables))
    onnx.save(model, str(path))
    update(bundle, {})
