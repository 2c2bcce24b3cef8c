"""Rows of a generated case: itself, its actions, alerts, order and look-back."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from typing import Any, Final

from api.cases.models import CaseActionRow, CaseAlertRow, CaseRow, LookBackRow, OrderRow
from api.history.places import new_id
from api.history.stories import ESCALATED_AFTER, Step, Story
from api.history.writing import Writer

REASON: Final = "generated 生成数据"
NEXT: Final = timedelta(days=2)
ARTICLES: Final = json.dumps([REASON], ensure_ascii=False)


def write_case(
    writer: Writer, chance: random.Random, story: Story, number: int, now: datetime
) -> None:
    """The case as it stands at ``now``."""
    steps = story.until(now)
    last, signed = steps[-1], [step.actor for step in steps if step.action in ("sign", "close")]
    ended = last.at if last.target == "closed" else None
    due_at = None if ended else _due(story, last)
    rectified = next((step.at for step in steps if step.action == "rectify"), None)
    writer.add(
        CaseRow,
        id=story.id,
        number=f"G{number:07}",
        restaurant_id=story.kitchen.id,
        rule=story.rule,
        zone_type=story.zone_type,
        severity=story.severity,
        source="alert",
        state=last.target,
        version=len(steps),
        opened_at=story.opened_at,
        changed_at=last.at,
        due_at=due_at,
        escalated_at=due_at + ESCALATED_AFTER
        if due_at and due_at + ESCALATED_AFTER < now
        else None,
        rectified_at=rectified,
        first_signer_id=signed[0] if signed else None,
        second_signer_id=signed[1] if len(signed) > 1 else None,
        upheld=len(story.alerts),
        repeats=0,
        ended_at=ended,
        generated=True,
    )
    for alert_id, at in story.alerts:
        writer.add(CaseAlertRow, alert_id=alert_id, case_id=story.id, joined_at=at)
    _write_actions(writer, story, steps)
    _write_order(writer, chance, story, steps, number)
    _write_look_back(writer, chance, story, steps)


def _due(story: Story, last: Step) -> datetime:
    ordered = last.target == "ordered" and story.order_due_at
    return ordered or last.at + NEXT


def _write_actions(writer: Writer, story: Story, steps: list[Step]) -> None:
    before = ""
    for seq, step in enumerate(steps, 1):
        writer.add(
            CaseActionRow,
            case_id=story.id,
            seq=seq,
            at=step.at,
            actor_id=step.actor,
            action=step.action,
            from_state=before or step.target,
            to_state=step.target,
            reason=REASON,
            evidence="[]",
            detail='{"generated": true}',
        )
        before = step.target


def _write_order(
    writer: Writer, chance: random.Random, story: Story, steps: list[Step], number: int
) -> None:
    issued = next((step for step in steps if step.action == "order"), None)
    if issued is None or story.order_due_at is None:
        return
    met = next((step.at for step in steps if step.action == "rectify"), None)
    writer.add(
        OrderRow,
        id=new_id(chance),
        number=f"G{number:07}-1",
        case_id=story.id,
        restaurant_id=story.kitchen.id,
        issued_at=issued.at,
        issued_by=issued.actor,
        requirements=REASON,
        articles=ARTICLES,
        first_due_at=story.order_due_at,
        due_at=story.order_due_at,
        met_at=met,
        generated=True,
    )


def _write_look_back(
    writer: Writer, chance: random.Random, story: Story, steps: list[Step]
) -> None:
    looked = next((step for step in steps if step.action == "video_passed"), None)
    if looked is None:
        return
    facts: dict[str, Any] = {"seen_h": chance.uniform(46, 80), "needed_h": 46.06}
    writer.add(
        LookBackRow,
        id=new_id(chance),
        case_id=story.id,
        at=looked.at,
        since=looked.at - timedelta(days=3),
        looked_until=looked.at,
        upheld=0,
        waiting=0,
        result="passed",
        policy_sha256="0" * 64,
        **facts,
    )
