"""Passwords are kept as Argon2id hashes."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from api.accounts.rules import require_password
from api.errors import ThrottledError
from api.settings import Settings

# Each check takes 64 MiB by default: a flood of sign-ins must not take the machine's memory.
AT_ONCE: Final = 4
# Kept for browsers that signed in before: strangers who fill every other turn cannot lock them out.
KNOWN_AT_ONCE: Final = 2
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
        self._known_turns = BoundedSemaphore(KNOWN_AT_ONCE)
        self._nobody = self._hash.hash("no account has this password")

    def hash(self, password: str, name: str = "") -> str:
        """The hash to keep; InvalidError when the password is too easy to guess."""
        require_password(password, name)
        return self._hash.hash(password)

    def match(self, password: str, kept: str | None, *, known_device: bool = False) -> bool:
        """Whether it is the password; ``kept`` is None or empty when there is none to match.

        Raises ThrottledError when too many are checked at once.
        """
        turns = self._known_turns if known_device else self._turns
        if not turns.acquire(timeout=self._longest_wait_s):
            raise ThrottledError("too many people sign in at once; try again", LONGEST_WAIT_S)
        try:
            right = self._hash.verify(password, kept or self._nobody)
        finally:
            turns.release()
        return right and bool(kept)


def password_hasher(settings: Settings) -> Passwords:
    """The hasher with the operator's costs."""
    return Passwords(settings.argon2_memory_kib, settings.argon2_rounds)
