"""Run in a namespace: an analysis on the cluster, told line by line.

``python -m tests.cluster.asking FOOTAGE OUT``: first which nodes answer, then each piece, then
which nodes are left.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from tests.cluster.hosts import ADDRESSES
from vision import batch as batch_module
from vision.batch import Options, Silent, analyse
from vision.cluster import Cluster
from vision.model import DEFAULT_MODEL
from vision.recordings import everywhere
from vision.results import write_json
from vision.watching import Seen, Task, look_at
from vision.zones import whole_picture

CUT = "cut"
OPTIONS = Options(DEFAULT_MODEL, "strict", everywhere([whole_picture("cooking")]))


def say(**told: Any) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def where(number: int) -> str:
    """On which node this runs; long enough that the next one goes elsewhere."""
    from ray.util import get_node_ip_address

    time.sleep(1)
    return str(get_node_ip_address())


def noted(task: Task) -> Seen:
    """Leaves word of where it began; on the worker it goes on only once that one is cut off."""
    from ray.util import get_node_ip_address

    folder, address = begun(task.footage.path.parent), str(get_node_ip_address())
    (folder / f"{task.footage.label} {address}").touch()
    while address == ADDRESSES[1] and not (folder / CUT).exists():
        time.sleep(0.1)
    return look_at(task)


def begun(footage: Path) -> Path:
    """Where that word is left."""
    return footage.with_name("begun")


class Aloud(Silent):
    """Says which piece was looked at."""

    def looked(self, task: Task, seen: Seen) -> None:
        """One more."""
        say(looked=task.footage.label)


def main(footage: Path, out: Path) -> None:
    say(nodes=sorted({str(done.result) for done in Cluster().run(where, range(8))}))
    batch_module.look_at = noted  # type: ignore[attr-defined]  # the same work, and word of it
    batch = analyse([footage], out, OPTIONS, Cluster(), Aloud())
    write_json(batch.analysis, out / "episodes.json")
    import ray

    while sum(node["Alive"] for node in ray.nodes()) > 1:
        time.sleep(0.5)
    say(left=[node["NodeManagerAddress"] for node in ray.nodes() if node["Alive"]])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
