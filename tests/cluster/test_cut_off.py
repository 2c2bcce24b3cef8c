"""Two hosts with a network between them, of which one is cut off at work."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.asking import CUT, OPTIONS, begun
from tests.cluster.hosts import Host, ray, reason_why_not, two_hosts
from tests.vision.clips import numbered, render_clip
from vision.batch import analyse

ROOT = Path(__file__).parent.parent.parent
CLIPS, SECONDS = 10, 8
STARTS = 3
# Told beforehand, so that a node need not wait for helpers that a busy machine starts slowly.
PORTS = {
    "--dashboard-agent-grpc-port": "52365",
    "--dashboard-agent-listen-port": "52366",
    "--runtime-env-agent-port": "52367",
    "--metrics-export-port": "52368",
}
# Ray gives up a node after three unanswered questions; by default it takes longer to.
QUICK = {
    "RAY_health_check_initial_delay_ms": "5000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "2000",
    "RAY_health_check_failure_threshold": "3",
    "RAY_USAGE_STATS_ENABLED": "0",
}
pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]


@pytest.fixture
def hosts() -> Iterator[tuple[Host, Host]]:
    """Head and worker of a Ray cluster, one processor each."""
    pytest.importorskip("ray")
    if reason := reason_why_not():
        pytest.skip(reason)
    # Ray's sockets have long names of their own: the folder needs a short one.
    scratch = tempfile.mkdtemp(prefix="bk", dir="/tmp")
    with two_hosts() as (head, worker):
        start(head, "--head", "--port", "6379", "--temp-dir", scratch)
        start(worker, "--address", f"{head.address}:6379")
        yield head, worker
    shutil.rmtree(scratch, ignore_errors=True)


def start(host: Host, *arguments: str) -> None:
    """One node, up once it says so; Ray gives itself half a minute, which a busy machine may need
    more than once."""
    own = ("--node-ip-address", host.address, "--num-cpus", "1", "--block")
    quiet = ("--disable-usage-stats", "--object-store-memory", "100000000")
    ports = [word for option in PORTS.items() for word in option]
    said: list[str] = []
    for _ in range(STARTS):
        process = host.start([ray(), "start", *arguments, *own, *quiet, *ports], QUICK)
        if until(process, "Ray runtime started", said):
            return
    pytest.fail(f"Ray does not start:\n{''.join(said)}")


def until(process: subprocess.Popen[str], what: str, said: list[str]) -> str:
    """The first line that has it; empty when the process ends before. ``said`` has the others."""
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line)
        if what in line:
            return line
    return ""


def ask(host: Host, footage: Path, out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.cluster.asking", str(footage), str(out)]
    address = {"RAY_ADDRESS": f"{host.address}:6379", "PYTHONPATH": str(ROOT)}
    return host.start(command, QUICK | address)


def test_a_host_cut_off_at_work_costs_its_pieces_another_try_and_not_a_byte(
    hosts: tuple[Host, Host], tmp_path: Path
) -> None:
    head, worker = hosts
    footage = tmp_path / "footage"
    footage.mkdir()
    render_clip(footage / "00.mp4", map(numbered, range(25 * SECONDS)))
    for n in range(1, CLIPS):
        shutil.copy(footage / "00.mp4", footage / f"{n:02d}.mp4")
    words = begun(footage)
    words.mkdir()
    asked, said = ask(head, footage, tmp_path / "there"), list[str]()
    nodes = until(asked, "nodes", said)
    assert nodes, "".join(said)
    assert json.loads(nodes)["nodes"] == sorted([head.address, worker.address]), "both at work"
    while not list(words.glob(f"* {worker.address}")):
        assert until(asked, "looked", said), "".join(said)
    worker.unplug()
    (words / CUT).touch()
    left = until(asked, "left", said)
    assert left, "".join(said)
    assert json.loads(left)["left"] == [head.address] and asked.wait() == 0
    begun_there = [path.name.split()[0] for path in words.glob(f"* {worker.address}")]
    assert all((words / f"{label} {head.address}").exists() for label in begun_there), "done again"
    here = analyse([footage], tmp_path / "here", OPTIONS)
    assert (tmp_path / "there" / "episodes.json").read_text() == here.analysis.to_json()
