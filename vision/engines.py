"""Where work runs: in this process, in several here, or on a Ray cluster - the same functions.

An engine takes tasks and gives their results as they come, in any order. A task is a plain
value and names its input by path, so it can be done again anywhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Generic, Protocol, TypeVar

TaskT = TypeVar("TaskT")
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Done(Generic[TaskT, ResultT]):
    """A task and its result; ``result`` is None when the process doing it was killed twice."""

    task: TaskT
    result: ResultT | None


class Engine(Protocol):
    """Runs one function over many tasks."""

    def run(
        self, function: Callable[[TaskT], ResultT], tasks: Sequence[TaskT]
    ) -> Iterator[Done[TaskT, ResultT]]:
        """Each task's result once, as it comes; the function's own exceptions are raised."""
        ...


class Here:
    """One task after the other in this process."""

    def run(
        self, function: Callable[[TaskT], ResultT], tasks: Sequence[TaskT]
    ) -> Iterator[Done[TaskT, ResultT]]:
        """In the order given."""
        for task in tasks:
            yield Done(task, function(task))


@dataclass(frozen=True, slots=True)
class Processes:
    """Several processes on this machine; one that is killed costs its own task a second try.

    The system kills a process when memory runs out. Which of those at work was to blame is
    not told, so each of their tasks is tried again, alone.
    """

    workers: int

    def run(
        self, function: Callable[[TaskT], ResultT], tasks: Sequence[TaskT]
    ) -> Iterator[Done[TaskT, ResultT]]:
        """As they come."""
        waiting, suspects = deque(tasks), deque[TaskT]()
        while waiting:
            yield from self._until_broken(function, waiting, suspects)
        for task in suspects:
            yield self._alone(function, task)

    def _until_broken(
        self, function: Callable[[TaskT], ResultT], waiting: deque[TaskT], suspects: deque[TaskT]
    ) -> Iterator[Done[TaskT, ResultT]]:
        """Work through ``waiting``; when a process dies, what was at work becomes suspect."""
        running: dict[Future[ResultT], TaskT] = {}
        with _pool(min(self.workers, len(waiting))) as pool:
            try:
                while waiting or running:
                    # No more than are worked on: what waits here is not lost with the pool.
                    while waiting and len(running) < self.workers:
                        running[pool.submit(function, waiting[0])] = waiting[0]
                        waiting.popleft()
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        result = future.result()
                        yield Done(running.pop(future), result)
            except BrokenProcessPool:
                suspects.extend(running.values())

    def _alone(self, function: Callable[[TaskT], ResultT], task: TaskT) -> Done[TaskT, ResultT]:
        with _pool(1) as pool:
            try:
                return Done(task, pool.submit(function, task).result())
            except BrokenProcessPool:
                return Done(task, None)


def _pool(workers: int) -> ProcessPoolExecutor:
    # A fork would take the detector's threads along in whatever state they are.
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
