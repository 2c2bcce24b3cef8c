"""Debian's Chromium and a server on loopback; page errors and policy violations fail a test."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from tests.api.web.footage import make_footage
from tests.api.web.kitchens import PASSWORD, Kitchen, open_kitchen

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong


def what_is_missing() -> str | None:
    """Why no browser can be driven here, or None."""
    if not CHROMIUM.exists():
        return f"no {CHROMIUM}: install Debian's chromium to run these"
    node, _ = compute_driver_executable()
    tried = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return tried.stderr.strip() or None if tried.returncode else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where no browser can be driven these tests are skipped, and say why."""
    mine = [item for item in items if Path(__file__).parent in item.path.parents]
    reason = what_is_missing() if mine else None
    for item in mine:
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def base_url() -> str:
    """Each test has a server of its own; the plugin's fixture would warn under pytest 9."""
    return ""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, which plays H.264 and calls nobody."""
    return {**browser_type_launch_args, "executable_path": str(CHROMIUM), "args": list(ARGUMENTS)}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A desk of 1366 x 768, in English."""
    return {**browser_context_args, "locale": "en", "viewport": {"width": 1366, "height": 768}}


@dataclass(frozen=True)
class Site:
    """A running server and the kitchen behind it."""

    kitchen: Kitchen
    address: str

    def sign_in(self, page: Page, name: str = "Pat") -> None:
        """Fill in the form as a person does."""
        page.goto(f"{self.address}/sign-in")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/review")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A server in a thread, with a patroller, a supervisor and one camera."""
    kitchen = open_kitchen(tmp_path)
    kitchen.add_person("Pat", "patrol")
    kitchen.add_person("Sue", "supervisor")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(kitchen.app, log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield Site(kitchen, f"http://127.0.0.1:{listening.getsockname()[1]}")
        server.should_exit = True
        thread.join()


@pytest.fixture
def alerts(site: Site) -> list[str]:
    """Four alerts with evidence, in the order of the queue."""
    camera = site.kitchen.add_camera(site.kitchen.add_restaurant("Heshun Bistro"), "Cam 2")
    return [site.kitchen.post_alert(camera, make_footage(seed)) for seed in range(4)]


class Complaints(list[str]):
    """What the browser complained about; a test takes out what it caused on purpose."""

    def hear(self, message: ConsoleMessage) -> None:
        """Errors only, among them violations of the policy."""
        if message.type == "error":
            self.append(message.text)

    def forgive(self, words: str) -> None:
        """Take out the complaints that hold these words."""
        self[:] = [text for text in self if words not in text]


@pytest.fixture(autouse=True)
def complaints(context: BrowserContext) -> Iterator[Complaints]:
    """Collects them from every page, and fails the test that leaves any."""
    heard = Complaints()
    context.set_default_timeout(90_000)  # Chromium's first page can be slow on a busy machine

    def listen(page: Page) -> None:
        page.on("console", heard.hear)
        page.on("pageerror", lambda error: heard.append(str(error)))

    context.on("page", listen)
    yield heard
    assert heard == []
