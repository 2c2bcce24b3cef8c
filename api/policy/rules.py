"""What a policy says, and whether it adds up. Pure."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator

from api.cases.clocks import Calendar, Clocks
from vision.errors import InvalidError
from vision.names import RuleId
from vision.rulepacks import first_complaint
from vision.strict import Strict

Family = Literal["pests", "hat", "mask"]
Grade = Literal["A", "B", "C", "D"]
FAMILIES: Final[tuple[Family, ...]] = ("pests", "hat", "mask")
SHIPPED: Final = Path(__file__).with_name("default.toml")
MOST_CHARACTERS: Final = 65_536
ROUNDING: Final = 1e-9

Share = Annotated[float, Field(ge=0, le=1)]
Points = Annotated[float, Field(gt=0, le=100)]
Days = Annotated[float, Field(gt=0, le=1000)]
Hours = Annotated[float, Field(gt=0, le=1_000_000)]
Factor = Annotated[float, Field(gt=0, le=10)]


class Weights(Strict):
    """How much each part says in the score; together 1."""

    pests: Share
    hat: Share
    mask: Share
    rectification: Share
    observability: Share

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = sum(getattr(self, name) for name in type(self).model_fields)
        if abs(total - 1) > ROUNDING:
            raise ValueError(f"weights must add up to 1, these add up to {total:.4g}")
        return self


class RulePolicy(Strict):
    """One family of rules: ``tolerated`` episodes in ``tolerated_in_h`` hours give 60 points."""

    rules: Annotated[tuple[RuleId, ...], Field(min_length=1)]
    half_life_days: Days
    prior_h: Hours
    tolerated: Annotated[float, Field(gt=0, le=1000)]
    tolerated_in_h: Hours

    @property
    def rate_60(self) -> float:
        """Episodes an hour that give 60 points."""
        return self.tolerated / self.tolerated_in_h


class Extent(Strict):
    """From which length and how many people on an episode weighs one more."""

    long_s: Annotated[float, Field(gt=0, le=86_400)]
    many_subjects: Annotated[int, Field(ge=2, le=100)]


class Rectified(Strict):
    """What an episode weighs by what became of it."""

    in_time: Factor
    overdue: Factor
    repeated: Factor
    repeated_days: Days
    passed: Share

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.in_time <= self.overdue <= self.repeated:
            raise ValueError("in_time, overdue, repeated must not fall: 1, 1.5, 2 for example")
        return self


class Rectification(Strict):
    """How much is believed of a restaurant's orders before the first one fell due."""

    prior_orders: Annotated[float, Field(gt=0, le=100)]
    prior_share: Share


class Observability(Strict):
    """Which share of the scheduled hours is enough."""

    enough: Annotated[float, Field(gt=0, le=1)]
    half_life_days: Days


class Caps(Strict):
    """What no score exceeds while something is open; below ``graded_from`` there is no grade."""

    open_pest: Points
    repeated_overdue: Points
    graded_from: Share

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.open_pest > self.repeated_overdue:
            raise ValueError(
                f"open_pest ({self.open_pest:g}) must not be above repeated_overdue "
                f"({self.repeated_overdue:g}): caps go from the gravest up"
            )
        return self


class Evidence(Strict):
    """Without so much there is no score."""

    days: Annotated[int, Field(ge=1, le=365)]
    camera_h: Hours
    person_h: Hours
    reviewed: Share


class Interval(Strict):
    """Which share of the probability the interval holds."""

    share: Annotated[float, Field(ge=0.5, le=0.99)]


class ScorePolicy(Strict):
    """Everything that the score is made with."""

    window_days: Annotated[int, Field(ge=14, le=730)]
    previous_days: Annotated[int, Field(ge=0, le=730)]
    weights: Weights
    pests: RulePolicy
    hat: RulePolicy
    mask: RulePolicy
    extent: Extent
    rectified: Rectified
    rectification: Rectification
    observability: Observability
    caps: Caps
    evidence: Evidence
    interval: Interval

    @model_validator(mode="after")
    def _one_family_a_rule(self) -> Self:
        named = [rule for name in FAMILIES for rule in self.family(name).rules]
        twice = next((rule for rule in named if named.count(rule) > 1), None)
        if twice:
            raise ValueError(f"{twice} is counted twice; name each rule in one family alone")
        if self.evidence.days > self.window_days:
            raise ValueError("evidence.days must not be more than window_days: nobody reaches it")
        return self

    def family(self, name: Family) -> RulePolicy:
        """What is set for one family."""
        found: RulePolicy = getattr(self, name)
        return found

    def family_of(self, rule: str) -> Family | None:
        """In which family a rule counts; None when it does not count."""
        return next((name for name in FAMILIES if rule in self.family(name).rules), None)


class Grades(Strict):
    """From how many points on; what is below C is D."""

    A: Points
    B: Points
    C: Points

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if not self.A > self.B > self.C:
            raise ValueError("grades overlap: A must begin above B, and B above C")
        return self

    def of(self, points: float) -> Grade:
        """The grade of so many points."""
        return (
            "A"
            if points >= self.A
            else "B"
            if points >= self.B
            else "C"
            if points >= self.C
            else "D"
        )

    def band(self, grade: Grade) -> tuple[float, float]:
        """From which points on, and below which, somebody has that grade."""
        bounds = {"A": (self.A, 101.0), "B": (self.B, self.A), "C": (self.C, self.B)}
        return bounds.get(grade, (0.0, self.C))


class PolicyFile(Strict):
    """The whole file."""

    schema_: Annotated[Literal["brightkitchen.policy/1"], Field(alias="schema")]
    name: Annotated[str, Field(pattern=r"^[\w -]{1,60}$")]
    clocks: Clocks
    calendar: Calendar
    score: ScorePolicy
    grades: Grades

    @model_validator(mode="after")
    def _caps_deny_a_grade(self) -> Self:
        if self.score.caps.open_pest >= self.grades.B:
            raise ValueError(
                f"score.caps.open_pest ({self.score.caps.open_pest:g}) would still be a B "
                f"({self.grades.B:g}): lower it"
            )
        if self.score.caps.repeated_overdue >= self.grades.A:
            raise ValueError(
                f"score.caps.repeated_overdue ({self.score.caps.repeated_overdue:g}) would still "
                f"be an A ({self.grades.A:g}): lower it"
            )
        return self


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that adds up; ``version`` 0 is the shipped one while nothing was decided."""

    version: int
    sha256: str
    text: str
    name: str
    clocks: Clocks
    calendar: Calendar
    score: ScorePolicy
    grades: Grades


def check(text: str, version: int = 0) -> Policy:
    """The policy in a TOML text; InvalidError says in one sentence what does not add up."""
    if len(text) > MOST_CHARACTERS:
        raise InvalidError(f"a policy has at most {MOST_CHARACTERS} characters", "text")
    return _checked(text, version)


@lru_cache(maxsize=32)
def _checked(text: str, version: int) -> Policy:
    try:
        told = PolicyFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidError(f"the policy is not TOML: {error}", "text") from error
    except ValidationError as error:
        complaint = first_complaint(error).replace("Value error, ", "")
        raise InvalidError(f"the policy does not add up: {complaint}", "text") from error
    return Policy(
        version=version,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
        name=told.name,
        clocks=told.clocks,
        calendar=told.calendar,
        score=told.score,
        grades=told.grades,
    )


def shipped() -> Policy:
    """The policy that comes with the release."""
    return check(SHIPPED.read_text("utf-8"))
