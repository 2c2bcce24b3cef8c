"""Campaigns in the database: their targets are visits, their figures are counted from those."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, Final, cast
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.database import new_id, now
from api.inspections.campaign_schemas import (
    MAX_TARGETS,
    CampaignIn,
    CampaignOut,
    CampaignSummary,
    ItemCount,
)
from api.inspections.checklists import Checklist, read_checklist
from api.inspections.models import AnswerRow, CampaignRow, VisitRow
from api.inspections.rules import OUTCOMES, Outcome, share
from api.inspections.store import (
    add_visit,
    name_of,
    require_restaurants,
    shown,
    visible,
    visit_out,
)
from vision.errors import ConflictError, InvalidError, NotFoundError

NEWEST: Final = 200


def in_scope(person: Person) -> ColumnElement[bool]:
    """One's own campaigns, and those that have a target in one's care."""
    target = exists().where(VisitRow.campaign_id == CampaignRow.id, visible(person))
    return or_(CampaignRow.created_by == person.id, target)


def create(session: Session, person: Person, given: CampaignIn, today: dt.date) -> str:
    """Make a campaign and plan its visits for its last day; all targets or none."""
    read_checklist(given.checklist)
    if given.ends_on < today:
        raise InvalidError("ends_on lies in the past; give today or later", "ends_on")
    row = CampaignRow(
        id=new_id(),
        created_by=person.id,
        created_at=now(),
        name=given.name.strip(),
        purpose=given.purpose.strip(),
        checklist=given.checklist,
        starts_on=given.starts_on,
        ends_on=given.ends_on,
    )
    session.add(row)
    session.flush()
    _add_targets(session, person, row, given.restaurant_ids)
    detail = {"name": row.name, "targets": len(set(given.restaurant_ids))}
    audit.append(session, person.id, "campaign.created", row.id, **detail)
    return row.id


def add_targets(
    session: Session, person: Person, campaign_id: str, restaurant_ids: Collection[str]
) -> int:
    """Plan further visits; restaurants that are targets already are left alone; how many are new.

    ConflictError once the campaign is closed.
    """
    row = _locked(session, person, campaign_id)
    _require_open(row)
    return _add_targets(session, person, row, restaurant_ids)


def _add_targets(
    session: Session, person: Person, row: CampaignRow, restaurant_ids: Collection[str]
) -> int:
    wanted = dict.fromkeys(restaurant_ids)
    require_restaurants(session, person, list(wanted))
    standing = VisitRow.campaign_id == row.id, VisitRow.state != "cancelled"
    known = set(session.scalars(select(VisitRow.restaurant_id).where(*standing)))
    fresh = [name for name in wanted if name not in known]
    if len(known) + len(fresh) > MAX_TARGETS:
        raise ConflictError(f"a campaign has {MAX_TARGETS} targets at most; make a second one")
    facts = {"kind": "campaign", "campaign_id": row.id, "checklist": row.checklist, "reason": ""}
    for name in fresh:
        own = {"id": str(uuid4()), "restaurant_id": name, "planned_for": row.starts_on}
        add_visit(session, person, facts | own)
    return len(fresh)


def close(session: Session, person: Person, campaign_id: str) -> None:
    """End a campaign; targets that were not visited are cancelled, and stay in the list so."""
    row = _locked(session, person, campaign_id)
    _require_open(row)
    moment = now()
    row.closed_at, row.closed_by = moment, person.id
    left = VisitRow.campaign_id == row.id, VisitRow.state == "planned"
    cancelled = 0
    for visit in session.scalars(select(VisitRow).where(*left).with_for_update()):
        visit.state, visit.cancelled_at, visit.cancelled_by = "cancelled", moment, person.id
        visit.cancel_reason = "the campaign was closed"
        cancelled += 1
    session.flush()
    audit.append(session, person.id, "campaign.closed", row.id, cancelled=cancelled)


def _require_open(row: CampaignRow) -> None:
    if row.closed_at is not None:
        raise ConflictError("the campaign is closed; make a new one")


def _locked(session: Session, person: Person, campaign_id: str) -> CampaignRow:
    wanted = select(CampaignRow).where(CampaignRow.id == campaign_id, in_scope(person))
    row = session.scalar(wanted.with_for_update(of=CampaignRow))
    if row is None:
        raise NotFoundError(f"there is no campaign {campaign_id} for you")
    return row


def list_campaigns(session: Session, person: Person) -> list[CampaignOut]:
    """Campaigns of one's scope, the newest first, with how far each is there."""
    newest = CampaignRow.starts_on.desc(), CampaignRow.id.desc()
    wanted = select(CampaignRow).where(in_scope(person)).order_by(*newest).limit(NEWEST)
    return _told(session, person, session.scalars(wanted).all())


def get_campaign(session: Session, person: Person, campaign_id: str) -> CampaignOut:
    """One campaign, or NotFoundError."""
    wanted = select(CampaignRow).where(CampaignRow.id == campaign_id, in_scope(person))
    row = session.scalar(wanted)
    if row is None:
        raise NotFoundError(f"there is no campaign {campaign_id} for you")
    return _told(session, person, [row])[0]


def _told(session: Session, person: Person, rows: Sequence[CampaignRow]) -> list[CampaignOut]:
    mine = VisitRow.campaign_id.in_([row.id for row in rows]), visible(person)
    ordered = func.sum(case((VisitRow.ordered, 1), else_=0))
    counted = session.execute(
        select(VisitRow.campaign_id, VisitRow.state, VisitRow.outcome, func.count(), ordered)
        .where(*mine)
        .group_by(VisitRow.campaign_id, VisitRow.state, VisitRow.outcome)
    )
    states: dict[str, Counter[str]] = {row.id: Counter() for row in rows}
    for campaign_id, state, outcome, count, orders in counted:
        counts = states[cast("str", campaign_id)]
        counts[state] += count
        counts["orders"] += int(orders or 0)
        if outcome is not None:
            counts[f"outcome {outcome}"] += count
    return [_out(row, states[row.id], name_of(session, row.created_by)) for row in rows]


def _out(row: CampaignRow, counts: Counter[str], created_by: str) -> CampaignOut:
    outcomes: dict[Outcome, int] = {name: counts[f"outcome {name}"] for name in OUTCOMES}
    return CampaignOut(
        id=row.id,
        name=row.name,
        purpose=row.purpose,
        checklist=row.checklist,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        created_by=created_by,
        created_at=row.created_at,
        closed_at=row.closed_at,
        targets=counts["planned"] + counts["under_way"] + counts["done"],
        done=counts["done"],
        under_way=counts["under_way"],
        cancelled=counts["cancelled"],
        orders=counts["orders"],
        outcomes=outcomes,
    )


def summary(session: Session, person: Person, campaign_id: str) -> CampaignSummary:
    """The campaign item by item and visit by visit."""
    told = get_campaign(session, person, campaign_id)
    mine = and_(VisitRow.campaign_id == campaign_id, visible(person))
    wanted = shown().where(mine).order_by(VisitRow.finished_at, VisitRow.planned_for, VisitRow.id)
    visits = [visit_out(row, person) for row in session.execute(wanted)]
    items = _items(session, mine, read_checklist(told.checklist))
    return CampaignSummary(
        campaign=told,
        share=share(sum(item.met for item in items), sum(item.not_met for item in items)),
        items=sorted(items, key=lambda item: (item.share is None, item.share or 0.0)),
        visits=visits,
    )


def _items(session: Session, mine: ColumnElement[bool], checklist: Checklist) -> list[ItemCount]:
    counted: dict[str, Counter[str]] = {}
    for item, result, count in session.execute(
        select(AnswerRow.item, AnswerRow.result, func.count())
        .join(VisitRow, VisitRow.id == AnswerRow.visit_id)
        .where(mine)
        .group_by(AnswerRow.item, AnswerRow.result)
    ):
        counted.setdefault(item, Counter())[result] += count
    return [_count(name, counts, checklist) for name, counts in counted.items()]


def _count(name: str, counts: Counter[str], checklist: Checklist) -> ItemCount:
    item: Any = checklist.item(name)
    return ItemCount(
        item=name,
        key=item is not None and item.key,
        met=counts["met"],
        not_met=counts["not_met"],
        not_applicable=counts["na"],
        share=share(counts["met"], counts["not_met"]),
    )
