"""The door to Ray: the same tasks on many machines.

A cluster that runs already is found by ``RAY_ADDRESS``, as every Ray program finds it; without
it one is started on this machine alone. Progress is not Ray's: each finished part is kept by
whoever asked for it, so a lost head costs what was at work and no more.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from vision.engines import Done, ResultT, TaskT
from vision.errors import ConfigError

TRIES_AGAIN: Final = 3
# Enough that no processor waits for its next task, few enough that a lost head costs little.
AHEAD: Final = 2


class Cluster:
    """Ray tasks, one processor each; a node that is lost costs its tasks another try.

    ConfigError when Ray is not installed, or no cluster answers.
    """

    def __init__(self) -> None:
        try:
            import ray
        except ImportError as error:
            raise ConfigError(
                "the engine ray is not installed: pip install 'bright-kitchen[cluster]', "
                "or use --engine local"
            ) from error
        self._ray: Any = ray

    def run(
        self, function: Callable[[TaskT], ResultT], tasks: Sequence[TaskT]
    ) -> Iterator[Done[TaskT, ResultT]]:
        """As they come."""
        ray = self._ray
        _connect(ray)
        remote = ray.remote(num_cpus=1, max_retries=TRIES_AGAIN)(function)
        waiting, running = deque(tasks), dict[Any, TaskT]()
        while waiting or running:
            while waiting and len(running) < AHEAD * _processors(ray):
                task = waiting.popleft()
                running[remote.remote(task)] = task
            for reference in ray.wait(list(running), num_returns=1)[0]:
                yield Done(running.pop(reference), _result(ray, reference))


def _connect(ray: Any) -> None:
    if ray.is_initialized():
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        ray.init(log_to_driver=False, logging_level="ERROR", include_dashboard=False)
    except (ConnectionError, RuntimeError, ValueError) as error:
        address = os.environ.get("RAY_ADDRESS", "this machine")
        raise ConfigError(
            f"no Ray cluster answers at {address}; start it with `ray start --head`, "
            "and set RAY_ADDRESS on the machine that asks"
        ) from error


def _processors(ray: Any) -> int:
    return max(1, int(ray.cluster_resources().get("CPU", 1)))


def _result(ray: Any, reference: Any) -> Any:
    """The result; None when every try lost its process or its node."""
    lost = (ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError)
    gone = (ray.exceptions.NodeDiedError, ray.exceptions.ObjectLostError)
    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from error
    except (*lost, *gone):
        return None
