"""What may follow what, how far a job is, what an exit code means, how files are called. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, Final, Literal

from vision.errors import ConflictError, InvalidError
from vision.footage import VIDEO_SUFFIXES

State = Literal["uploading", "queued", "running", "cancelled", "failed", "finished"]
Step = Literal["start", "take", "cancel", "resume", "fail", "finish"]
Problem = Literal["disk", "nothing_read", "refused", "killed", "fault"]

STEPS: Final[Mapping[Step, tuple[frozenset[State], State]]] = {
    "start": (frozenset({"uploading"}), "queued"),
    # A server that was killed leaves its job running with a lease that ran out.
    "take": (frozenset({"queued", "running"}), "running"),
    "cancel": (frozenset({"uploading", "queued", "running"}), "cancelled"),
    "resume": (frozenset({"cancelled", "failed"}), "queued"),
    "fail": (frozenset({"running"}), "failed"),
    "finish": (frozenset({"running"}), "finished"),
}
ACTIVE: Final[tuple[State, ...]] = ("queued", "running")
# Exit codes of `analyze`: see docs/commands.md.
DONE: Final = 0
SOME_FAILED: Final = 4
PROBLEMS: Final[Mapping[int, Problem]] = {2: "refused", 3: "nothing_read", -9: "killed"}
MAX_FAILURES: Final = 200
MAX_DETAIL: Final = 500
MAX_NAME_BYTES: Final = 120
NOT_PLAIN: Final = re.compile(r"[^\w.+\[\]-]+")


def moved(state: State, step: Step) -> State:
    """The state after a step, or ConflictError when it cannot be taken from there."""
    allowed, after = STEPS[step]
    if state not in allowed:
        raise ConflictError(f"this cannot be done while the analysis is {state}; load it again")
    return after


@dataclass(frozen=True, slots=True)
class Progress:
    """How far this run is; seconds are those of the footage it still had to look at."""

    looked_s: float = 0.0
    footage_s: float = 0.0
    speed: float = 0.0
    videos_done: int = 0
    episodes: int = 0
    failures: tuple[tuple[str, str], ...] = ()
    videos_failed: int = 0

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return min(self.looked_s / self.footage_s, 1.0) if self.footage_s > 0 else 0.0


def advanced(progress: Progress, line: str) -> Progress:
    """The progress after a line of ``analyze --json``; what is no such line changes nothing."""
    try:
        told = json.loads(line)
        return _told(progress, told) if isinstance(told, dict) else progress
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return progress


def _told(progress: Progress, told: Mapping[str, Any]) -> Progress:
    if told["event"] == "began":
        return replace(progress, footage_s=_amount(told["footage_s"]))
    if told["event"] in ("looking", "looked"):
        return replace(
            progress,
            looked_s=_amount(told["looked_s"]),
            footage_s=_amount(told["footage_s"]),
            speed=_amount(told["speed"]),
        )
    if told["event"] != "filed":
        return progress
    done = replace(
        progress,
        videos_done=progress.videos_done + 1,
        episodes=progress.episodes + int(_amount(told["episodes"])),
    )
    if not told["error"]:
        return done
    failure = (str(told["video"])[:300], str(told["error"])[:300])
    kept = (*progress.failures, failure)[:MAX_FAILURES]
    return replace(done, failures=kept, videos_failed=progress.videos_failed + 1)


def _amount(value: object) -> float:
    number = float(value)  # type: ignore[arg-type]  # a ValueError or TypeError is the answer
    if not 0 <= number < 1e12:
        raise ValueError("no amount")
    return number


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended; ``problem`` is empty when it did what it should."""

    problem: Problem | Literal[""] = ""
    detail: str = ""


def outcome(exit_code: int, said: str) -> Outcome:
    """What an exit code and the last words on stderr mean; negative codes are signals."""
    if exit_code in (DONE, SOME_FAILED):
        return Outcome()
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    last = lines[-1].removeprefix("brightkitchen: ") if lines else ""
    return Outcome(PROBLEMS.get(exit_code, "fault"), last[:MAX_DETAIL])


def safe_name(name: str, taken: Collection[str] = ()) -> str:
    """A file name that any disk takes and that still tells when a recorder wrote it.

    It never begins with a dot or a dash and never leaves its folder. InvalidError unless it ends
    like a video.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    suffix = PurePosixPath(last).suffix.lower()
    if suffix not in VIDEO_SUFFIXES:
        raise InvalidError(f"give a video; its name ends in one of {_suffixes()}", "name")
    plain = NOT_PLAIN.sub("_", last[: -len(suffix)]).lstrip(".-")
    stem = _cut(plain, MAX_NAME_BYTES - len(suffix)) or "video"
    names = {other.casefold() for other in taken}
    found, number = f"{stem}{suffix}", 2
    while found.casefold() in names:
        found, number = f"{stem}-{number}{suffix}", number + 1
    return found


def _cut(text: str, most_bytes: int) -> str:
    return text.encode("utf-8", "ignore")[:most_bytes].decode("utf-8", "ignore")


def _suffixes() -> str:
    return ", ".join(sorted(VIDEO_SUFFIXES))
