"""Looking at alert-free minutes: nothing wrong, a miss with its box, or not assessable."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.deps import DatabaseDep, ReviewerDep
from api.samples.schemas import MINUTE_S, FileOut, SampleOut
from api.samples.store import get_sample, to_judge
from api.web import measured_words as words
from api.web.rendering import render

router = APIRouter(include_in_schema=False)


class SampleQuery(BaseModel):
    """A minute that is asked for again, after an undo say."""

    model_config = ConfigDict(extra="ignore")

    item: Annotated[str | None, Field(pattern="^[0-9a-f]{16}$")] = None


@router.get("/samples")
def sample_page(
    request: Request,
    found: ReviewerDep,
    database: DatabaseDep,
    query: Annotated[SampleQuery, Query()],
) -> Response:
    """The minute that has waited longest, or the one asked for."""
    with database.reading() as session:
        waiting = to_judge(session, found.person, limit=1)
        item = get_sample(session, found.person, query.item) if query.item else None
    sample = item or next(iter(waiting.items), None)
    return render(
        request,
        "samples.html",
        found,
        sample=sample,
        clip=_clip(sample),
        frames=_frames(sample),
        open=waiting.open,
        words=words,
    )


def _clip(sample: SampleOut | None) -> FileOut | None:
    files = sample.files if sample else []
    return next((file for file in files if file.kind == "clip" and file.stored), None)


def _frames(sample: SampleOut | None) -> list[tuple[FileOut, float]]:
    """Frames with the second they stand for: cameras take them at equal steps."""
    files = [file for file in sample.files if file.kind == "frame"] if sample else []
    step = MINUTE_S / max(len(files), 1)
    return [(file, round((n + 0.5) * step, 1)) for n, file in enumerate(files) if file.stored]
