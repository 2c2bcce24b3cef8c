"""The demo: sample videos in, alerts in an own server out, and where to look at them."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import typer
import uvicorn

from api.accounts.passwords import password_hasher
from api.accounts.schemas import NewUser
from api.accounts.store import create_user
from api.app import create_app
from api.cameras.store import NewCamera, create_camera
from api.database import Database
from api.demo_cameras import demo_pictures, draw_demo_zones, sending_pictures
from api.history.generate import Size, generate
from api.migrations import upgrade
from api.restaurants.store import create_restaurant
from api.settings import Settings, read_settings
from api.workers import working
from vision.batch import Batch, Options, Silent, analyse
from vision.errors import ConfigError, ConflictError, DeliveryError, RefusedError, SourceError
from vision.model import DEFAULT_MODEL
from vision.outbox import Api, Outbox
from vision.recordings import everywhere
from vision.report import write_report
from vision.results import VideoRecord, write_json
from vision.zones import whole_picture

SAMPLES: Final = Path(__file__).parent.parent / "sample_videos"
# A few say enough, and are analysed while one waits; the others are for tests.
SHOWN: Final = ("clean-shift", "night-rodent", "range-no-hat")
HOST: Final = "127.0.0.1"
ROLES: Final = ("patrol", "supervisor", "admin")
START_TIMEOUT_S: Final = 30.0
PAST: Final = Size(restaurants=20, cameras=2, days=75, alerts=0.6)


@dataclass(frozen=True, slots=True)
class Site:
    """What the demo needs to know again on its next run."""

    sign_ins: tuple[tuple[str, str], ...]
    cameras: dict[str, NewCamera]
    recorded_at: datetime


def say(text: str) -> None:
    """One line for the person who waits."""
    typer.echo(text)


def run_demo(data: Path, port: int, *, stop: bool) -> None:
    """Run the whole path once; stay to be looked at unless ``stop``."""
    videos = [path for name in SHOWN if (path := SAMPLES / f"{name}.mp4").is_file()]
    if not videos:
        raise SourceError(f"no sample videos in {SAMPLES}: get the whole repository, then again")
    settings = read_settings(data=data / "server")
    site = prepare_site(settings, data, videos)
    say(f"[1/3] analysing {len(videos)} sample videos with the shipped model")
    batch = analyse_samples(videos, data)
    say(f"[2/3] {len(batch.filed)} suspected episodes; posting them to an own server")
    if not stop:
        make_past(settings)
    with (
        serving(settings, port, work=not stop) as address,
        nullcontext() if stop else sending(videos, site, address),
    ):
        post(batch, data, site, address)
        announce(site, address, data)
        if not stop:
            wait_for_ctrl_c()


def make_past(settings: Settings) -> None:
    """Generated restaurants beside the demo's own, so that scores and figures have a past.

    It ends last night: nothing of it waits for anybody today.
    """
    zone = ZoneInfo(settings.time_zone)
    night = datetime.now(zone).replace(hour=3, minute=0, second=0, microsecond=0)
    until = night if night <= datetime.now(zone) else night - timedelta(days=1)
    with Database(settings.url) as database, suppress(ConflictError):
        generate(database, PAST, until.astimezone(UTC), zone, beside_real=True)
        say(f"      a generated past of {PAST.restaurants} further restaurants, marked as such")


def sending(videos: list[Path], site: Site, address: str) -> AbstractContextManager[None]:
    """Last pictures, as cameras send them."""
    return sending_pictures(demo_pictures(videos, DEFAULT_MODEL), site.cameras, address)


def prepare_site(settings: Settings, data: Path, videos: list[Path]) -> Site:
    """A restaurant with one camera a sample video, and people to sign in as.

    Passwords are made at random on the first run and kept in a file that only its owner reads.
    """
    data.mkdir(parents=True, exist_ok=True)
    settings.data.mkdir(parents=True, exist_ok=True)
    upgrade(settings.url)
    book = data / "sign-ins.txt"
    if book.exists():
        return read_site(book)
    database = Database(settings.url)
    with database.writing() as session:
        restaurant_id = create_restaurant(session, "和顺小馆（演示） Heshun Bistro (demo)", "demo")
        cameras = {v.name: create_camera(session, restaurant_id, v.stem) for v in videos}
        sign_ins = tuple((role, secrets.token_urlsafe(9)) for role in ROLES)
        for role, password in sign_ins:
            new = NewUser(name=role, role=role, password=password)
            create_user(session, new, password_hasher(settings))
    draw_demo_zones(database, settings, cameras, "supervisor")
    database.close()
    site = Site(sign_ins, cameras, datetime.now(UTC).replace(microsecond=0))
    write_site(book, site)
    return site


def write_site(book: Path, site: Site) -> None:
    """Keep sign-ins and camera keys, readable by the owner alone."""
    people = [f"person\t{name}\t{password}" for name, password in site.sign_ins]
    keys = [f"camera\t{video}\t{c.id}\t{c.key}" for video, c in site.cameras.items()]
    book.touch(mode=0o600)
    began = f"recorded\t{site.recorded_at.isoformat()}"
    book.write_text("\n".join([*people, *keys, began]) + "\n", "utf-8")


def read_site(book: Path) -> Site:
    """What an earlier run made."""
    lines = [line.split("\t") for line in book.read_text("utf-8").splitlines()]
    people = tuple((line[1], line[2]) for line in lines if line[0] == "person")
    cameras = {line[1]: NewCamera(line[2], line[3]) for line in lines if line[0] == "camera"}
    # The same alert must tell the same times on every run, or the API would refuse it.
    (began,) = (line[1] for line in lines if line[0] == "recorded")
    return Site(people, cameras, datetime.fromisoformat(began))


def analyse_samples(videos: list[Path], data: Path) -> Batch:
    """The batch path on the sample videos; what an earlier run has finished is taken over."""
    options = Options(DEFAULT_MODEL, "strict", everywhere([whole_picture("cooking")]))
    out = data / "analysis"
    out.mkdir(parents=True, exist_ok=True)
    batch = analyse(videos, out, options, observer=Told())
    write_json(batch.analysis, out / "episodes.json")
    write_report(batch, out)
    return batch


class Told(Silent):
    """Says when a video is done."""

    def filed(self, video: VideoRecord, episodes: int) -> None:
        """One video is done."""
        say(f"      {video.path}: {video.error or f'{video.analysed_s:.0f} s analysed'}")


def post(batch: Batch, data: Path, site: Site, address: str) -> None:
    """Send every alert through the outbox, as a camera would."""
    evidence = data / "analysis" / "evidence"
    for name, camera in site.cameras.items():
        with Outbox(data / "outbox" / camera.id) as outbox, Api(address, camera.key) as api:
            for filed in (f for f in batch.filed if f.episode.video == name):
                alert, files = filed.alert(batch.analysis, camera.id, site.recorded_at)
                outbox.put(alert, {sha: evidence / path for sha, path in files.items()})
            deliver(outbox, api)


def deliver(outbox: Outbox, api: Api) -> None:
    """Empty the outbox, or say what stayed and why."""
    delivery = outbox.deliver(api)
    if delivery.refused:
        raise RefusedError(f"the server refused an alert: {outbox.refused()[0].problem}")
    if delivery.kept:
        raise DeliveryError(f"{delivery.error}; run the demo again to send what is left")


@contextmanager
def serving(settings: Settings, port: int, *, work: bool = False) -> Iterator[str]:
    """The server in a thread, with its workers or without; gives its address once it answers."""
    listener, app = listen(port), create_app(settings)
    config = uvicorn.Config(app, log_level="warning", server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    give_up_s = time.monotonic() + START_TIMEOUT_S
    while not server.started and time.monotonic() < give_up_s:
        time.sleep(0.05)
    try:
        with working(app) if work else nullcontext():
            yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def listen(port: int) -> socket.socket:
    """A socket on the port, or on a free one when that is taken."""
    for candidate in (port, 0):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, candidate))
        except OSError:
            listener.close()
            continue
        return listener
    raise ConfigError(f"no port can be opened on {HOST}; give another with --port")


def announce(site: Site, address: str, data: Path) -> None:
    """Where to look, and as whom."""
    say("[3/3] the alerts are stored")
    say("")
    say(f"  Review them:  {address}/")
    say(f"  API:          {address}/api/docs")
    say(f"  Report:       {data / 'analysis' / 'report.html'}")
    say("  Sign in as:")
    for name, password in site.sign_ins:
        say(f"    {name:<12}{password}")


def wait_for_ctrl_c() -> None:
    """Until the person has seen enough."""
    say("")
    say("  Ctrl-C stops the server; the alerts stay.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        say("stopped")
