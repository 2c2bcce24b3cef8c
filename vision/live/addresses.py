"""Where a camera's pictures come from; a password in an address never reaches a log."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal
from urllib.parse import parse_qsl, urlsplit

from vision.errors import ConfigError

Kind = Literal["rtsp", "http", "usb", "simulated"]
Transport = Literal["tcp", "udp"]

KINDS: Final[Mapping[str, Kind]] = {
    "rtsp": "rtsp",
    "rtsps": "rtsp",
    "http": "http",
    "https": "http",
    "usb": "usb",
    "file": "simulated",
}
OPENS_WITHIN_S: Final = 10.0
READS_WITHIN_S: Final = 10.0
# By default five seconds of a stream are read before its first picture is given.
PROBE: Final = {"probesize": "100000", "analyzeduration": "300000"}
HTTP_PROTOCOLS: Final = "http,https,tcp,tls,crypto,httpproxy,hls,data"
SIMULATION: Final = {
    "speed": 1.0,
    "loop": 1.0,
    "ends_after_s": 0.0,
    "stalls_after_s": 0.0,
    "stalls_for_s": 0.0,
}


@dataclass(frozen=True, slots=True)
class Address:
    """One stream. ``str()`` names it without user, password or query; ``url`` is the secret."""

    kind: Kind
    url: str = field(repr=False)
    shown: str
    transport: Transport = "tcp"
    simulation: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.shown

    @property
    def live(self) -> bool:
        """Whether its end can only be a fault; a simulated camera that does not loop may end."""
        return self.kind != "simulated" or self.simulation["loop"] > 0


def read_address(text: str, transport: Transport = "tcp") -> Address:
    """An address from a setting; ConfigError, without the address in it, when it is none."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise ConfigError("a camera's address is not a URL; write rtsp://host/stream") from error
    kind = KINDS.get(parts.scheme)
    if kind is None:
        names = ", ".join(KINDS)
        raise ConfigError(f"a camera's address must begin with one of {names} and ://")
    if kind == "simulated":
        return _simulated(parts.path or parts.netloc, parts.query)
    if kind == "usb":
        return Address("usb", parts.path, f"usb://{parts.path}")
    if not parts.hostname:
        raise ConfigError("a camera's address names no host; write rtsp://host/stream")
    place = f"{parts.hostname}:{port}" if port else parts.hostname
    return Address(kind, text.strip(), f"{parts.scheme}://{place}{parts.path}", transport)


def _simulated(path: str, query: str) -> Address:
    given = dict(parse_qsl(query))
    unknown = sorted(set(given) - set(SIMULATION))
    if unknown:
        raise ConfigError(f"a simulated camera knows no {unknown[0]}; give {', '.join(SIMULATION)}")
    try:
        wanted = SIMULATION | {name: float(value) for name, value in given.items()}
    except ValueError as error:
        raise ConfigError("what follows ? in a simulated camera's address are numbers") from error
    if not 0 < wanted["speed"] <= 1000:
        raise ConfigError("the speed of a simulated camera is more than 0 and at most 1000")
    return Address(
        "simulated", str(Path(path).absolute()), f"file:{Path(path).name}", "tcp", wanted
    )


def open_options(address: Address) -> dict[str, str]:
    """What the reader is told when it opens the stream."""
    if address.kind == "rtsp":
        micros = str(int(READS_WITHIN_S * 1e6))
        return PROBE | {"rtsp_transport": address.transport, "timeout": micros}
    if address.kind == "http":
        return PROBE | {"protocol_whitelist": HTTP_PROTOCOLS}
    return {}


def without_secrets(words: str, address: Address) -> str:
    """A library's words about a stream, the address in them made harmless."""
    words = words.replace(address.url, address.shown)
    return re.sub(r"//[^/@\s]*@", "//", words)
