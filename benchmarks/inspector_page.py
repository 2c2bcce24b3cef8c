"""How heavy the inspector's page is, and how long it takes at 3G.

``python -m benchmarks.inspector_page``: a server of its own with 40 restaurants, Debian's Chromium
on a phone's screen, an empty cache, the network slowed down to 1.6 Mbit/s with 300 ms there and
back ("Regular 3G"). Bytes are counted on the wire as Chromium receives them, headers included.
"""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from api.accounts.schemas import Person
from api.inspections.models import VisitRow
from api.inspections.schemas import VisitIn
from api.inspections.store import plan, today_of
from tests.api.web.kitchens import PASSWORD, Kitchen, open_kitchen

RESTAURANTS, PLANNED, RUNS = 40, 8, 3
REGULAR_3G: dict[str, Any] = {
    "offline": False,
    "latency": 300,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


def fill(kitchen: Kitchen) -> None:
    """Restaurants of one station, some of them planned for today."""
    person = Person(kitchen.add_person("Ines", "inspector"), "Ines", "admin")
    places = [kitchen.add_restaurant(f"Restaurant number {n}") for n in range(RESTAURANTS)]
    with kitchen.database.writing() as session:
        for place in places[:PLANNED]:
            given = VisitIn(restaurant_id=place)
            plan(session, person, uuid4(), given, today_of("Asia/Shanghai"))
        assert session.query(VisitRow).count() == PLANNED


def measure(browser: Browser, address: str) -> tuple[int, float, int]:
    """Bytes of the first load, seconds until the list stands there, bytes of the second load."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{address}/sign-in?next=/alerts")
    page.get_by_role("textbox").first.fill("Ines")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form button.first, form button[type=submit]").first.click()
    page.wait_for_url("**/alerts")
    wire, sizes = context.new_cdp_session(page), list[float]()
    wire.send("Network.enable")
    wire.send("Network.clearBrowserCache")
    wire.send("Network.emulateNetworkConditions", REGULAR_3G)
    wire.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    began = time.monotonic()
    load(page, address)
    took, first = time.monotonic() - began, int(sum(sizes))
    page.evaluate("navigator.serviceWorker.ready.then(() => caches.match('/visits'))")
    sizes.clear()
    load(page, address)
    context.close()
    return first, took, int(sum(sizes))


def load(page: Page, address: str) -> None:
    """Until the planned visits are on the screen."""
    page.goto(f"{address}/visits")
    page.locator("#stops .stop").nth(PLANNED - 1).wait_for()


def main() -> None:
    """Print the median of some runs."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as listening:
        kitchen = open_kitchen(Path(folder))
        fill(kitchen)
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(kitchen.app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
            runs = sorted((measure(browser, address) for _ in range(RUNS)), key=lambda run: run[1])
            browser.close()
        server.should_exit = True
        thread.join()
    first, took, second = runs[len(runs) // 2]
    print(f"first load {first} bytes (goal 150,000), list after {took:.1f} s at regular 3G")
    print(f"second load {second} bytes")


if __name__ == "__main__":
    main()
