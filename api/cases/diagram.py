"""The drawing of what may happen to a case, made from the table itself.

``python -m api.cases.diagram`` writes it and the table into docs/cases.md.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from api.cases.transitions import ENDED, TRANSITIONS, Transition

PAGE: Final = Path(__file__).parents[2] / "docs" / "cases.md"
BLOCK: Final = re.compile(r"(<!-- made by api\.cases\.diagram -->\n).*?(<!-- end -->\n)", re.DOTALL)


def drawn() -> str:
    """The states and what leads from one to another, as Mermaid; withdrawing is left out."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> opened: open"]
    ways: dict[tuple[str, str], list[str]] = {}
    for row in TRANSITIONS:
        if row.target is None or row.target == "withdrawn":
            continue
        for source in row.sources:
            if source != row.target:
                ways.setdefault((source, row.target), []).append(row.action)
    lines += [f"    {a} --> {b}: {' / '.join(names)}" for (a, b), names in ways.items()]
    return "\n".join([*lines, *(f"    {state} --> [*]" for state in ENDED), "```"])


def tabled() -> str:
    """Every row: what is done, from where, to where, by whom, and what it needs."""
    head = ["| action | from | to | who | needs |", "|---|---|---|---|---|"]
    return "\n".join([*head, *(_row(row) for row in TRANSITIONS)])


def _row(row: Transition) -> str:
    needs = ", ".join(row.needs) or "—"
    sources, doers = ", ".join(row.sources), ", ".join(row.doers)
    return f"| `{row.action}` | {sources} | {row.target or 'the same'} | {doers} | {needs} |"


def updated(page: str) -> str:
    """The page with the drawing and the table as they are now."""
    return BLOCK.sub(lambda found: f"{found[1]}{drawn()}\n\n{tabled()}\n{found[2]}", page)


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
