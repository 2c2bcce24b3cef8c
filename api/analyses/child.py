"""The process that analyses: ``analyze`` itself, gently, and never longer than its server.

Run as ``python -m api.analyses.child analyze ...``; stdin is held open by the server.
"""

from __future__ import annotations

import os
import threading
from typing import Final

ALONE: Final = 75
GENTLY: Final = 10
STDIN: Final = 0


def _end_with_the_server() -> None:
    """Leave at once when the server is gone, however it went: another one takes the job up."""
    while os.read(STDIN, 1):
        continue
    os._exit(ALONE)


if __name__ == "__main__":
    os.nice(GENTLY)
    threading.Thread(target=_end_with_the_server, daemon=True).start()

    from api.cli import main

    main()
