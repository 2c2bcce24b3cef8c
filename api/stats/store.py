"""Figures counted in the database."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.store import in_scope
from api.stats.rules import wilson
from api.stats.schemas import RulePrecision


def precision(session: Session, person: Person) -> list[RulePrecision]:
    """Measured precision of every rule that alerted in this person's scope, by rule id."""
    rows = session.execute(
        select(
            AlertRow.rule,
            func.count().filter(AlertRow.status == "upheld"),
            func.count().filter(AlertRow.status == "dismissed"),
        )
        .where(in_scope(person))
        .group_by(AlertRow.rule)
        .order_by(AlertRow.rule)
    )
    return [_figure(rule, upheld, dismissed) for rule, upheld, dismissed in rows]


def _figure(rule: str, upheld: int, dismissed: int) -> RulePrecision:
    decided = upheld + dismissed
    measured = wilson(upheld, decided)
    return RulePrecision.model_validate(
        {
            "rule": rule,
            "upheld": upheld,
            "dismissed": dismissed,
            "decided": decided,
            "precision": measured and measured.value,
            "low": measured and measured.low,
            "high": measured and measured.high,
        }
    )
