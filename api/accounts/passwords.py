"""Passwords are kept as Argon2id hashes."""

from __future__ import annotations

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from api.accounts.schemas import MAX_PASSWORD, MIN_PASSWORD
from api.settings import Settings
from vision.errors import InvalidError


class Passwords:
    """Hashes and checks; an unknown name costs as much time as a known one."""

    def __init__(self, memory_kib: int, rounds: int) -> None:
        self._hash = PasswordHash(
            (Argon2Hasher(time_cost=rounds, memory_cost=memory_kib, parallelism=1),)
        )
        self._nobody = self._hash.hash("no account has this password")

    def hash(self, password: str) -> str:
        """The hash to keep; InvalidError when the password is too short or too long."""
        if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
            raise InvalidError(
                f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters", "password"
            )
        return self._hash.hash(password)

    def match(self, password: str, kept: str | None) -> bool:
        """Whether it is the password; ``kept`` is None for an unknown name."""
        right = self._hash.verify(password, kept or self._nobody)
        return right and kept is not None


def password_hasher(settings: Settings) -> Passwords:
    """The hasher with the operator's costs."""
    return Passwords(settings.argon2_memory_kib, settings.argon2_rounds)
