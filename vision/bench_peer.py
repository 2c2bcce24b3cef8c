"""The peer of ``bench``: ultralytics, in whatever Python has it; nothing of ours is imported here.

Each line asks for a clip and a stride; each answer is the CPU that ``predict`` took for it.
"""

from __future__ import annotations

import json
import os
import sys
import time


def serve(weights: str, input_px: int) -> None:
    """Answer until nothing is asked any more."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what ultralytics prints is no answer
    os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="true")
    import torch
    from ultralytics import YOLO

    torch.set_num_threads(1)
    network = YOLO(weights)
    network.predict(verbose=False, device="cpu", imgsz=input_px, source=_grey(input_px))
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        told = {"stream": True, "verbose": False, "device": "cpu", "imgsz": input_px}
        began = time.process_time()
        for _ in network.predict(asked["clip"], vid_stride=asked["stride"], **told):
            pass
        spent = {"cpu_ms": 1000 * (time.process_time() - began)}
        print(json.dumps(spent), file=answers, flush=True)


def _grey(side_px: int) -> object:
    import numpy as np

    return np.full((side_px, side_px, 3), 128, np.uint8)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
