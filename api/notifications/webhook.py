"""The door to webhooks: one signed POST to a checked address, no redirect, no waiting for long."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
from contextlib import closing
from typing import Any, Final

from api.errors import SendError
from api.notifications.rules import signature
from api.outbound import Policy, Resolver, Target, check_url, resolve
from vision.errors import InvalidError

TIMEOUT_S: Final = 10.0
# A receiver that sends its answer byte by byte is cut off.
DEADLINE_S: Final = 20.0


def post(
    url: str,
    secret: str,
    delivery: str,
    payload: dict[str, Any],
    policy: Policy,
    resolver: Resolver = resolve,
) -> None:
    """Deliver the payload, or SendError; any 2xx is an answer, a redirect is none."""
    body = json.dumps(payload, ensure_ascii=False, sort_keys=True).encode()
    try:
        target = check_url(url, policy, resolver)
    except InvalidError as error:
        raise SendError(str(error)) from error
    status = _send(target, body, headers_for(target, secret, delivery, body))
    if not 200 <= status < 300:
        raise SendError(f"the receiver answered {status}")


def headers_for(target: Target, secret: str, delivery: str, body: bytes) -> dict[str, str]:
    """Who calls, when, and the proof; the delivery's id is the same on every try."""
    timestamp = int(time.time())
    return {
        "Host": target.authority,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "User-Agent": "BrightKitchen",
        "X-BrightKitchen-Delivery": delivery,
        "X-BrightKitchen-Timestamp": str(timestamp),
        "X-BrightKitchen-Signature": signature(secret, timestamp, body),
        "Connection": "close",
    }


def _send(target: Target, body: bytes, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection(target.host, target.port, timeout=TIMEOUT_S)
    try:
        with closing(_connect(target)) as sock:
            connection.sock = sock
            guard = threading.Timer(DEADLINE_S, _cut_off, (sock,))
            guard.start()
            try:
                connection.request("POST", target.path, body, headers)
                return connection.getresponse().status
            finally:
                guard.cancel()
    except (OSError, http.client.HTTPException) as error:
        raise SendError(f"the receiver cannot be reached ({type(error).__name__})") from error


def _connect(target: Target) -> socket.socket:
    """A connection to the first checked address that answers: the name is not asked again."""
    problem: OSError = OSError("no address")
    for address in target.addresses:
        try:
            sock = socket.create_connection((address, target.port), timeout=TIMEOUT_S)
        except OSError as error:
            problem = error
            continue
        if target.scheme != "https":
            return sock
        try:
            return ssl.create_default_context().wrap_socket(sock, server_hostname=target.host)
        except OSError:
            sock.close()
            raise
    raise problem


def _cut_off(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
