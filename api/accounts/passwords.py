"""Passwords are kept as Argon2id hashes."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from api.accounts.schemas import MAX_PASSWORD, MIN_PASSWORD
from api.errors import ThrottledError
from api.settings import Settings
from vision.errors import InvalidError

# Each check takes 64 MiB by default: a flood of sign-ins must not take the machine's memory.
AT_ONCE: Final = 4
LONGEST_WAIT_S: Final = 5


class Passwords:
    """Hashes and checks; an unknown name costs as much time as a known one."""

    def __init__(
        self, memory_kib: int, rounds: int, longest_wait_s: float = LONGEST_WAIT_S
    ) -> None:
        self._longest_wait_s = longest_wait_s
        self._hash = PasswordHash(
            (Argon2Hasher(time_cost=rounds, memory_cost=memory_kib, parallelism=1),)
        )
        self._turns = BoundedSemaphore(AT_ONCE)
        self._nobody = self._hash.hash("no account has this password")

    def hash(self, password: str) -> str:
        """The hash to keep; InvalidError when the password is too short or too long."""
        if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
            raise InvalidError(
                f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters", "password"
            )
        return self._hash.hash(password)

    def match(self, password: str, kept: str | None) -> bool:
        """Whether it is the password; ``kept`` is None for an unknown name.

        Raises ThrottledError when too many are checked at once.
        """
        if not self._turns.acquire(timeout=self._longest_wait_s):
            raise ThrottledError("too many people sign in at once; try again", LONGEST_WAIT_S)
        try:
            right = self._hash.verify(password, kept or self._nobody)
        finally:
            self._turns.release()
        return right and kept is not None


def password_hasher(settings: Settings) -> Passwords:
    """The hasher with the operator's costs."""
    return Passwords(settings.argon2_memory_kib, settings.argon2_rounds)
