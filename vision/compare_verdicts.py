"""What people decided tells which of two analyses is right: precision of either, by rule. Pure.

An episode that both found is the same thing: a verdict on one counts for the other, unless that
has its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from vision.compare import Comparison, EpisodePair, RulePrecision
from vision.errors import ConfigError
from vision.intervals import wilson
from vision.names import RuleId
from vision.summary import Verdicts

Decision = Literal["upheld", "dismissed"]
DECIDED: Final = ("upheld", "dismissed")


def precisions(comparison: Comparison, verdicts: Verdicts) -> list[RulePrecision]:
    """By rule, in order of its name; only rules with a verdict."""
    told = [(pair, *decisions(pair, verdicts)) for pair in comparison.episodes]
    rules = sorted({pair.rule for pair, a, b in told if a or b})
    return [_rule(rule, [one for one in told if one[0].rule == rule]) for rule in rules]


def decisions(pair: EpisodePair, verdicts: Verdicts) -> tuple[Decision | None, Decision | None]:
    """What people decided about the episode as A and as B has it."""
    a = verdicts.get(pair.a.id) if pair.a else None
    b = verdicts.get(pair.b.id) if pair.b else None
    return (a or b if pair.a else None), (b or a if pair.b else None)


Told = tuple[EpisodePair, Decision | None, Decision | None]


def _rule(rule: RuleId, told: Sequence[Told]) -> RulePrecision:
    of_a = [a for _, a, _ in told if a]
    of_b = [b for _, _, b in told if b]
    lost = [a for pair, a, _ in told if pair.verdict == "lost"]
    gained = [b for pair, _, b in told if pair.verdict == "gained"]
    return RulePrecision(
        rule=rule,
        decided_a=len(of_a),
        decided_b=len(of_b),
        precision_a=wilson(of_a.count("upheld"), len(of_a)),
        precision_b=wilson(of_b.count("upheld"), len(of_b)),
        lost=(lost.count("upheld"), lost.count("dismissed")),
        gained=(gained.count("upheld"), gained.count("dismissed")),
    )


class _Alert(BaseModel):
    """What is needed of an alert as the API lists it."""

    model_config = ConfigDict(extra="ignore")

    id: UUID
    status: str


class _Page(BaseModel):
    """A page of alerts as the API gives it."""

    model_config = ConfigDict(extra="ignore")

    items: tuple[_Alert, ...]


ALERTS: Final = TypeAdapter[tuple[_Alert, ...] | _Page | _Alert](
    tuple[_Alert, ...] | _Page | _Alert
)


def read_verdicts(text: str, name: str) -> Verdicts:
    """Verdicts from what ``GET /api/v1/alerts`` gave: its pages one after the other, or a list.

    ConfigError when it is something else.
    """
    found: dict[UUID, Decision] = {}
    try:
        for document in _documents(text):
            read = ALERTS.validate_python(document)
            for alert in _alerts(read):
                if alert.status in DECIDED:
                    found[alert.id] = alert.status  # type: ignore[assignment]  # one of the two
    except (ValueError, ValidationError) as error:
        raise ConfigError(
            f"{name} holds no verdicts: give what GET /api/v1/alerts returns"
        ) from error
    return found


def _alerts(read: tuple[_Alert, ...] | _Page | _Alert) -> tuple[_Alert, ...]:
    if isinstance(read, _Page):
        return read.items
    return (read,) if isinstance(read, _Alert) else read


def _documents(text: str) -> Iterator[object]:
    """Each JSON document of a text, blank space between them."""
    decoder, at = json.JSONDecoder(), 0
    while rest := text[at:].lstrip():
        document, length = decoder.raw_decode(rest)
        yield document
        at = len(text) - len(rest) + length
