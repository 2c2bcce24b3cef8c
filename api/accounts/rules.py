"""What makes a scope fit a role, and a password good enough; nothing here asks a database."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from api.accounts.schemas import MAX_PASSWORD, MIN_PASSWORD, ROLES
from vision.errors import InvalidError

COMMON: Final = Path(__file__).parent / "common_passwords.txt"
FEWEST_DIFFERENT: Final = 5
LIMITED: Final = ("patrol", "inspector", "supervisor")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose kitchens somebody looks after: ids; at most one kind of them is given."""

    restaurant_ids: tuple[str, ...] = ()
    station_id: str | None = None
    district_id: str | None = None


def fold(name: str) -> str:
    """Names that look alike are one: case and width do not count."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def require_scope(role: str, scope: Scope) -> None:
    """InvalidError, with the field to mend, when the scope does not fit the role."""
    if role not in ROLES:
        raise InvalidError(f"a role is one of {', '.join(ROLES)}", "role")
    if (role == "restaurant") != bool(scope.restaurant_ids):
        raise InvalidError(
            "a restaurant's account, and no other, names its restaurant", "restaurant"
        )
    if scope.station_id is not None and scope.district_id is not None:
        raise InvalidError("give a station or a district, not both", "district")
    place = "station" if scope.station_id is not None else "district"
    limited = scope.station_id is not None or scope.district_id is not None
    if role == "inspector" and not limited:
        raise InvalidError("an inspector's account names its station or district", "station")
    if limited and role not in LIMITED:
        raise InvalidError(f"the role {role} is not limited to a {place}", place)


def require_password(password: str, name: str) -> None:
    """InvalidError when the password is too short, too common, or the name again."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise InvalidError(
            f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters", "password"
        )
    folded, known = fold(password), fold(name)
    if folded in _common() or _is_simple(folded):
        raise InvalidError("this password is among the first to be guessed", "password")
    if len(known) > 1 and len(folded.replace(known, "")) < MIN_PASSWORD and known in folded:
        raise InvalidError("a password must not be the name with something added", "password")


@cache
def _common() -> frozenset[str]:
    lines = COMMON.read_text("utf-8").splitlines()
    return frozenset(fold(line) for line in lines if not line.startswith("#"))


def _is_simple(text: str) -> bool:
    """Few different characters, a run up or down the alphabet, or one short piece repeated."""
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    pieces = (text[:size] for size in range(1, 6))
    again = any(text == (piece * len(text))[: len(text)] for piece in pieces)
    return len(set(text)) < FEWEST_DIFFERENT or steps in ({1}, {-1}) or again
