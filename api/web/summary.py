"""The PDF of a case bundle: what a person reads and prints."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from api.evidence.blur import smaller
from api.evidence.bundle import Summary
from api.evidence.cases import Case, Export
from api.evidence.models import EvidenceRow
from api.evidence.views import blurred_copy
from api.storage import EvidenceStorage
from api.web import custody_words
from api.web.language import TAGS, LanguageCode, clock_at
from api.web.rendering import environment
from api.web.requirements import Requirement, requirement
from vision.errors import KitchenError

NO_PDF: Final = "the server has no WeasyPrint (extra reports), so that no PDF can be made"
PICTURES: Final = 3
LONGER_SIDE_PX: Final = 1400
LOG_LINES: Final = 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """One alert of the summary; pictures as data addresses, the best one first."""

    case: Case
    requirement: Requirement
    pictures: tuple[str, ...]
    blurred: bool

    @property
    def log(self) -> list[object]:
        """The newest steps, in order; the whole log is in the bundle's data."""
        return list(self.case.custody.log[-LOG_LINES:])


def summary_maker(
    storage: EvidenceStorage, code: LanguageCode, zone: str, key: str | None
) -> Summary:
    """What makes the PDF in that language; ``key`` is the signing key's name, if there is one."""

    def make(export: Export, made_at: datetime) -> bytes | str:
        try:
            from weasyprint import HTML
            from weasyprint.urls import URLFetcher
        except (ImportError, OSError):  # OSError: Pango is not installed on the machine
            return NO_PDF
        page = (
            environment(code)
            .get_template("summary.html")
            .render(
                export=export,
                sheets=[_sheet(storage, case) for case in export.cases],
                made_at=made_at,
                key=key,
                tag=TAGS[code],
                clock=clock_at(code, zone, made_at),
                stamp=partial(_stamp, ZoneInfo(zone)),
                zone=zone,
                **_words(),
            )
        )
        # Nothing is fetched: every picture is in the page itself.
        paper = HTML(string=page, url_fetcher=URLFetcher(allowed_protocols=("data",)))
        return bytes(paper.write_pdf())

    return make


def _stamp(zone: ZoneInfo, at: datetime) -> str:
    """With its year, whatever year this is read in."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _words() -> dict[str, object]:
    names = ("ACTION", "SENT", "HOLD", "FILE_KIND", "POLICY")
    return {name: getattr(custody_words, name) for name in names}


def _sheet(storage: EvidenceStorage, case: Case) -> Sheet:
    frames = [file for file in case.files if file.kind == "frame" and file.here]
    return Sheet(
        case,
        requirement(case.alert.rule, case.alert.zone_type, case.alert.rules),
        tuple(_pictures(storage, case, frames[:PICTURES])),
        not case.originals,
    )


def _pictures(storage: EvidenceStorage, case: Case, frames: list[EvidenceRow]) -> Iterator[str]:
    """As the bundle has them, small enough to print; one that cannot be shown is left out."""
    for file in frames:
        try:
            if case.originals:
                content = b"".join(storage.read(file.sha256, 0, file.size_bytes))
            else:
                content = blurred_copy(storage, file, case.alert.rule, case.data).content
            shown = smaller(content, LONGER_SIDE_PX)
        except KitchenError:
            continue
        yield "data:image/jpeg;base64," + base64.b64encode(shown).decode()
