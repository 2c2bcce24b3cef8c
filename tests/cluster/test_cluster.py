"""A real Ray cluster on loopback, of which a node is lost at work."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.vision.clips import numbered, render_clip
from vision.batch import Options, analyse
from vision.cluster import Cluster
from vision.engines import Here
from vision.model import DEFAULT_MODEL
from vision.recordings import everywhere
from vision.zones import whole_picture

pytestmark = [
    pytest.mark.cluster,
    # Ray leaves sockets and processes to the interpreter's end.
    pytest.mark.filterwarnings("default"),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head and a second node, one processor each."""
    ray = pytest.importorskip("ray")
    from ray.cluster_utils import Cluster as Nodes

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    nodes = Nodes(initialize_head=True, head_node_args={"num_cpus": 1})
    nodes.add_node(num_cpus=1)
    ray.init(nodes.address, log_to_driver=False, logging_level="ERROR")
    yield nodes
    ray.shutdown()
    nodes.shutdown()


def double(number: int) -> int:
    return 2 * number


def linger(task: tuple[str, int]) -> int:
    """Leaves a mark that it began, then takes its time."""
    folder, number = task
    (Path(folder) / f"{number}-{os.getpid()}").touch()
    time.sleep(1)
    return number


def die(number: int) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def refuse(number: int) -> int:
    raise ValueError(f"no {number}")


def test_each_task_has_its_result_once(cluster: Any) -> None:
    done = list(Cluster().run(double, range(20)))
    assert sorted((one.task, one.result) for one in done) == [(n, 2 * n) for n in range(20)]


def test_an_error_of_the_function_itself_comes_out(cluster: Any) -> None:
    with pytest.raises(ValueError, match="no 1"):
        list(Cluster().run(refuse, [1]))


def test_a_task_that_always_kills_its_process_is_named_and_the_rest_is_done(cluster: Any) -> None:
    done = {one.task: one.result for one in Cluster().run(die, range(5))}
    assert done == {n: None if n == 2 else n for n in range(5)}


def test_a_node_lost_at_work_costs_its_tasks_another_try(cluster: Any, tmp_path: Path) -> None:
    node = cluster.add_node(num_cpus=2)
    work = Cluster().run(linger, [(str(tmp_path), n) for n in range(12)])
    results = [next(work)]
    cluster.remove_node(node, allow_graceful=False)
    results += work
    assert sorted(str(one.result) for one in results) == sorted(map(str, range(12)))


def test_an_analysis_on_the_cluster_gives_the_bytes_of_one_process(
    cluster: Any, tmp_path: Path
) -> None:
    (tmp_path / "footage").mkdir()
    for name in ("a.mp4", "b.mp4"):
        render_clip(tmp_path / "footage" / name, map(numbered, range(60)))
    options = Options(DEFAULT_MODEL, "strict", everywhere([whole_picture("cooking")]))
    texts = [
        analyse([tmp_path / "footage"], tmp_path / type(engine).__name__, options, engine)
        for engine in (Here(), Cluster())
    ]
    here, there = (batch.analysis.to_json() for batch in texts)
    assert here == there
