"""Inspectors with phones: visits planned, photos sent, results filled in."""

from __future__ import annotations

import hashlib
import io
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np
from fastapi.testclient import TestClient
from httpx2 import Response
from PIL import Image

from api.database import now
from api.inspections.checklists import read_checklist

VISITS = "/api/v1/inspections"


def photo(
    seed: int = 0, form: str = "JPEG", size: tuple[int, int] = (320, 240), **more: Any
) -> bytes:
    """A picture as a phone makes it; another seed gives other bytes."""
    small = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    sink = io.BytesIO()
    Image.fromarray(small).resize(size).save(sink, form, **more)
    return sink.getvalue()


def signature() -> bytes:
    """A line on a transparent ground."""
    image = Image.new("RGBA", (300, 120), (0, 0, 0, 0))
    for x in range(20, 280):
        image.putpixel((x, 60 + x % 17), (20, 20, 30, 255))
    sink = io.BytesIO()
    image.save(sink, "PNG")
    return sink.getvalue()


@dataclass
class Phone:
    """Somebody on site, with the ids that their phone makes."""

    client: TestClient
    visit_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def plan(self, restaurant: str, **more: Any) -> Response:
        """Plan this visit."""
        return self.client.put(
            f"{VISITS}/{self.visit_id}", json={"restaurant_id": restaurant} | more
        )

    def ask(self, what: str, **body: Any) -> Response:
        """Post to the visit."""
        return self.client.post(f"{VISITS}/{self.visit_id}/{what}", json=body)

    def send(
        self, content: bytes, file_id: str | None = None, kind: str = "photo", **about: Any
    ) -> Response:
        """Send a file under an id that the phone made."""
        told = {"sha256": hashlib.sha256(content).hexdigest(), "taken_at": now().isoformat()}
        address = f"{VISITS}/{self.visit_id}/files/{file_id or uuid.uuid4()}"
        return self.client.put(address, params=told | {"kind": kind} | about, content=content)

    def sent(self, content: bytes, **about: Any) -> str:
        """The id of a file that was taken."""
        file_id = str(uuid.uuid4())
        answer = self.send(content, file_id, **about)
        assert answer.status_code == 201, answer.text
        return file_id

    def result(self, **changes: Any) -> dict[str, Any]:
        """Everything met, signed."""
        checklist = read_checklist(changes.pop("checklist", "catering"))
        told = {
            "id": str(uuid.uuid4()),
            "checklist": checklist.id,
            "checklist_version": checklist.version,
            "started_at": (now() - timedelta(minutes=40)).isoformat(),
            "finished_at": (now() - timedelta(minutes=2)).isoformat(),
            "answers": [{"item": item.id, "result": "met"} for item in checklist.items],
            "signature": {"name": "Wang", "refused": True, "witness": "Li saw it"},
        }
        return told | changes

    def finish(self, result: dict[str, Any]) -> Response:
        """Send the result."""
        return self.client.put(f"{VISITS}/{self.visit_id}/result", json=result)

    def told(self) -> dict[str, Any]:
        """The visit with everything in it."""
        answer = self.client.get(f"{VISITS}/{self.visit_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def failing(result: dict[str, Any], item: str, **finding: Any) -> dict[str, Any]:
    """The same result with one item that is not met, and its finding."""
    note = "seen under the sink"
    answers = [
        {"item": item, "result": "not_met", "note": note} if one["item"] == item else one
        for one in result["answers"]
    ]
    found = {"id": str(uuid.uuid4()), "item": item} | finding
    return result | {"answers": answers, "findings": [*result.get("findings", []), found]}


def ordered(result: dict[str, Any], item: str, **finding: Any) -> dict[str, Any]:
    """The same result with an order for that item."""
    wanted = {"corrective_action": "close the gaps", "order": True}
    deadline = (now() + timedelta(days=3)).isoformat()
    order = {"deadline": deadline, "articles": ["GB 31654-2021"]}
    return failing(result, item, **wanted | finding) | {"order": order}
