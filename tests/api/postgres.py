"""A PostgreSQL server of one's own, in a temporary folder, on a socket that nobody else sees."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

BINARIES: Final = Path("/usr/lib/postgresql/15/bin")
TEMPLATE: Final = "kitchen_template"
QUICK: Final = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"


def why_not() -> str | None:
    """The reason for which no server can be started here, if there is one."""
    if not (BINARIES / "initdb").exists():
        return f"no PostgreSQL server in {BINARIES}"
    return None


def _run(*command: str) -> None:
    # The server refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    subprocess.run(command, check=True, user=user, cwd="/", stdout=subprocess.DEVNULL)


@contextmanager
def server() -> Iterator[str]:
    """The socket's folder, while the server runs."""
    with tempfile.TemporaryDirectory(prefix="bk-pg-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        folder.chmod(0o777)
        data = str(folder / "data")
        _run(str(BINARIES / "initdb"), "-D", data, "-U", "kitchen", "-A", "trust", "-E", "UTF8",
             "--no-sync", "--no-instructions")  # fmt: skip
        listen = f"-c listen_addresses='' -k {folder} {QUICK}"
        control = (str(BINARIES / "pg_ctl"), "-D", data, "-w", "-s")
        _run(*control, "-l", str(folder / "log"), "-o", listen, "start")
        try:
            yield str(folder)
        finally:
            _run(*control, "-m", "immediate", "stop")


def address(folder: str, database: str) -> str:
    """The URL of one database of the server."""
    return f"postgresql://kitchen@/{database}?host={folder}"
