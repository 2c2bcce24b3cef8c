"""Proposals counted from verdicts, and decisions kept for ever."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.cameras.models import CameraRow
from api.database import new_id, now
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care
from api.stats.store import MODELS_OWN, SETTLED
from api.thresholds.models import ThresholdRow
from api.thresholds.rules import Judged, Level, Proposal, propose
from api.thresholds.schemas import (
    DecisionIn,
    DecisionOut,
    FigureOut,
    ProposalOut,
    ThresholdsOut,
)
from vision.errors import ConflictError, ForbiddenError, NotFoundError
from vision.names import RuleId
from vision.thresholds import digest

DECIDERS: Final = ("supervisor", "admin")
LOOK_BACK: Final = timedelta(days=180)


def current_thresholds(session: Session, camera_id: str) -> ThresholdsOut:
    """The set in force for a camera; empty, version 0, while nothing was decided."""
    return _in_force(_decided(session, camera_id).get(camera_id, []))


def _decided(session: Session, camera_id: str | None) -> dict[str, list[ThresholdRow]]:
    """Every decision of each camera, oldest first."""
    wanted = select(ThresholdRow).order_by(ThresholdRow.decided_at, ThresholdRow.version)
    if camera_id is not None:
        wanted = wanted.where(ThresholdRow.camera_id == camera_id)
    found: dict[str, list[ThresholdRow]] = defaultdict(list)
    for row in session.scalars(wanted):
        found[row.camera_id].append(row)
    return found


def _in_force(decided: Sequence[ThresholdRow]) -> ThresholdsOut:
    made = [row for row in decided if row.version is not None]
    version = max((row.version or 0 for row in made), default=0)
    by_rule = {row.rule: row.threshold or 0.0 for row in made}
    kept: dict[Any, float] = {rule: value for rule, value in by_rule.items() if value > 0}
    return ThresholdsOut(version=version, sha256=digest(version, kept), by_rule=kept)


@dataclass(slots=True)
class _Verdicts:
    """What calibration knows of one rule under one model."""

    by_camera: dict[str, list[Judged]] = field(default_factory=lambda: defaultdict(list))
    by_restaurant: dict[str, list[Judged]] = field(default_factory=lambda: defaultdict(list))
    all: list[Judged] = field(default_factory=list)


def proposals(
    session: Session, person: Person, rule: RuleId, target: float, camera_id: str | None = None
) -> list[ProposalOut]:
    """What verdicts say about every camera in scope whose alerts of this rule were judged.

    Only verdicts on the model that a camera runs now count: confidences of two models differ.
    """
    learnt, decided = _verdicts(session, rule), _decided(session, camera_id)
    found = []
    for camera, restaurant, model in _cameras(session, person, rule, camera_id):
        known = learnt[model]
        levels = (
            Level(known.by_camera[camera.id]),
            Level(known.by_restaurant[restaurant.id]),
            Level(known.all),
        )
        thresholds = _in_force(decided.get(camera.id, []))
        current = thresholds.by_rule.get(rule, 0.0)
        made = _out(made=propose(levels, target, current), current=current,
                    version=thresholds.version, rule=rule, target=target,
                    model_sha256=model, camera=camera, restaurant=restaurant)  # fmt: skip
        found.append(made.model_copy(update={"refused_at": _refused_at(decided[camera.id], made)}))
    saved = {"raise": 0, "unreachable": 1, "keep": 2, "few": 3}
    return sorted(
        found, key=lambda one: (saved[one.outcome], -one.dropped_dismissed, one.camera_id)
    )


def _verdicts(session: Session, rule: RuleId) -> dict[str, _Verdicts]:
    columns = (AlertRow.model_sha256, AlertRow.camera_id, AlertRow.restaurant_id)
    rows = session.execute(
        select(*columns, AlertRow.confidence, AlertRow.status).where(
            AlertRow.rule == rule,
            AlertRow.origin.in_(MODELS_OWN),
            AlertRow.status.in_(SETTLED),
            AlertRow.received_at >= now() - LOOK_BACK,
        )
    )
    learnt: dict[str, _Verdicts] = defaultdict(_Verdicts)
    for model, camera, restaurant, confidence, status in rows:
        judged, known = Judged(confidence, status == "upheld"), learnt[model]
        known.by_camera[camera].append(judged)
        known.by_restaurant[restaurant].append(judged)
        known.all.append(judged)
    return learnt


def _cameras(
    session: Session, person: Person, rule: RuleId, camera_id: str | None
) -> Iterator[tuple[CameraRow, RestaurantRow, str]]:
    """Cameras in scope with the model of their newest alert of the rule."""
    newest = (
        select(AlertRow.model_sha256)
        .where(
            AlertRow.camera_id == CameraRow.id,
            AlertRow.rule == rule,
            AlertRow.origin.in_(MODELS_OWN),
        )
        .order_by(AlertRow.received_at.desc(), AlertRow.id)
        .limit(1)
        .scalar_subquery()
    )
    wanted = (
        select(CameraRow, RestaurantRow, newest)
        .join(RestaurantRow, RestaurantRow.id == CameraRow.restaurant_id)
        .where(in_care(person))
        .order_by(CameraRow.id)
    )
    if camera_id is not None:
        wanted = wanted.where(CameraRow.id == camera_id)
    for camera, restaurant, model in session.execute(wanted).all():
        if model is not None:
            yield camera, restaurant, model


def _out(made: Proposal, camera: CameraRow, restaurant: RestaurantRow, **known: Any) -> ProposalOut:
    return ProposalOut(
        camera_id=camera.id,
        camera_name=camera.name,
        restaurant_id=restaurant.id,
        restaurant_name=restaurant.name,
        outcome=made.outcome,
        threshold=made.threshold,
        now=FigureOut(**asdict(made.now)),
        then=FigureOut(**asdict(made.then)),
        dropped_upheld=made.dropped_upheld,
        dropped_dismissed=made.dropped_dismissed,
        verdicts=dict(zip(("camera", "restaurant", "all"), made.verdicts, strict=True)),
        refused_at=None,
        **known,
    )


def _refused_at(decided: Sequence[ThresholdRow], made: ProposalOut) -> datetime | None:
    """When somebody refused this very proposal, if nothing was decided since."""
    last = next((row for row in reversed(decided) if row.rule == made.rule), None)
    same = last is not None and last.decision == "refused" and last.proposed == made.threshold
    return last.decided_at if last is not None and same else None


def decide(session: Session, person: Person, given: DecisionIn) -> ThresholdsOut:
    """Accept, edit or refuse a proposal; ConflictError when it is no longer what was seen."""
    if person.role not in DECIDERS:
        raise ForbiddenError("thresholds are set by supervisor and admin")
    seen = proposals(session, person, given.rule, given.target, given.camera)
    if not seen:
        raise NotFoundError("there is no such camera for you, or no verdict on it")
    proposal = seen[0]
    if given.decision != "edited" and proposal.outcome != "raise":
        raise ConflictError("nothing is proposed for this camera any more; look again")
    if (proposal.version, proposal.threshold) != (given.version, given.proposed):
        raise ConflictError("new verdicts or another decision changed the proposal; look again")
    row = _decision(session, person, given, proposal)
    session.add(row)
    session.flush()
    thresholds = current_thresholds(session, given.camera)
    if row.version is not None:
        row.sha256 = thresholds.sha256
        session.flush()
    detail = {"rule": row.rule, "decision": row.decision, "threshold": row.threshold}
    detail |= {"version": row.version, "sha256": row.sha256, "reason": row.reason}
    audit.append(session, person.id, "threshold.decided", given.camera, **detail)
    return thresholds


def _decision(
    session: Session, person: Person, given: DecisionIn, proposal: ProposalOut
) -> ThresholdRow:
    # Whoever decides at the same time waits here, and then finds another version.
    session.execute(select(CameraRow.id).where(CameraRow.id == given.camera).with_for_update())
    version = current_thresholds(session, given.camera).version
    if version != given.version:
        raise ConflictError("somebody decided meanwhile; look again")
    chosen = {"accepted": proposal.threshold, "edited": given.threshold, "refused": None}
    return ThresholdRow(
        id=new_id(),
        camera_id=given.camera,
        rule=given.rule,
        decision=given.decision,
        version=None if given.decision == "refused" else version + 1,
        threshold=chosen[given.decision],
        proposed=proposal.threshold,
        target=given.target,
        evidence=proposal.model_dump_json(),
        reason=given.reason.strip(),
        decided_by=person.id,
        decided_at=now(),
    )


def decisions(session: Session, person: Person, limit: int = 50) -> list[DecisionOut]:
    """The newest decisions about cameras in scope."""
    rows = session.execute(
        select(ThresholdRow, UserRow.name)
        .join(UserRow, UserRow.id == ThresholdRow.decided_by)
        .join(CameraRow, CameraRow.id == ThresholdRow.camera_id)
        .join(RestaurantRow, RestaurantRow.id == CameraRow.restaurant_id)
        .where(in_care(person))
        .order_by(ThresholdRow.decided_at.desc(), ThresholdRow.id)
        .limit(limit)
    )
    same = [name for name in DecisionOut.model_fields if name != "decided_by"]
    return [
        DecisionOut.model_validate(
            {name: getattr(row, name) for name in same} | {"decided_by": who}
        )
        for row, who in rows
    ]
