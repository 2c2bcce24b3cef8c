"""Two recordings to measure cameras with: ``busy.mp4`` and ``quiet.mp4``, 1080p25, a key every 2 s.

    python -m benchmarks.footage DIR [--seconds 8]

Made from the samples: two cooks of whom one wears no hat, and an empty room at night.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.batch import SAMPLES, render


def main() -> None:
    """Make both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--seconds", type=int, default=8)
    told = parser.parse_args()
    told.dir.mkdir(parents=True, exist_ok=True)
    render(told.dir / "busy.mp4", SAMPLES / "range-no-hat.mp4", told.seconds, still=False)
    render(told.dir / "quiet.mp4", SAMPLES / "night-rodent.mp4", told.seconds, still=True)


if __name__ == "__main__":
    main()
