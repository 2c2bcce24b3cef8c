"""Sheets in the database: read, confirmed once, added to, never changed."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.database import new_id, now
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care
from api.sheets import facts_store, rules
from api.sheets.models import SheetAdditionRow, SheetRow
from api.sheets.rules import Answer, Period
from api.sheets.schemas import (
    AdditionIn,
    AdditionOut,
    AnswerOut,
    ConfirmIn,
    MonthOut,
    SheetContent,
    SheetLine,
    SheetOut,
    SinceOut,
)
from vision.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError

SIGNERS: Final = ("restaurant",)
MOST_ADDITIONS: Final = 50


def read_sheet(session: Session, person: Person, place: str, kind: str, day: str) -> SheetOut:
    """A sheet, confirmed or as it would be now; NotFoundError when there is none for them."""
    restaurant, period = _find(session, person, place, kind, day)
    row = _row(session, restaurant.id, period)
    if row is None:
        return _draft(session, person, restaurant, period)
    return _confirmed(session, person, restaurant, row)


def confirm(
    session: Session, person: Person, place: str, kind: str, day: str, given: ConfirmIn
) -> SheetOut:
    """Sign a sheet; what the records say at this moment is frozen with the answers.

    ConflictError when somebody did before, or its last day is still to come.
    """
    restaurant, period = _find(session, person, place, kind, day, lock=True)
    _require_signer(person)
    zone = facts_store.zone_of(session)
    if _row(session, restaurant.id, period) is not None:
        raise ConflictError("this sheet was confirmed; write an addition instead")
    if rules.standing(period, None, now(), zone) == "running":
        raise ConflictError("this sheet is still running; confirm it on its last day")
    content = _content(session, restaurant, period, given)
    text = canonical(content)
    row = SheetRow(
        id=new_id(),
        restaurant_id=restaurant.id,
        kind=period.kind,
        first_day=period.first,
        content=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        finding=content.finding,
        signer_name=given.signer_name.strip(),
        confirmed_by=person.id,
        confirmed_at=now(),
        late=now() > period.due_at(zone),
    )
    session.add(row)
    session.flush()
    detail = {"kind": row.kind, "first_day": day, "finding": row.finding, "sha256": row.sha256}
    audit.append(session, person.id, "sheet.confirmed", restaurant.id, sheet=row.id, **detail)
    return _confirmed(session, person, restaurant, row)


def _content(
    session: Session, restaurant: RestaurantRow, period: Period, given: ConfirmIn
) -> SheetContent:
    """What is frozen; InvalidError names the item to mend."""
    facts = facts_store.facts_of(session, restaurant, period, facts_store.zone_of(session))
    told = facts_store.told_by(facts)
    answers = [Answer(one.item, one.state, one.remark.strip()) for one in given.answers]
    if given.closed and period.kind != "daily":
        raise InvalidError("only a day can be one on which the kitchen was closed", "closed")
    if given.closed:
        answers = [Answer(item, "na") for item in rules.ITEMS[period.kind]]
    else:
        rules.check_answers(period.kind, answers, told)
    ordered = sorted(answers, key=lambda one: rules.ITEMS[period.kind].index(one.item))
    return SheetContent(
        restaurant_id=restaurant.id,
        restaurant_name=restaurant.name,
        kind=period.kind,
        first_day=period.first,
        last_day=period.last,
        facts=facts,
        answers=[
            AnswerOut(
                item=one.item,
                suggested=rules.suggested(one.item, told),
                state=one.state,
                remark=one.remark,
            )
            for one in ordered
        ],
        remark=given.remark.strip(),
        finding=rules.finding_of(answers, told, given.closed),
    )


def canonical(content: SheetContent) -> str:
    """The text that is kept and hashed: the same content gives the same bytes."""
    told = content.model_dump(mode="json", by_alias=True)
    return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def add(
    session: Session, person: Person, place: str, kind: str, day: str, given: AdditionIn
) -> SheetOut:
    """Add to a confirmed sheet; ConflictError while it is not confirmed."""
    restaurant, period = _find(session, person, place, kind, day, lock=True)
    _require_signer(person)
    row = _row(session, restaurant.id, period)
    if row is None:
        raise ConflictError("this sheet is not confirmed yet; write it into the sheet itself")
    mine = select(func.count()).where(SheetAdditionRow.sheet_id == row.id)
    seq = (session.scalar(mine) or 0) + 1
    if seq > MOST_ADDITIONS:
        raise ConflictError(f"a sheet takes {MOST_ADDITIONS} additions at most")
    addition = SheetAdditionRow(
        sheet_id=row.id,
        seq=seq,
        text=given.text.strip(),
        signer_name=given.signer_name.strip(),
        added_by=person.id,
        added_at=now(),
    )
    session.add(addition)
    session.flush()
    detail = {"kind": row.kind, "first_day": day, "text": addition.text}
    audit.append(session, person.id, "sheet.added_to", restaurant.id, sheet=row.id, **detail)
    return _confirmed(session, person, restaurant, row)


def read_month(session: Session, person: Person, place: str, month: str | None) -> MonthOut:
    """The sheets of a restaurant that end in a month like 2026-11 (None: this one), in order."""
    restaurant = _restaurant(session, person, place)
    zone, at = facts_store.zone_of(session), now()
    month = month or f"{at.astimezone(zone):%Y-%m}"
    first = date.fromisoformat(f"{month}-01")
    since = facts_store.began_on(restaurant, zone)
    periods = [one for kind in rules.KINDS for one in rules.periods_in(kind, first, since)]
    periods = [one for one in periods if one.begins_at(zone) <= at]
    known = _rows_of(session, restaurant.id, periods)
    lines = []
    for one in periods:
        row = known.get((one.kind, one.first))
        lines.append(
            SheetLine(
                kind=one.kind,
                first_day=one.first,
                last_day=one.last,
                due_at=one.due_at(zone),
                standing=rules.standing(one, row.late if row else None, at, zone),
                finding=row.finding if row else None,  # type: ignore[arg-type]  # written by confirm
            )
        )
    return MonthOut(
        restaurant_id=restaurant.id, restaurant_name=restaurant.name, month=month, items=lines
    )


def _rows_of(
    session: Session, restaurant_id: str, periods: list[Period]
) -> dict[tuple[str, date], SheetRow]:
    if not periods:
        return {}
    days = [one.first for one in periods]
    mine = SheetRow.restaurant_id == restaurant_id, SheetRow.first_day.between(min(days), max(days))
    return {
        (row.kind, row.first_day): row for row in session.scalars(select(SheetRow).where(*mine))
    }


def _find(
    session: Session, person: Person, place: str, kind: str, day: str, *, lock: bool = False
) -> tuple[RestaurantRow, Period]:
    """The same words for a sheet that there cannot be and for another restaurant's."""
    period = rules.read_period(kind, day)
    restaurant = _restaurant(session, person, place, lock=lock) if period else None
    zone = facts_store.zone_of(session)
    begun = period is not None and period.begins_at(zone) <= now()
    if restaurant is None or period is None or not begun:
        raise no_sheet()
    if period.last < facts_store.began_on(restaurant, zone):
        raise no_sheet()
    return restaurant, period


def _restaurant(
    session: Session, person: Person, place: str, *, lock: bool = False
) -> RestaurantRow:
    """The restaurant, whose sheets nobody else confirms until this transaction ends."""
    wanted = select(RestaurantRow).where(RestaurantRow.id == place, in_care(person))
    found = session.scalar(wanted.with_for_update(of=RestaurantRow) if lock else wanted)
    if found is None:
        raise no_sheet()
    return found


def no_sheet() -> NotFoundError:
    """Nothing there for this person."""
    return NotFoundError("there is no such sheet for you")


def _require_signer(person: Person) -> None:
    if person.role not in SIGNERS:
        raise ForbiddenError("sheets are confirmed by the restaurant")


def _row(session: Session, restaurant_id: str, period: Period) -> SheetRow | None:
    mine = SheetRow.restaurant_id == restaurant_id, SheetRow.kind == period.kind
    return session.scalar(select(SheetRow).where(*mine, SheetRow.first_day == period.first))


def _draft(session: Session, person: Person, restaurant: RestaurantRow, period: Period) -> SheetOut:
    zone = facts_store.zone_of(session)
    facts = facts_store.facts_of(session, restaurant, period, zone)
    told = facts_store.told_by(facts)
    stands = rules.standing(period, None, now(), zone)
    known = ((item, rules.suggested(item, told)) for item in rules.ITEMS[period.kind])
    return SheetOut(
        restaurant_id=restaurant.id,
        restaurant_name=restaurant.name,
        kind=period.kind,
        first_day=period.first,
        last_day=period.last,
        due_at=period.due_at(zone),
        standing=stands,
        facts=facts,
        answers=[AnswerOut(item=a, suggested=b, state=b, remark="") for a, b in known],
        remark="",
        finding=None,
        signer_name=None,
        confirmed_at=None,
        sha256=None,
        additions=[],
        since=None,
        may_confirm=person.role in SIGNERS and stands in ("open", "missing"),
        may_add=False,
    )


def _confirmed(
    session: Session, person: Person, restaurant: RestaurantRow, row: SheetRow
) -> SheetOut:
    zone = facts_store.zone_of(session)
    content = SheetContent.model_validate_json(row.content)
    period = rules.period_of(content.kind, content.first_day)
    return SheetOut(
        **content.model_dump(exclude={"schema_name"}),
        due_at=period.due_at(zone),
        standing=rules.standing(period, row.late, now(), zone),
        signer_name=row.signer_name,
        confirmed_at=row.confirmed_at,
        sha256=row.sha256,
        additions=_additions(session, row.id),
        since=_since(session, restaurant.id, period, content),
        may_confirm=False,
        may_add=person.role in SIGNERS,
    )


def _additions(session: Session, sheet_id: str) -> list[AdditionOut]:
    wanted = select(SheetAdditionRow).where(SheetAdditionRow.sheet_id == sheet_id)
    return [
        AdditionOut(seq=row.seq, text=row.text, signer_name=row.signer_name, at=row.added_at)
        for row in session.scalars(wanted.order_by(SheetAdditionRow.seq))
    ]


def _since(
    session: Session, restaurant_id: str, period: Period, content: SheetContent
) -> SinceOut | None:
    """Verdicts given or taken back after the confirmation: shown beside it, never written in."""
    zone = facts_store.zone_of(session)
    present = facts_store.episodes_in(session, restaurant_id, period, zone)
    then = {one.alert_id for one in content.facts.episodes}
    still = {one.alert_id for one in present}
    upheld = [one for one in present if one.alert_id not in then]
    overturned = [one for one in content.facts.episodes if one.alert_id not in still]
    return SinceOut(upheld=upheld, overturned=overturned) if upheld or overturned else None
