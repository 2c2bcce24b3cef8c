"""The door to QR codes: an address as a drawing or as a picture."""

from __future__ import annotations

import io
from typing import Final

import segno

# "Q" restores a quarter of it when it is dirty or torn: it hangs in a window for years.
ERROR_LEVEL: Final = "q"
QUIET_MODULES: Final = 4
PNG_MODULE_PX: Final = 16


def qr_svg(address: str) -> str:
    """A drawing that scales, black on white; no size of its own."""
    sink = io.BytesIO()
    made = segno.make(address, error=ERROR_LEVEL, micro=False)
    made.save(sink, kind="svg", border=QUIET_MODULES, xmldecl=False, omitsize=True, light="#fff")
    return sink.getvalue().decode()


def qr_png(address: str) -> bytes:
    """A picture for other people's posters, with its quiet zone."""
    sink = io.BytesIO()
    made = segno.make(address, error=ERROR_LEVEL, micro=False)
    made.save(sink, kind="png", scale=PNG_MODULE_PX, border=QUIET_MODULES)
    return sink.getvalue()
