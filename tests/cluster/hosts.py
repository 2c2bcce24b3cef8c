"""Two hosts on one machine: network namespaces joined by a cable that can be pulled."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import uuid4

ADDRESSES: Final = ("10.231.7.1", "10.231.7.2")


@dataclass
class Host:
    """A namespace of its own with one network card."""

    name: str
    card: str
    address: str
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, command: Sequence[str], more: Mapping[str, str]) -> subprocess.Popen[str]:
        """Run something there; it ends with the host at the latest."""
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.name, *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **more},
            text=True,
        )
        self.started.append(process)
        return process

    def unplug(self) -> None:
        """Cut it off: nothing arrives and nobody is told."""
        _ip("netns", "exec", self.name, "ip", "link", "set", self.card, "down")

    def end(self) -> None:
        """End what still runs in this namespace and nothing else."""
        for line in _ip("netns", "pids", self.name).split():
            with suppress(ProcessLookupError):
                os.kill(int(line), signal.SIGKILL)
        for process in self.started:
            process.wait()
            if process.stdout:
                process.stdout.close()
        _ip("netns", "del", self.name)


def reason_why_not() -> str:
    """Why no namespace can be made here; empty when one can."""
    if shutil.which("ip") is None:
        return "there is no ip (package iproute2)"
    name = f"bk{uuid4().hex[:6]}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    if made.returncode:
        return f"no network namespace can be made here: {made.stderr.strip()}"
    _ip("netns", "del", name)
    return ""


@contextmanager
def two_hosts() -> Iterator[tuple[Host, Host]]:
    """Both up and joined; gone with everything in them afterwards."""
    mark = uuid4().hex[:6]
    hosts = [Host(f"bk{mark}{n}", f"bk{mark}v{n}", address) for n, address in enumerate(ADDRESSES)]
    for host in hosts:
        _ip("netns", "add", host.name)
    try:
        cards = [host.card for host in hosts]
        _ip("link", "add", cards[0], "type", "veth", "peer", "name", cards[1])
        for host in hosts:
            _ip("link", "set", host.card, "netns", host.name)
            inside = ("netns", "exec", host.name, "ip")
            _ip(*inside, "addr", "add", f"{host.address}/24", "dev", host.card)
            for card in (host.card, "lo"):
                _ip(*inside, "link", "set", card, "up")
            # Ray asks the routes for its own address.
            _ip(*inside, "route", "add", "default", "dev", host.card)
        yield hosts[0], hosts[1]
    finally:
        for host in hosts:
            host.end()


def _ip(*arguments: str) -> str:
    return subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True).stdout


def ray() -> str:
    """The command beside this interpreter."""
    return str(Path(sys.executable).with_name("ray"))
