"""The paper of a visit: what the person in charge signed, as a PDF in one language."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from api.evidence.blur import smaller
from api.inspections.checklists import Checklist, read_checklist
from api.inspections.schemas import AnswerOut, FileOut, RecordOut, VisitDetailOut
from api.storage import EvidenceStorage
from api.web import visit_words
from api.web.language import TAGS, LanguageCode, clock_at
from api.web.rendering import environment
from api.web.summary import NO_PDF
from vision.errors import KitchenError, NotFoundError

PHOTO_PX: Final = 900
MOST_PHOTOS: Final = 24


@dataclass(frozen=True, slots=True)
class Paper:
    """What is printed, for whom it reads, and when."""

    told: VisitDetailOut
    record: RecordOut
    language: LanguageCode
    zone: str
    made_at: datetime

    @property
    def checklist(self) -> Checklist:
        """In the version that was answered."""
        return read_checklist(self.told.visit.checklist, self.told.visit.checklist_version)


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo on the paper; ``source`` is a data address."""

    file: FileOut
    source: str


def write_paper(storage: EvidenceStorage, paper: Paper) -> bytes:
    """The PDF; NotFoundError where the server cannot make one."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:  # OSError: Pango is not installed on the machine
        raise NotFoundError(NO_PDF) from error
    page = _page(storage, paper)
    # Nothing is fetched: every picture is in the page itself.
    made = HTML(string=page, url_fetcher=URLFetcher(allowed_protocols=("data",)))
    return bytes(made.write_pdf())


def _page(storage: EvidenceStorage, paper: Paper) -> str:
    record: dict[str, Any] = json.loads(paper.record.text)
    zone = ZoneInfo(paper.zone)
    files = {file.id: file for file in paper.told.files}
    template = environment(paper.language).get_template("visit_paper.html")
    return template.render(
        visit=paper.told.visit,
        record=record,
        sealed=paper.record,
        sections=_sections(paper),
        items={item.id: item for item in paper.checklist.items},
        checklist=paper.checklist,
        photos=list(_photos(storage, paper.told.files)),
        signatures=_signatures(storage, record, files),
        stamp=lambda at: f"{at.astimezone(zone):%Y-%m-%d %H:%M}",
        moment=datetime.fromisoformat,
        code=paper.language,
        tag=TAGS[paper.language],
        clock=clock_at(paper.language, paper.zone, paper.made_at),
        made_at=paper.made_at,
        zone=paper.zone,
        **{name: getattr(visit_words, name) for name in dir(visit_words) if name.isupper()},
    )


def _sections(paper: Paper) -> list[tuple[str, list[tuple[Any, AnswerOut]]]]:
    """Items with their answers under the heading of their section, in the list's order."""
    checklist, answers = paper.checklist, {one.item: one for one in paper.told.answers}
    return [
        (
            heading.say(paper.language),
            [
                (item, answers[item.id])
                for item in checklist.items
                if item.section == name and item.id in answers
            ],
        )
        for name, heading in checklist.sections.items()
    ]


def _photos(storage: EvidenceStorage, files: list[FileOut]) -> Iterator[Picture]:
    """Small enough to print; one that cannot be shown is named by its hash all the same."""
    for file in [one for one in files if one.kind == "photo"][:MOST_PHOTOS]:
        try:
            content = smaller(_content(storage, file), PHOTO_PX)
        except KitchenError:
            yield Picture(file, "")
        else:
            yield Picture(file, _data("image/jpeg", content))


def _signatures(
    storage: EvidenceStorage, record: dict[str, Any], files: dict[str, FileOut]
) -> dict[str, str]:
    wanted = {"restaurant": record["signature"]["file_id"], "second": record["second_signature"]}
    return {
        who: _data("image/png", _content(storage, files[name])) if name in files else ""
        for who, name in wanted.items()
    }


def _content(storage: EvidenceStorage, file: FileOut) -> bytes:
    return b"".join(storage.read(file.sha256, 0, file.bytes))


def _data(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
