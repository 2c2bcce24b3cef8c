"""Notes on alerts as people write and read them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.text import PlainText

Words = Annotated[
    PlainText, StringConstraints(strip_whitespace=True), Field(min_length=1, max_length=2000)
]


class NoteIn(BaseModel):
    """What is noted."""

    model_config = ConfigDict(extra="forbid")

    text: Words


class NoteOut(BaseModel):
    """A note with who wrote it and when."""

    id: str
    author_name: str
    at: datetime
    text: str
