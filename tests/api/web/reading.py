"""Reads a page as a person and as a browser's policy do."""

from __future__ import annotations

from html.parser import HTMLParser

UNREAD = ("script", "style", "title")


class Page(HTMLParser):
    """Texts that are read, and whatever a strict policy would refuse."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.refused: list[str] = []
        self.ids: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note inline scripts, styles and handlers; labels are read aloud."""
        self._open.append(tag)
        named = dict(attrs)
        if tag == "style" or (tag == "script" and not named.get("src")):
            self.refused.append(f"<{tag}>")
        self.refused += [
            f"{tag} {name}"
            for name, value in attrs
            if name == "style" or name.startswith("on") or "javascript:" in (value or "")
        ]
        self.texts += [value for name in ("aria-label", "title") if (value := named.get(name))]
        self.ids += [value for name in ("id",) if (value := named.get(name))]

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Keep what is read."""
        if data.strip() and not (self._open and self._open[-1] in UNREAD):
            self.texts.append(" ".join(data.split()))
