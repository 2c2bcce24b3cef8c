"""Lay the virtual environment that `make` uses; run again only when its inputs changed.

Needs nothing but Python 3.11 with venv. Uses uv for speed and plain pip where uv cannot be had.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
INPUTS = ("pyproject.toml", "constraints.txt", "deploy/bootstrap.py")
OLDEST = (3, 11)
PIP = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")


def say(text: str) -> None:
    """Tell the person who waits what is going on."""
    print(f"[set-up] {text}", file=sys.stderr, flush=True)  # noqa: T201


def fingerprint(extra: str) -> str:
    """Changes when anything that decides the environment changes."""
    parts = [(ROOT / name).read_bytes() for name in INPUTS]
    return hashlib.sha256(b"|".join([extra.encode(), sys.version.encode(), *parts])).hexdigest()


def run(*command: str | Path) -> bool:
    """Run one step; False when it fails."""
    return subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode == 0


def lay_venv() -> None:
    """An environment of our own, so that nothing of the system is touched."""
    if PYTHON.exists():
        return
    say(f"making {VENV.name} with Python {sys.version.split()[0]}")
    if not run(sys.executable, "-m", "venv", VENV):
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(
            "Python's venv is missing: on Debian run `apt-get install python3-venv`, then again"
        )


def install(extra: str) -> bool:
    """Install the project and what it needs, with uv or else with pip."""
    target = f".[{extra}]" if extra else "."
    wanted = ("-c", "constraints.txt", "-e", target)
    # uv serves the set-up alone: 60 MB that need not stay in the environment.
    with tempfile.TemporaryDirectory() as folder:
        if run(*PIP, "--target", folder, "uv"):
            say("installing packages with uv (about 0.7 GB)")
            if run(Path(folder) / "bin" / "uv", "pip", "install", "-q", "-p", PYTHON, *wanted):
                return True
    say("installing packages with pip (about 0.7 GB, a minute or two)")
    return run(*PIP, *wanted)


def main() -> None:
    """Bring the environment up to date, or say why that failed."""
    if sys.version_info < OLDEST:
        sys.exit("Bright Kitchen needs Python 3.11 or newer: make PYTHON=python3.11 ...")
    extra = sys.argv[1] if len(sys.argv) > 1 else ""
    stamp = VENV / f".ready-{extra or 'runtime'}"
    wanted = fingerprint(extra)
    # The development tools come on top of what the runtime needs.
    covering = {stamp: wanted} | ({} if extra else {VENV / ".ready-dev": fingerprint("dev")})
    if any(path.exists() and path.read_text() == state for path, state in covering.items()):
        return
    began_s = time.monotonic()
    lay_venv()
    if not install(extra):
        sys.exit("packages could not be installed: check the network, then run the command again")
    if not run(PYTHON, "-c", "import av, cv2, openvino"):
        sys.exit(
            "system libraries are missing: on Debian run "
            "`apt-get install libgl1 libglib2.0-0`, then run the command again"
        )
    stamp.write_text(wanted)
    say(f"ready after {time.monotonic() - began_s:.0f} s")


if __name__ == "__main__":
    main()
