"""The live demo: two simulated cameras, watched and told to an own server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from api.cameras.keys import NewCamera
from api.demo import SAMPLES, prepare_site, say, serving, wait_for_ctrl_c
from api.settings import read_settings
from vision.errors import SourceError

CAMERAS: Final = ("range-no-hat.mp4", "night-rodent.mp4")
LISTEN: Final = "127.0.0.1:9108"
ENDS_WITHIN_S: Final = 20.0


def run_live_demo(data: Path, port: int) -> None:
    """Watch two cameras until Ctrl-C; alerts appear in the queue while they happen."""
    videos = [SAMPLES / name for name in CAMERAS]
    if not all(video.exists() for video in videos):
        raise SourceError(f"no sample videos in {SAMPLES}: get the whole repository, then again")
    settings = read_settings(data=data / "server")
    site = prepare_site(settings, data, videos)
    with serving(settings, port, work=True) as address:
        config = write_config(data / "live", address, site.cameras)
        say(f"[1/2] watching {len(CAMERAS)} simulated cameras, as {config} says")
        with watching(config):
            say("[2/2] the first alerts come within half a minute")
            say("")
            say(f"  Watch:    {address}/")
            say(f"  Worker:   http://{LISTEN}/cameras, /metrics, /healthz")
            say("  Sign in as:")
            for name, password in site.sign_ins:
                say(f"    {name:<12}{password}")
            wait_for_ctrl_c()


def write_config(folder: Path, address: str, cameras: Mapping[str, NewCamera]) -> Path:
    """A kitchen.toml, and the keys in files that only their owner reads."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["[api]", f'url = "{address}"', "[worker]", f'listen = "{LISTEN}"']
    for name in CAMERAS:
        camera, stem = cameras[name], Path(name).stem
        key = folder / f"{stem}.key"
        key.touch(mode=0o600)
        key.write_text(camera.key, "utf-8")
        lines += ["[[cameras]]", f'id = "{camera.id}"', f'name = "{stem}"', 'rules = "strict"']
        lines += [f'address = "file:{SAMPLES / name}"', f'key_file = "{key.name}"']
    config = folder / "kitchen.toml"
    config.write_text("\n".join(lines) + "\n", "utf-8")
    return config


@contextmanager
def watching(config: Path) -> Iterator[None]:
    """`watch` as its own process, its log beside the configuration."""
    program = Path(sys.executable).with_name("brightkitchen")
    with (config.parent / "watch.log").open("ab") as log:
        command = [str(program), "watch", "--config", str(config)]
        process = subprocess.Popen(command, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
