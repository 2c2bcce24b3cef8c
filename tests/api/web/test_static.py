"""What is served is what was built, and its origin is told."""

from __future__ import annotations

import hashlib
import re

from api.web.rendering import STATIC_DIR
from api.web.words import RULE
from vision.names import RULE_IDS


def test_every_built_file_is_listed_with_its_checksum() -> None:
    lines = (STATIC_DIR / "checksums.txt").read_text().splitlines()
    listed = {name: digest for digest, name in (line.split("  ") for line in lines)}
    served = {
        str(path.relative_to(STATIC_DIR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in STATIC_DIR.rglob("*")
        if path.is_file() and path.name != "checksums.txt"
    }
    assert listed == served, "run npm ci && npm run build in api/web/assets"


def test_foreign_code_comes_with_its_licence() -> None:
    assert "Zero-Clause BSD" in (STATIC_DIR / "licences" / "htmx.txt").read_text()


def test_nothing_is_fetched_from_elsewhere() -> None:
    for name in ("bk.css", "pages.js", "review.js"):
        text = (STATIC_DIR / name).read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|@import|url\(", text), name


def test_every_rule_has_a_word_and_an_icon() -> None:
    icons = (STATIC_DIR.parent / "templates" / "icons.html").read_text()
    for rule in RULE_IDS:
        assert rule in RULE and f'"{rule}":' in icons
