"""Pages of self-control sheets: a month of them, one to confirm, who is behind, the PDF."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from api.accounts.schemas import SignedIn
from api.deps import DatabaseDep, SettingsDep, SignedInDep, require
from api.restaurants.schemas import RestaurantQuery
from api.sheets import overview_store, store
from api.sheets.rules import ITEMS
from api.sheets.schemas import (
    MONTH,
    AdditionIn,
    ConfirmIn,
    OverviewParams,
    SheetLine,
    SheetOut,
)
from api.web import sheet_words as words
from api.web.choose import choose_restaurant
from api.web.language import LanguageCode
from api.web.office import address, see
from api.web.portal_days import days_of
from api.web.rendering import render, translate
from api.web.sheet_print import sheet_pdf
from vision.errors import ConflictError, InvalidError

router = APIRouter(include_in_schema=False)
SignerDep = Annotated[SignedIn, Depends(require("restaurant"))]
ReaderDep = Annotated[SignedIn, Depends(require("restaurant", "inspector", "supervisor", "admin"))]
MonthQuery = Annotated[str | None, Query(pattern=MONTH)]
WORDS: Final = {name: getattr(words, name) for name in dir(words) if name.isupper()}
ONE: Final = "/sheets/{restaurant_id}/{sheet_kind}/{first_day}"


async def form_of(request: Request) -> FormData:
    """The form as it came: its fields are the sheet's items."""
    return await request.form()


FormDep = Annotated[FormData, Depends(form_of)]


@router.get("/sheets")
def first_page(
    request: Request, found: ReaderDep, database: DatabaseDep, query: OverviewParams
) -> Response:
    """A restaurant's own sheets; for the office, who is behind."""
    if found.person.role == "restaurant":
        return choose_restaurant(request, found, "/sheets", RestaurantQuery(limit=200))
    with database.reading() as session:
        told = overview_store.overview(session, found.person, query)
    first = date.fromisoformat(f"{told.month}-01")
    given = query.model_dump(exclude={"skip", "limit"}) | {"month": told.month}
    given["behind"] = 1 if query.behind else None
    after = query.skip + query.limit
    return _render(
        request,
        "sheets_office.html",
        found,
        told=told,
        query=query,
        first=first,
        earlier=address("/sheets", **given | {"month": _month_before(first)}),
        later=address("/sheets", **given | {"month": _month_after(first)}),
        more=address("/sheets", **given, skip=after) if after < told.total else None,
    )


def _month_before(first: date) -> str:
    return f"{first - timedelta(days=1):%Y-%m}"


def _month_after(first: date) -> str:
    return f"{first + timedelta(days=31):%Y-%m}"


@router.get("/sheets/{restaurant_id}")
def month_page(
    request: Request,
    restaurant_id: str,
    found: SignedInDep,
    database: DatabaseDep,
    month: MonthQuery = None,
) -> Response:
    """The sheets of one restaurant in one month; what is missing is shown as that."""
    with database.reading() as session:
        told = store.read_month(session, found.person, restaurant_id, month)
    first = date.fromisoformat(f"{told.month}-01")
    lines: dict[str, list[SheetLine]] = {kind: [] for kind in ITEMS}
    for line in told.items:
        lines[line.kind].append(line)
    return _render(
        request,
        "sheets.html",
        found,
        told=told,
        lines=lines,
        first=first,
        blanks=lines["daily"][0].first_day.weekday() if lines["daily"] else 0,
        earlier=f"/sheets/{restaurant_id}?month={_month_before(first)}",
        later=f"/sheets/{restaurant_id}?month={_month_after(first)}",
    )


@router.get(ONE)
def sheet_page(  # noqa: PLR0913  # an address of three parts
    request: Request,
    restaurant_id: str,
    sheet_kind: str,
    first_day: str,
    found: SignedInDep,
    database: DatabaseDep,
    done: str = "",
) -> Response:
    """One sheet: to be confirmed, or as it was confirmed."""
    with database.reading() as session:
        sheet = store.read_sheet(session, found.person, restaurant_id, sheet_kind, first_day)
    notice = {"confirmed": words.DONE, "added": words.ADDED}.get(done, "")
    return _sheet(request, found, sheet, notice=notice)


def _sheet(
    request: Request,
    found: SignedIn,
    sheet: SheetOut,
    *,
    notice: str = "",
    told: str = "",
    wrong: str = "",
) -> Response:
    return _render(
        request,
        "sheet.html",
        found,
        422 if told else 200,
        sheet=sheet,
        here_path=f"/sheets/{sheet.restaurant_id}/{sheet.kind}/{sheet.first_day}",
        notice=translate(request, notice) if notice else "",
        told=translate(request, told) if told else "",
        wrong=wrong,
    )


@router.post(f"{ONE}/confirm")
def confirm(  # noqa: PLR0913  # an address of three parts
    request: Request,
    restaurant_id: str,
    sheet_kind: str,
    first_day: str,
    found: SignerDep,
    database: DatabaseDep,
    form: FormDep,
) -> Response:
    """Sign the sheet; the form comes back with what is to be mended."""
    place = restaurant_id, sheet_kind, first_day
    with database.reading() as session:
        sheet = store.read_sheet(session, found.person, *place)
    try:
        with database.writing() as session:
            store.confirm(session, found.person, *place, _given(sheet, form))
    except ValidationError:
        return _sheet(request, found, _filled(sheet, form), told=words.NEEDS_NAME)
    except InvalidError as error:
        filled = _filled(sheet, form)
        return _sheet(request, found, filled, told=words.CHECK, wrong=error.field)
    except ConflictError:
        return _sheet(request, found, sheet, told=words.MEANWHILE)
    return see(f"/sheets/{restaurant_id}/{sheet_kind}/{first_day}?done=confirmed")


def _given(sheet: SheetOut, form: FormData) -> ConfirmIn:
    answers = [
        {"item": item, "state": form[item], "remark": str(form.get(f"{item}-remark", ""))}
        for item in ITEMS[sheet.kind]
        if form.get(item)
    ]
    return ConfirmIn.model_validate(
        {
            "signer_name": str(form.get("signer_name", "")).strip(),
            "closed": bool(form.get("closed")),
            "answers": answers,
            "remark": str(form.get("remark", "")),
        }
    )


def _filled(sheet: SheetOut, form: FormData) -> SheetOut:
    """The sheet with what was filled in, so that nothing is typed twice."""
    answers = [
        one.model_copy(
            update={
                "state": form.get(one.item) or None,
                "remark": str(form.get(f"{one.item}-remark", "")),
            }
        )
        for one in sheet.answers
    ]
    name = str(form.get("signer_name", ""))
    return sheet.model_copy(
        update={"answers": answers, "remark": str(form.get("remark", "")), "signer_name": name}
    )


@router.post(f"{ONE}/additions")
def add(  # noqa: PLR0913  # an address of three parts
    request: Request,
    restaurant_id: str,
    sheet_kind: str,
    first_day: str,
    found: SignerDep,
    database: DatabaseDep,
    form: FormDep,
) -> Response:
    """Add to a confirmed sheet."""
    place = restaurant_id, sheet_kind, first_day
    with database.reading() as session:
        sheet = store.read_sheet(session, found.person, *place)
    given = {name: str(form.get(name, "")).strip() for name in ("signer_name", "text")}
    try:
        with database.writing() as session:
            store.add(session, found.person, *place, AdditionIn.model_validate(given))
    except ValidationError:
        return _sheet(request, found, sheet, told=words.NEEDS_TEXT)
    except ConflictError:
        return _sheet(request, found, sheet, told=words.MEANWHILE)
    return see(f"/sheets/{restaurant_id}/{sheet_kind}/{first_day}?done=added")


@router.get(f"{ONE}/pdf")
def pdf(  # noqa: PLR0913  # an address of three parts
    request: Request,
    restaurant_id: str,
    sheet_kind: str,
    first_day: str,
    found: SignedInDep,
    database: DatabaseDep,
    settings: SettingsDep,
    language: LanguageCode = "zh",
) -> Response:
    """The sheet on A4, in either language."""
    with database.reading() as session:
        sheet = store.read_sheet(session, found.person, restaurant_id, sheet_kind, first_day)
    made = sheet_pdf(sheet, language, settings.time_zone)
    if made is None:
        return _sheet(request, found, sheet, told=words.NO_PDF)
    name = f"{sheet.kind}-{sheet.first_day}-{language}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made, media_type="application/pdf", headers=headers)


def _render(
    request: Request, template: str, found: SignedIn, status: int = 200, **context: Any
) -> Response:
    return render(request, template, found, status, days=days_of(request), **context, **WORDS)
