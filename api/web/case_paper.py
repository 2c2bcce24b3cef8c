"""A rectification order on paper, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from api.cases.reading import OrderFacts
from api.web.case_matters import matter_of
from api.web.language import TAGS, LanguageCode
from api.web.rendering import environment
from api.web.summary import NO_PDF
from vision.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class OrderPaper:
    """What is printed, for whom it reads, and when."""

    facts: OrderFacts
    language: LanguageCode
    zone: str
    made_at: datetime


def order_paper(paper: OrderPaper) -> bytes:
    """The PDF; NotFoundError where the server cannot make one."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:  # OSError: Pango is not installed on the machine
        raise NotFoundError(NO_PDF) from error
    facts, zone = paper.facts, ZoneInfo(paper.zone)
    page = (
        environment(paper.language)
        .get_template("case_order.html")
        .render(
            case=facts.case,
            order=facts.order,
            issuer=facts.issuer,
            address=facts.address,
            matter=matter_of(facts.case.rule, paper.language),
            tag=TAGS[paper.language],
            stamp=lambda at: f"{at.astimezone(zone):%Y-%m-%d %H:%M}",
            made_at=paper.made_at,
            zone=paper.zone,
        )
    )
    # Nothing is fetched: the paper holds all it needs.
    made = HTML(string=page, url_fetcher=URLFetcher(allowed_protocols=("data",)))
    return bytes(made.write_pdf())
