"""The ledger to take along: a workbook with pictures, and paper."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from api.ledger.schemas import LedgerQuery, LedgerRow
from api.ledger.sheets import Sheet, workbook
from api.web import ledger_words as words
from api.web.case_matters import matter_of
from api.web.case_words import CASE_STATE
from api.web.language import TAGS, LanguageCode, translations
from api.web.rendering import environment
from api.web.summary import NO_PDF
from api.web.words import SEVERITY, ZONE_TYPE
from vision.errors import NotFoundError

SAID: Final[dict[str, dict[Any, str]]] = {
    "state": dict(CASE_STATE),
    "severity": dict(SEVERITY),
    "source": dict(words.SOURCE),
    "outcome": dict(words.OUTCOME),
}


@dataclass(frozen=True, slots=True)
class LedgerPaper:
    """What is taken along, by whom, and in which language."""

    rows: Sequence[LedgerRow]
    query: LedgerQuery
    language: LanguageCode
    zone: ZoneInfo
    made_at: datetime
    name: str
    pictures: dict[UUID, bytes] = field(default_factory=dict)

    def say(self, text: str) -> str:
        """A text in the reader's language."""
        return translations(self.language).gettext(text)

    @property
    def columns(self) -> list[str]:
        """Without the pictures' column where there are none."""
        return [name for name in words.HEAD if name != "picture" or self.pictures]

    @property
    def notes(self) -> list[str]:
        """What stands above the table."""
        query, zone = self.query, self.zone
        days = words.PERIOD if query.from_ or query.until else words.ALL_TIME
        given = {
            "first": query.from_ or "…",
            "last": query.until or "…",
            "by": self.say(words.DATED[query.by]),
        }
        made = self.say(words.MADE) % {
            "count": len(self.rows),
            "time": self.stamp(self.made_at),
            "zone": zone.key,
            "name": self.name,
        }
        notes = [self.say(days) % given, made]
        if self.pictures:
            notes.append(self.say(words.BLURRED))
        if any(row.generated for row in self.rows):
            notes.append(self.say(words.GENERATED))
        return notes

    def stamp(self, at: datetime | None) -> str:
        """With its year, whatever year this is read in."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}" if at else ""

    def told(self, row: LedgerRow, column: str) -> object:
        """A cell in words; times stay times."""
        if column == "picture":
            return self.pictures.get(row.alert_id) if row.alert_id else None
        value = getattr(row, column)
        if column == "rule":
            return matter_of(row.rule, self.language)
        if column == "zone_type":
            return self.say(ZONE_TYPE[value]) if value in ZONE_TYPE else ""
        if column == "signers":
            return " · ".join(value)
        return self.say(SAID[column][value]) if column in SAID else value


def ledger_workbook(paper: LedgerPaper) -> bytes:
    """The workbook."""

    def rows() -> Iterator[list[object]]:
        for row in paper.rows:
            yield [paper.told(row, column) for column in paper.columns]

    title = paper.say(words.TITLE)
    head = [paper.say(words.HEAD[column]) for column in paper.columns]
    widths = [words.WIDTH[column] for column in paper.columns]
    return workbook([Sheet(title, title, paper.notes, head, rows(), widths)], paper.zone)


def ledger_pdf(paper: LedgerPaper) -> bytes:
    """The paper; NotFoundError where the server cannot make one."""
    page = environment(paper.language).get_template("ledger_paper.html")
    return printed(
        page.render(
            paper=paper,
            title=paper.say(words.TITLE),
            tag=TAGS[paper.language],
            picture=lambda row: _as_address(paper.pictures.get(row.alert_id)),
            OUTCOME=words.OUTCOME,
        )
    )


def _as_address(jpeg: bytes | None) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode() if jpeg else ""


def printed(page: str) -> bytes:
    """The page as PDF; NotFoundError where the server cannot make one."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:  # OSError: Pango is not installed on the machine
        raise NotFoundError(NO_PDF) from error
    # Nothing is fetched: the paper holds all it needs.
    return bytes(HTML(string=page, url_fetcher=URLFetcher(allowed_protocols=("data",))).write_pdf())
