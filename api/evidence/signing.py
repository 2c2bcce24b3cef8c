"""The server's signature: Ed25519 (RFC 8032) where the package cryptography is installed."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from api.settings import Settings
from vision.custody import key_name
from vision.errors import ConfigError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_FILE: Final = "custody-key.pem"
WHY_UNSIGNED: Final = "the server has no package cryptography, so that nothing can be signed"


class Signer:
    """Signs with one key; ``key`` is the public one as hexadecimal digits."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        public = private.public_key()
        self.key = public.public_bytes_raw().hex()
        self.pem = _public_pem(private)

    @property
    def name(self) -> str:
        """Short enough to be printed, and compared by eye."""
        return key_name(self.key)

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return self._private.sign(message)


def open_signer(settings: Settings) -> Signer | None:
    """The signer with the key of the settings, made on first use; None without cryptography.

    A keyed hash would be no signature: whoever could check it could also forge it.
    """
    try:
        import cryptography  # noqa: F401 - asked for here so that its absence has one place
    except ImportError:
        return None
    path = settings.signing_key_file or settings.data / KEY_FILE
    if settings.signing_key_file is None:
        _make_key(path)
    return Signer(_read_key(path))


def _make_key(path: Path) -> None:
    """Once; two servers that start together agree on the first one's."""
    from cryptography.hazmat.primitives import serialization as forms
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if path.exists():
        return
    pem = Ed25519PrivateKey.generate().private_bytes(
        forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption()
    )
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        draft.touch(mode=0o600, exist_ok=True)
        draft.write_bytes(pem)
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    except OSError as error:
        raise ConfigError(f"the signing key {path} cannot be written; mend its folder") from error


def _read_key(path: Path) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConfigError(
            f"the signing key {path} cannot be read; give an Ed25519 key in PEM without a password"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(f"the signing key {path} is not an Ed25519 key")
    return key


def _public_pem(private: Ed25519PrivateKey) -> bytes:
    from cryptography.hazmat.primitives import serialization as forms

    return private.public_key().public_bytes(
        forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo
    )
