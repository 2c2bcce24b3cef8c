"""The door to Ray: the same tasks on many machines.

A cluster that runs already is found by ``RAY_ADDRESS``, as every Ray program finds it; without
it one is started on this machine alone. Progress is not Ray's: each finished part is kept by
whoever asked for it, so a lost head costs what was at work and no more.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic

from vision.engines import Done, ResultT, TaskT
from vision.errors import ConfigError

TRIES_AGAIN: Final = 3
# Enough that no processor waits for its next task, few enough that a lost node costs little.
AHEAD: Final = 2
# How often is asked which nodes are left while nothing comes back.
ASK_AGAIN_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class _Sent(Generic[TaskT]):
    """A task, the node it was sent to, and how many nodes were lost with it."""

    task: TaskT
    node: str = ""
    lost: int = 0


class Cluster:
    """Ray tasks, one processor each; a node that is lost costs its tasks another try.

    Each task is sent to a node by name: Ray waits for minutes for what a node that was cut off
    had taken, so what a lost node has is sent to another one from here.
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
        waiting = deque(_Sent(task) for task in tasks)
        running = dict[Any, _Sent[TaskT]]()
        while waiting or running:
            processors = _processors(ray)
            if not processors:
                raise ConfigError(
                    "no node of the cluster is left; start one again, then go on with --resume"
                )
            for reference in [r for r, sent in running.items() if sent.node not in processors]:
                yield from _lost(running.pop(reference), waiting)
            _send(ray, remote, waiting, running, processors)
            for reference in ray.wait(list(running), num_returns=1, timeout=ASK_AGAIN_S)[0]:
                sent = running.pop(reference)
                try:
                    yield Done(sent.task, _result(ray, reference))
                except _gone(ray):
                    yield from _lost(sent, waiting)


def _lost(sent: _Sent[TaskT], waiting: deque[_Sent[TaskT]]) -> Iterator[Done[TaskT, Any]]:
    """Another try; none any more for a task that was lost with one node after the other."""
    if sent.lost >= TRIES_AGAIN:
        yield Done(sent.task, None)
    else:
        waiting.appendleft(_Sent(sent.task, lost=sent.lost + 1))


def _send(
    ray: Any,
    remote: Any,
    waiting: deque[_Sent[TaskT]],
    running: dict[Any, _Sent[TaskT]],
    processors: dict[str, int],
) -> None:
    """Give each node what it can take, one after the other."""
    strategy = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
    at_work = [sent.node for sent in running.values()]
    room = {node: AHEAD * count - at_work.count(node) for node, count in processors.items()}
    while waiting and any(left > 0 for left in room.values()):
        node = max(room, key=lambda one: room[one] / processors[one])
        sent = _Sent(waiting[0].task, node, waiting[0].lost)
        where = strategy(node_id=node, soft=False)
        running[remote.options(scheduling_strategy=where).remote(sent.task)] = sent
        waiting.popleft()
        room[node] -= 1


def _connect(ray: Any) -> None:
    if ray.is_initialized():
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        ray.init(log_to_driver=False, logging_level="ERROR", include_dashboard=False)
    except ray.exceptions.AuthenticationError as error:
        raise ConfigError(
            "the Ray cluster wants its token: set RAY_AUTH_TOKEN_PATH to the file that its "
            "machines have"
        ) from error
    except (ConnectionError, RuntimeError, ValueError) as error:
        address = os.environ.get("RAY_ADDRESS", "this machine")
        raise ConfigError(
            f"no Ray cluster answers at {address}; start it with `ray start --head`, "
            "and set RAY_ADDRESS on the machine that asks"
        ) from error


def _processors(ray: Any) -> dict[str, int]:
    """How many processors each node has that is there now."""
    alive = [node for node in ray.nodes() if node["Alive"]]
    counts = {node["NodeID"]: int(node["Resources"].get("CPU", 0)) for node in alive}
    return {node: count for node, count in counts.items() if count}


def _gone(ray: Any) -> tuple[type[Exception], ...]:
    """What is raised when a node went away with a task or its result."""
    errors = ray.exceptions
    return errors.NodeDiedError, errors.ObjectLostError, errors.TaskUnschedulableError


def _result(ray: Any, reference: Any) -> Any:
    """The result; None when every try lost its process."""
    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from error
    except (ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError):
        return None
