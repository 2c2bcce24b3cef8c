"""The one check of every address that people type in and the server then calls.

A name is resolved and each of its addresses must be public, or allowed by the operator; the
connection goes to a checked address, so that a name which answers differently a moment later
(DNS rebinding) leads nowhere else.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from vision.errors import InvalidError

if TYPE_CHECKING:
    from api.settings import Settings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Sequence[str]]

MAX_URL: Final = 2000
DEFAULT_PORTS: Final = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322}
# What urlsplit and the systems behind it read differently has no place in an address.
UNSAFE: Final = re.compile(r"[\x00-\x20\x7f\\<>\"^`{|}]")
HOST: Final = re.compile(r"[A-Za-z0-9_.-]+")
# Not every Python counts these as private; no receiver of ours lives there.
NEVER: Final[tuple[Network, ...]] = tuple(
    ip_network(net)
    for net in (
        "0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24",
        "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20",
        "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
# Addresses that carry an IPv4 address in their last 32 bits, and 6to4, which has it in front.
CARRIERS: Final = tuple(ip_network(net) for net in ("::ffff:0:0/96", "::/96", "64:ff9b::/96"))
SIX_TO_FOUR: Final = ip_network("2002::/16")


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be called; ``ports`` None is any port, ``allow`` are networks and host names."""

    schemes: frozenset[str] = frozenset({"https"})
    ports: frozenset[int] | None = frozenset({443})
    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()
    userinfo: bool = False

    @classmethod
    def of(
        cls,
        settings: Settings,
        schemes: Sequence[str] | None = None,
        ports: Sequence[int] | None = None,
        userinfo: bool = False,
    ) -> Policy:
        """The operator's policy; other ``schemes`` than the web's bring their own ``ports``."""
        web = ("https", "http") if settings.outbound_http else ("https",)
        networks, hosts = allowed(settings.outbound_allow)
        chosen = settings.outbound_ports if schemes is None else ports
        return cls(
            schemes=frozenset(schemes or web),
            ports=None if chosen is None else frozenset(chosen),
            networks=networks,
            hosts=hosts,
            userinfo=userinfo,
        )


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: connect to one of ``addresses``, call it ``host``."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]
    parts: SplitResult = field(repr=False)

    @property
    def authority(self) -> str:
        """The Host header: the port is named when it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS.get(self.scheme) else f"{host}:{self.port}"


def allowed(entries: Sequence[str]) -> tuple[tuple[Network, ...], frozenset[str]]:
    """Networks and host names apart; ValueError names what is neither."""
    networks: list[Network] = []
    hosts: set[str] = set()
    for entry in entries:
        try:
            networks.append(ip_network(entry))
        except ValueError:
            if "/" in entry or not HOST.fullmatch(entry):
                raise ValueError(
                    f"{entry} is neither a network like 10.1.0.0/16 nor a name"
                ) from None
            hosts.add(entry.lower().rstrip("."))
    return tuple(networks), frozenset(hosts)


def resolve(host: str, port: int) -> list[str]:
    """Every address of a name, as the system knows it; none when it knows none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(item[4][0]) for item in found))


def check_url(url: str, policy: Policy, resolver: Resolver = resolve) -> Target:
    """The target, or InvalidError (field ``url``) that says what is not accepted."""
    parts, host, port = _taken_apart(url, policy)
    addresses = tuple(resolver(host, port))
    if not addresses:
        raise _refused(f"the name {host} is not known; check its spelling")
    if host not in policy.hosts:
        for address in addresses:
            if not may_call(address, policy.networks):
                raise _refused(
                    "the address leads into a private or special network; "
                    "the operator can allow it with BRIGHTKITCHEN_OUTBOUND_ALLOW"
                )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, addresses, parts)


def _taken_apart(url: str, policy: Policy) -> tuple[SplitResult, str, int]:
    if len(url) > MAX_URL or UNSAFE.search(url) or not url.isascii():
        raise _refused("the address holds characters that an address does not have")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused("the address cannot be read") from error
    if parts.scheme not in policy.schemes:
        raise _refused(f"the address must begin with {' or '.join(sorted(policy.schemes))}://")
    if "@" in parts.netloc and not policy.userinfo:
        raise _refused("the address must not hold a name or a password")
    if parts.fragment or parts.netloc.endswith(":"):
        raise _refused("the address must not hold # or an empty port")
    port = DEFAULT_PORTS[parts.scheme] if port is None else port
    if policy.ports is not None and port not in policy.ports:
        raise _refused(f"port {port} is not one that may be called")
    return parts, _host_of(parts), port


def _host_of(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        if "%" in host or _address(host) is None:
            raise _refused("the address cannot be read")
        return host
    if not HOST.fullmatch(host) or len(host) > 253 or ".." in host:
        raise _refused("the address names no host")
    return host


def may_call(address: str, networks: Sequence[Network] = ()) -> bool:
    """Whether one resolved address is public, or in a network that the operator allows."""
    found = _address(address)
    if found is None:
        return False
    found = carried(found)
    if any(found.version == net.version and found in net for net in networks):
        return True
    special = any(found.version == net.version and found in net for net in NEVER)
    return found.is_global and not found.is_multicast and not special


def carried(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that only carries it; else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in SIX_TO_FOUR:
        return IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
    if any(address in net for net in CARRIERS) and int(address) & 0xFFFFFFFF > 1:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _address(text: str) -> Address | None:
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _refused(message: str) -> InvalidError:
    return InvalidError(message, "url")
