"""Which figure puts kitchens in the order of how they really are? A simulation with known rates.

    python -m benchmarks.score_simulation [--restaurants 100] [--seeds 9] [--plot FILE.svg]

Every kitchen has true rates of missing hats, missing masks and pests. Cameras see episodes by
chance (Poisson), for as many hours as they run; some see much and some little, some stand still
half of the time, some raise many false alerts, some stations are behind with reviewing. The truth
is the score that the true rates alone would give. For each scenario: Spearman's and Kendall's rank
correlation of four figures with it, the median over seeds, and the range of Spearman's.
"""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from api.policy.rules import FAMILIES, Family, Policy, shipped
from api.scores.evidence import evidence
from api.scores.facts import Day, Episode, Handling, Log, Moment, Rate
from api.scores.kcs import figures
from api.scores.panel import Floats, panel_of, rates_of

ZONE: Final = ZoneInfo("Asia/Shanghai")
TODAY: Final = date(2026, 11, 24)
DAYS: Final = 60
RULES: Final[dict[Family, str]] = {
    "pests": "pest_cockroach",
    "hat": "missing_hat",
    "mask": "missing_mask",
}
# Median true rates an hour; kitchens differ by a factor of about 3 around them.
MEDIANS: Final[dict[Family, float]] = {"pests": 0.0005, "hat": 0.025, "mask": 0.03}
SPREAD: Final = 1.1
FIGURES: Final = (
    "raw alerts",
    "confirmed",
    "confirmed / hour",
    "KCS",
    "hats: confirmed",
    "hats: points",
)
SHOWN: Final = ("raw alerts", "confirmed", "KCS")


@dataclass(frozen=True)
class Scenario:
    """What makes kitchens hard to compare; each on top of the ones before."""

    name: str
    coverage: bool = False
    standstill: bool = False
    false_alarms: bool = False
    backlog: bool = False


SCENARIOS: Final = (
    Scenario("all alike"),
    Scenario("+ few or many cameras", coverage=True),
    Scenario("+ cameras that stand still", coverage=True, standstill=True),
    Scenario("+ false alerts", coverage=True, standstill=True, false_alarms=True),
    Scenario(
        "+ backlog of reviews", coverage=True, standstill=True, false_alarms=True, backlog=True
    ),
)


@dataclass(frozen=True)
class Kitchen:
    """One kitchen, what its cameras told, and how it really is."""

    truth: float
    hat_rate: float
    log: Log
    raw: int
    confirmed: int
    confirmed_hats: int
    hours: float


def kitchen(scenario: Scenario, policy: Policy, chance: np.random.Generator) -> Kitchen:
    """One at random."""
    rates = {name: MEDIANS[name] * float(np.exp(SPREAD * chance.normal())) for name in FAMILIES}
    cameras = int(chance.integers(1, 9)) if scenario.coverage else 4
    busy = float(chance.uniform(0.3, 1.5)) if scenario.coverage else 0.8
    seen = float(chance.uniform(0.5, 1.0)) if scenario.standstill else 1.0
    reviewed = float(chance.uniform(0.8, 1.0)) if scenario.backlog else 1.0
    camera_s = cameras * 12 * 3600.0
    person_s = camera_s * busy * seen
    days = tuple(
        Day(TODAY - timedelta(days=ago), camera_s, camera_s * seen, person_s, person_s)
        for ago in range(DAYS)
    )
    told = [
        _episode(RULES[name], reviewed, chance)
        for name in FAMILIES
        for _ in range(
            _number(rates[name], camera_s * seen if name == "pests" else person_s, chance)
        )
    ]
    noise = float(chance.gamma(0.7, 0.5)) if scenario.false_alarms else 0.0
    false = int(chance.poisson(noise * cameras * DAYS * seen))
    confirmed = [one for one in told if one.settled_at is not None]
    return Kitchen(
        truth=_truth(rates, policy),
        hat_rate=rates["hat"],
        log=Log(frozenset(FAMILIES), days, tuple(told)),
        raw=len(told) + false,
        confirmed=len(confirmed),
        confirmed_hats=sum(one.rule == RULES["hat"] for one in confirmed),
        hours=camera_s * seen / 3600 * DAYS,
    )


def _number(rate: float, seconds_a_day: float, chance: np.random.Generator) -> int:
    return int(chance.poisson(rate * seconds_a_day / 3600 * DAYS))


def _episode(rule: str, reviewed: float, chance: np.random.Generator) -> Episode:
    """At any time; rectified in time and looked back at within a week when it was confirmed."""
    began = datetime(2026, 11, 24, tzinfo=UTC) - timedelta(
        days=int(chance.integers(DAYS)), minutes=int(chance.integers(720))
    )
    settled = began + timedelta(hours=1) if chance.random() < reviewed else None
    met = began + timedelta(days=2)
    done = Handling("c", met + timedelta(days=2), met, met + timedelta(days=4))
    return Episode(
        id=uuid.UUID(bytes=chance.bytes(16)).hex,
        rule=rule,
        zone_type="cooking",
        camera_id=str(chance.integers(8)),
        day=began.astimezone(ZONE).date(),
        started_at=began,
        ended_at=began + timedelta(seconds=30),
        settled_at=settled,
        handling=done if settled else None,
    )


def _truth(rates: dict[Family, float], policy: Policy) -> float:
    weights = policy.score.weights
    points: float = sum(
        getattr(weights, name) * 100 * 0.6 ** (rates[name] / policy.score.family(name).rate_60)
        for name in FAMILIES
    )
    return points


def compare(scenario: Scenario, count: int, seed: int) -> dict[str, tuple[Floats, Floats]]:
    """For each figure the truth and the figure, more is better; kitchens without a score left out.

    The last two are about hats alone, where no weights between rules can help.
    """
    policy, chance = shipped(), np.random.default_rng(seed)
    kitchens = [kitchen(scenario, policy, chance) for _ in range(count)]
    score, hats = _scores([one.log for one in kitchens], policy)
    there = ~np.isnan(score)
    truth = np.array([one.truth for one in kitchens])
    hat_truth = -np.array([one.hat_rate for one in kitchens])
    told = {
        "raw alerts": (truth, -np.array([one.raw for one in kitchens], float)),
        "confirmed": (truth, -np.array([one.confirmed for one in kitchens], float)),
        "confirmed / hour": (truth, -np.array([one.confirmed / one.hours for one in kitchens])),
        "KCS": (truth, score),
        "hats: confirmed": (hat_truth, -np.array([float(one.confirmed_hats) for one in kitchens])),
        "hats: points": (hat_truth, hats),
    }
    return {name: (true[there], figure[there]) for name, (true, figure) in told.items()}


def _scores(logs: Sequence[Log], policy: Policy) -> tuple[Floats, Floats]:
    """The district's rates first, then everybody's score and the points of its hats."""
    moment, first = Moment.end_of(TODAY, ZONE), TODAY - timedelta(days=policy.score.window_days - 1)
    panel = panel_of(logs, policy.score, first, TODAY)
    told = evidence(panel, moment, policy.score)
    episodes, hours = told.episodes.sum(0), told.hours.decayed.sum(0)
    rates = {name: Rate(episodes[n], hours[n]) for n, name in enumerate(FAMILIES)}
    known = rates_of([replace(one, rates=rates) for one in logs], policy.score)
    made = figures(replace(panel, rates=known), told, policy.score)
    return made.value, made.families.points[:, FAMILIES.index("hat")]


def ranks(values: Floats) -> Floats:
    """From 0 on; equal ones share the mean of their ranks."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    shared: Floats = (ends - (count + 1) / 2)[place]
    return shared


def spearman(a: Floats, b: Floats) -> float:
    """Correlation of the ranks."""
    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def kendall(a: Floats, b: Floats) -> float:
    """Tau-b."""
    x, y = np.sign(a[:, None] - a[None, :]), np.sign(b[:, None] - b[None, :])
    return float((x * y).sum() / np.sqrt((x**2).sum() * (y**2).sum()))


Found = dict[str, list[dict[str, tuple[Floats, Floats]]]]


def simulate(count: int, seeds: int) -> Found:
    """Every scenario with every seed."""
    return {
        scenario.name: [compare(scenario, count, seed) for seed in range(seeds)]
        for scenario in SCENARIOS
    }


def tell(found: Found, count: int) -> None:
    """Print the table of docs/score.md."""
    print(f"{count} kitchens, {DAYS} days: Spearman (Kendall) [least-most Spearman], medians")
    print(f"{'scenario':28} scored" + "".join(f"{name:>28}" for name in FIGURES))
    for scenario, runs in found.items():
        scored = np.median([len(told["KCS"][0]) / count for told in runs])
        cells = []
        for name in FIGURES:
            rho = [spearman(*told[name]) for told in runs]
            tau = np.median([kendall(*told[name]) for told in runs])
            cells.append(f"{np.median(rho):.2f} ({tau:.2f}) [{min(rho):.2f}-{max(rho):.2f}]")
        print(f"{scenario:28} {scored:6.0%}" + "".join(f"{one:>28}" for one in cells))


def draw(path: Path, found: Found) -> None:
    """The hardest scenario: each kitchen's true rank against its rank by each figure."""
    runs = found[SCENARIOS[-1].name]
    side, gap, top = 220, 40, 54
    width, height = gap + len(SHOWN) * (side + gap), top + side + 46
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" role="img">',
        "<title>Rank by three figures against the true rank</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for place, name in enumerate(SHOWN):
        rho = np.median([spearman(*told[name]) for told in runs])
        titles = name, f"Spearman {rho:.2f}, median of {len(runs)} seeds"
        parts += _panel(gap + place * (side + gap), top, side, runs[0][name], titles)
    path.write_text("\n".join([*parts, "</svg>", ""]), "utf-8")
    print(f"drawn: {path}")


def _panel(
    left: int, top: int, side: int, pair: tuple[Floats, Floats], titles: tuple[str, str]
) -> list[str]:
    x, y = (ranks(values) / max(1, len(values) - 1) for values in pair)
    dots = [
        f'<circle cx="{left + a * side:.1f}" cy="{top + side - b * side:.1f}" r="2.4" '
        f'fill="#0b6b5d" fill-opacity="0.55"/>'
        for a, b in zip(x, y, strict=True)
    ]
    return [
        f'<text x="{left}" y="{top - 28}" font-size="15" font-weight="600">{titles[0]}</text>',
        f'<text x="{left}" y="{top - 10}" font-size="12" fill="#444">{titles[1]}</text>',
        f'<rect x="{left}" y="{top}" width="{side}" height="{side}" fill="none" stroke="#bbb"/>',
        f'<line x1="{left}" y1="{top + side}" x2="{left + side}" y2="{top}" stroke="#bbb"/>',
        *dots,
        f'<text x="{left}" y="{top + side + 18}" font-size="12" fill="#444">'
        "true rank: worst to best</text>",
    ]


def main() -> None:
    """Measure and print; draw when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--restaurants", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=9)
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    found = simulate(given.restaurants, given.seeds)
    tell(found, given.restaurants)
    if given.plot:
        draw(given.plot, found)


if __name__ == "__main__":
    main()
