"""Thirty alerts judged in Chromium by keyboard: how long the machine makes a person wait.

    python -m benchmarks.review [--alerts 30] [--look-s 1.0]

A real server on loopback with generated alerts (drawn frames, an H.264 clip, boxes), and Debian's
Chromium. For each alert it looks for ``--look-s`` (a person looks longer), then presses a verdict.
The machine time printed is without the looking; how long people look the page measures for itself
(``took_s``, on the quality page). With ``--look-s 0`` the keys outrun the fetching ahead. Key to
picture is measured inside the page: from the key's event to the second animation frame after the
next picture was decoded.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Page, sync_playwright

from tests.api.web.footage import make_footage
from tests.api.web.kitchens import PASSWORD, Kitchen, open_kitchen

CHROMIUM: Final = "/usr/bin/chromium"
ARGUMENTS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
VERDICTS: Final = (("1",), ("2", "1"), ("1",), ("2", "2"), ("3",))
# Notes when a verdict's key came, and when the next item's best frame was on the screen.
WATCH: Final = """
(() => {
  window.waits = [];
  let key = 0;
  addEventListener("keydown", () => (key = performance.now()), { capture: true });
  const painted = async (item) => {
    const picture = item.querySelector("[data-stage] svg:not([hidden]) image");
    const src = picture?.getAttribute("href");
    if (src) await Object.assign(new Image(), { src }).decode();
    requestAnimationFrame(() => requestAnimationFrame(() => {
      window.waits.push(performance.now() - key);
      window.ready = item.dataset.item;
    }));
  };
  addEventListener("DOMContentLoaded", () => {
    const main = document.getElementById("main");
    if (!main) return;
    const first = main.querySelector("bk-player");
    if (first) window.ready = first.dataset.item;
    new MutationObserver((changes) => {
      for (const change of changes) for (const node of change.addedNodes) {
        if (node.matches?.("bk-player")) painted(node);
      }
    }).observe(main, { childList: true });
  });
})();
"""


def main() -> None:
    """Make the alerts, judge them, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--alerts", type=int, default=30)
    parser.add_argument("--look-s", type=float, default=1.0)
    given = parser.parse_args()
    count: int = given.alerts
    with tempfile.TemporaryDirectory() as folder:
        kitchen = open_kitchen(Path(folder))
        fill(kitchen, count + 2)
        with serving(kitchen.app) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="en")
            page.add_init_script(WATCH)
            sign_in(page, address)
            seconds, waits = judge(page, count, given.look_s)
            browser.close()
    waits.sort()
    print(f"{count} generated alerts judged by keyboard in Chromium")
    print(f"machine time: {seconds / count:.2f} s an alert")
    print(
        f"verdict key to next picture: median {statistics.median(waits):.0f} ms,"
        f" p95 {waits[round(0.95 * len(waits)) - 1]:.0f} ms, slowest {waits[-1]:.0f} ms"
    )


def fill(kitchen: Kitchen, count: int) -> None:
    """So many alerts with everything that an alert brings, no two pictures alike."""
    kitchen.add_person("Pat", "patrol")
    cameras = [
        kitchen.add_camera(kitchen.add_restaurant(f"generated kitchen {n}"), f"camera {n}")
        for n in range(5)
    ]
    for number in range(count):
        kitchen.post_alert(cameras[number % 5], make_footage(number))


def sign_in(page: Page, address: str) -> None:
    """As a person does."""
    page.goto(f"{address}/sign-in")
    page.get_by_label("Name").fill("Pat")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/review")
    page.wait_for_load_state("networkidle")


def judge(page: Page, count: int, look_s: float) -> tuple[float, list[float]]:
    """Seconds for all without the looking, and the waits from key to picture in ms."""
    began = time.perf_counter()
    for number in range(count):
        page.wait_for_timeout(look_s * 1000)
        shown = page.evaluate("document.querySelector('bk-player').dataset.item")
        for key in VERDICTS[number % len(VERDICTS)]:
            page.keyboard.press(key)
        page.wait_for_function("(shown) => window.ready !== shown", arg=shown, polling=10)
    seconds = time.perf_counter() - began - count * look_s
    waits: list[float] = page.evaluate("window.waits")
    return seconds, waits


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The application behind uvicorn, in a thread."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


if __name__ == "__main__":
    main()
