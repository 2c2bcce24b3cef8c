import os
import signal
from pathlib import Path

import pytest

from vision.engines import Engine, Here, Processes


def double(number: int) -> int:
    return 2 * number


def die_once(path: str) -> str:
    """Killed the first time, as when memory runs out."""
    mark = Path(f"{path}.tried")
    if path.endswith("heavy") and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return path


def die_always(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def refuse(number: int) -> int:
    raise ValueError(f"no {number}")


@pytest.mark.parametrize("engine", [Here(), Processes(1), Processes(3)])
@pytest.mark.parametrize("count", [0, 1, 7])
def test_each_task_has_its_result_once(engine: Engine, count: int) -> None:
    done = list(engine.run(double, range(count)))
    assert sorted((one.task, one.result) for one in done) == [(n, 2 * n) for n in range(count)]


def test_a_killed_process_costs_its_task_a_second_try_and_nothing_else(tmp_path: Path) -> None:
    tasks = [str(tmp_path / name) for name in ("a", "heavy", "b", "c", "d")]
    done = list(Processes(2).run(die_once, tasks))
    assert sorted(str(one.result) for one in done) == sorted(tasks)


def test_a_task_that_always_kills_its_process_is_named_and_the_rest_is_done() -> None:
    done = {one.task: one.result for one in Processes(2).run(die_always, range(8))}
    assert done == {n: None if n == 3 else n for n in range(8)}


@pytest.mark.parametrize("engine", [Here(), Processes(2)])
def test_an_error_of_the_function_itself_comes_out(engine: Engine) -> None:
    with pytest.raises(ValueError, match="no 1"):
        list(engine.run(refuse, [1]))
