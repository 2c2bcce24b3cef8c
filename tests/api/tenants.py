"""What another tenant has: an id for each name of a path parameter or of a field.

A route with a new kind of id needs one line in ``FOREIGN``: who walks every route fills its path
from here. A body that cannot be made from its schema alone needs one line in ``BODIES``.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from api.accounts.schemas import Person
from api.cameras.keys_admin import make_key
from api.cameras.keys_schemas import KeyIn
from api.database import now
from api.notifications.models import NotificationRow, SubscriptionRow
from api.notifications.schemas import SubscriptionIn
from api.policy.rules import shipped
from api.reports.models import ReportRow
from api.reports.store import make_due
from api.samples.models import SampleRow
from tests.api.building import JPEG, PASSWORD, Kitchen, key_of, ref, review
from tests.api.inspecting import Phone, photo
from tests.api.walking import FORMS, Ids, Operation, example


@dataclass
class Tenants:
    """A kitchen whose other restaurant has something of everything."""

    kitchen: Kitchen
    made: dict[str, str] = field(default_factory=dict)
    clients: dict[str, TestClient] = field(default_factory=dict)

    def foreign(self, name: str) -> str:
        """The other restaurant's id for that name."""
        if name not in self.made:
            assert name in FOREIGN, (
                f"a route has the id {name}, and nobody told how to make one: add "
                f'"{name}": lambda tenants: <id of something in the other restaurant> '
                "to FOREIGN in tests/api/tenants.py"
            )
            self.made[name] = FOREIGN[name](self)
        return self.made[name]

    def unknown(self, name: str) -> str:
        """An id of the same shape that nothing has."""
        like = self.foreign(name)
        if re.fullmatch(r"[0-9a-f-]{36}", like):
            return str(uuid.UUID(int=1))
        return "9" * len(like) if like.isdecimal() else "f" * len(like)

    def client(self, role: str) -> TestClient:
        """Somebody with that role for the whole city."""
        if role not in self.clients:
            self.clients[role] = self.kitchen.person(role, f"{role} of the city")  # type: ignore[arg-type]
        return self.clients[role]

    def json(self, role: str, method: str, path: str, **more: Any) -> Any:
        """What the API answers to somebody who may do it."""
        answer = self.client(role).request(method, f"/api/v1{path}", **more)
        assert answer.status_code < 300, (path, answer.text)
        return answer.json()


def _alert(tenants: Tenants) -> str:
    """An alert with a stored picture that was upheld."""
    kitchen, file = tenants.kitchen, ref(JPEG)
    alert_id = kitchen.posted(camera_id=kitchen.other_camera.id, evidence=[file.model_dump()])
    path = f"/api/v1/alerts/{alert_id}/evidence/{file.sha256}"
    sent = kitchen.anonymous.put(path, content=JPEG, headers=key_of(kitchen.other_camera))
    assert sent.status_code == 201, sent.text
    given = review(tenants.client("patrol"), alert_id, "upheld")
    assert given.status_code == 201, given.text
    tenants.made["review_id"] = given.json()["id"]
    return alert_id


def _review(tenants: Tenants) -> str:
    tenants.foreign("alert_id")
    return tenants.made["review_id"]


def _batch(tenants: Tenants) -> str:
    alert_id = tenants.kitchen.posted(camera_id=tenants.kitchen.other_camera.id)
    body = {"alert_ids": [alert_id], "reason": "allowed_here"}
    answer = tenants.json("patrol", "POST", f"/alerts/{alert_id}/burst", json=body)
    return str(answer["batch"])


def _user(tenants: Tenants) -> str:
    place = {"restaurant_id": tenants.kitchen.other_restaurant}
    return tenants.kitchen.add_user("their owner", "restaurant", **place)


def _session(tenants: Tenants) -> str:
    tenants.foreign("user_id")
    owner = TestClient(tenants.kitchen.app)
    owner.post("/api/v1/sessions", json={"name": "their owner", "password": PASSWORD})
    return str(owner.get("/api/v1/sessions").json()["items"][0]["id"])


def _key(tenants: Tenants) -> str:
    body = {"restaurant_id": tenants.kitchen.other_restaurant}
    return str(tenants.json("admin", "POST", "/camera-keys", json=body)["about"]["prefix"])


def _station(tenants: Tenants) -> str:
    places = tenants.json("admin", "GET", "/places")
    return next(str(item["id"]) for item in places["stations"] if item["name"] == "South")


def _district(tenants: Tenants) -> str:
    return str(tenants.json("admin", "POST", "/districts", json={"name": "Far"})["id"])


def _item(tenants: Tenants) -> str:
    """What the review page shows is an alert, or stands for one."""
    return tenants.foreign("alert_id")


def _hold(tenants: Tenants) -> str:
    path = f"/alerts/{tenants.foreign('alert_id')}/holds"
    body = {"reason": "the owner asked for a second look"}
    return str(tenants.json("supervisor", "POST", path, json=body)["id"])


def _round(tenants: Tenants) -> str:
    """A round over the other station's cameras alone."""
    scope = {"station": tenants.foreign("station_id")}
    return str(tenants.json("patrol", "POST", "/rounds", json={"scope": scope})["id"])


def _look(tenants: Tenants) -> str:
    path = f"/rounds/{tenants.foreign('round_id')}"
    tenants.json("patrol", "POST", f"{path}/next", json={})
    body = {"camera_id": tenants.kitchen.other_camera.id}
    return str(tenants.json("patrol", "POST", f"{path}/looks", json=body)["id"])


def _subscription(tenants: Tenants) -> str:
    """Written straight into the table: no mail server runs here to be checked."""
    given = SubscriptionIn(
        restaurant_id=tenants.kitchen.other_restaurant,
        label="their owner",
        channel="email",
        target="owner@jade.example",
    )
    facts = given.model_dump() | {"triggers": "alert_upheld", "id": "a" * 16, "secret": None}
    row = SubscriptionRow(created_at=now(), created_by=tenants.foreign("user_id"), **facts)
    with tenants.kitchen.database.writing() as session:
        session.add(row)
    return row.id


def _notification(tenants: Tenants) -> str:
    row = NotificationRow(
        id="b" * 16,
        key="a test",
        subscription_id=tenants.foreign("subscription_id"),
        trigger="test",
        topic="a test",
        subject="a test",
        facts="{}",
        status="dead",
        created_at=now(),
        due_at=now(),
        attempts=9,
        problem="nobody answered",
    )
    with tenants.kitchen.database.writing() as session:
        session.add(row)
    return row.id


def _sample(tenants: Tenants) -> str:
    tenants.json("supervisor", "POST", "/samples/plans", json={"day": "2026-11-23"})
    wanted = select(SampleRow.id).where(SampleRow.camera_id == tenants.kitchen.other_camera.id)
    with tenants.kitchen.database.reading() as session:
        return str(session.scalars(wanted.limit(1)).one())


def _case(tenants: Tenants) -> str:
    about = {"rule": "pest_fly", "reason": "a guest called"}
    body = {"restaurant_id": tenants.kitchen.other_restaurant} | about
    return str(tenants.json("admin", "POST", "/cases", json=body)["id"])


def _order(tenants: Tenants) -> str:
    path = f"/cases/{tenants.foreign('case_id')}/actions/order"
    deadline = (now() + timedelta(days=2)).isoformat()
    body = {"reason": "close the door", "deadline": deadline, "articles": ["GB 31654-2021"]}
    return str(tenants.json("admin", "POST", path, json=body)["orders"][0]["number"])


def _analysis(tenants: Tenants) -> str:
    """Of the other restaurant's camera, still waiting for its videos."""
    body = {"source": "upload", "camera_id": tenants.kitchen.other_camera.id}
    return str(tenants.json("admin", "POST", "/analyses", json=body)["id"])


def _import(tenants: Tenants) -> str:
    """An import of the office; only its administrators know of it."""
    table = b"name,station\nFar Away,South\n"
    return str(tenants.json("admin", "POST", "/imports", content=table)["id"])


def _appeal(tenants: Tenants) -> str:
    """The other restaurant's own, still open."""
    tenants.foreign("user_id")
    owner = tenants.kitchen.signed_in("their owner")
    body = {"alert_id": tenants.foreign("alert_id"), "statement": "that was a visitor"}
    answer = owner.post("/api/v1/appeals", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def _visit(tenants: Tenants) -> str:
    """Of the other restaurant, done, with a photo, a record and a paper."""
    phone = Phone(tenants.client("supervisor"))
    assert phone.plan(tenants.kitchen.other_restaurant).status_code == 201
    tenants.made["file_id"] = phone.sent(photo())
    done = phone.finish(phone.result(files=[tenants.made["file_id"]]))
    assert done.status_code == 201, done.text
    return phone.visit_id


def _visit_file(tenants: Tenants) -> str:
    tenants.foreign("visit_id")
    return tenants.made["file_id"]


def _campaign(tenants: Tenants) -> str:
    body = {
        "name": "term start",
        "starts_on": "2026-11-01",
        "ends_on": "2099-12-31",
        "restaurant_ids": [tenants.kitchen.other_restaurant],
    }
    return str(tenants.json("supervisor", "POST", "/campaigns", json=body)["id"])


def _report(tenants: Tenants) -> str:
    """The report of the other restaurant's station."""
    station = tenants.foreign("station_id")
    with tenants.kitchen.database.writing() as session:
        make_due(session, ZoneInfo("Asia/Shanghai"))
        wanted = select(ReportRow.id).where(ReportRow.station_id == station)
        return session.scalars(wanted.limit(1)).one()


FOREIGN: Final[dict[str, Callable[[Tenants], str]]] = {
    "alert_id": _alert,
    "analysis_id": _analysis,
    "appeal_id": _appeal,
    "batch": _batch,
    "campaign_id": _campaign,
    "camera_id": lambda tenants: tenants.kitchen.other_camera.id,
    "case_id": _case,
    "number": _order,
    "action": lambda tenants: "note",
    "district_id": _district,
    "first_day": lambda tenants: "2026-11-23",
    "file_id": _visit_file,
    "file_path": lambda tenants: "frame.jpg",
    "hold_id": _hold,
    "import_id": _import,
    "item_id": _item,
    "look_id": _look,
    "notification_id": _notification,
    "prefix": _key,
    "report_id": _report,
    "restaurant_id": lambda tenants: tenants.kitchen.other_restaurant,
    "review_id": _review,
    "round_id": _round,
    "sample_id": _sample,
    "session_id": _session,
    "sha256": lambda tenants: hashlib.sha256(JPEG).hexdigest(),
    "sheet_kind": lambda tenants: "daily",
    "station_id": _station,
    "subscription_id": _subscription,
    "user_id": _user,
    "version": lambda tenants: "1",
    "visit_id": _visit,
}
ZONES: Final = """
name = "range"
[[zones]]
name = "range"
type = "cooking"
polygon = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9]]
"""
Body = Callable[[Tenants, Ids], Any]
BODIES: Final[dict[str, Body]] = {
    "POST /api/v1/campaigns": lambda tenants, ids: {
        "name": "term start",
        "starts_on": "2026-11-01",
        "ends_on": "2099-12-31",
        "restaurant_ids": [ids("restaurant_id")],
    },
    "POST /api/v1/campaigns/{campaign_id}/targets": lambda tenants, ids: {
        "restaurant_ids": [tenants.kitchen.restaurant]
    },
    "PUT /api/v1/inspections/{visit_id}": lambda tenants, ids: {
        "restaurant_id": ids("restaurant_id")
    },
    "PUT /api/v1/inspections/{visit_id}/result": lambda tenants, ids: Phone(
        tenants.client("supervisor")
    ).result(),
    "POST /campaigns": lambda tenants, ids: {
        "name": "term start",
        "starts_on": "2026-11-01",
        "ends_on": "2099-12-31",
        "restaurant_ids": [ids("restaurant_id")],
    },
    "POST /visits/{visit_id}/cancel": lambda tenants, ids: {"reason": "closed"},
    "POST /api/v1/alerts": lambda tenants, ids: tenants.kitchen.alert(camera_id=ids("camera_id")),
    "POST /api/v1/alerts/{alert_id}/burst": lambda tenants, ids: {
        "alert_ids": [ids("alert_id")],
        "reason": "allowed_here",
    },
    "POST /api/v1/appeals/{appeal_id}/decision": lambda tenants, ids: {
        "outcome": "refused",
        "reason": "it is as it was seen",
    },
    "POST /api/v1/camera-keys": lambda tenants, ids: {"camera_id": ids("camera_id")},
    "POST /api/v1/cameras/{camera_id}/zones/file": lambda tenants, ids: {
        "base_version": 0,
        "file": ZONES,
    },
    "PUT /api/v1/cameras/{camera_id}/exposure": lambda tenants, ids: {
        "origin": "camera",
        "source": "run-1",
        "hours": [{"hour_at": "2026-11-23T06:00:00Z", "scheduled_s": 3600, "effective_s": 3500}],
    },
    "POST /api/v1/policies/preview": lambda tenants, ids: {
        "text": shipped().text,
        "month": "2026-01-15",
    },
    "POST /api/v1/policies": lambda tenants, ids: {
        "text": shipped().text,
        "reason": "as it is",
    },
    "POST /api/v1/rounds/{round_id}/findings": lambda tenants, ids: {
        "id": str(uuid.UUID(int=7)),
        "camera_id": ids("camera_id"),
        "sha256": ids("sha256"),
        "rule": "missing_hat",
        "box": [0.1, 0.1, 0.2, 0.2],
    },
    "POST /alerts/{alert_id}/reopen": lambda tenants, ids: {"reason": "looked at it again"},
    "POST /alerts/{alert_id}/notes": lambda tenants, ids: {"text": "the lens is greasy"},
    "POST /api/v1/subscriptions": lambda tenants, ids: {
        "restaurant_id": ids("restaurant_id"),
        "label": "their owner",
        "channel": "email",
        "target": "owner@jade.example",
    },
    "PUT /api/v1/subscriptions/{subscription_id}": lambda tenants, ids: {
        "restaurant_id": ids("restaurant_id"),
        "label": "their owner",
        "channel": "email",
        "target": "owner@jade.example",
    },
    "PUT /api/v1/samples/{sample_id}": lambda tenants, ids: {
        "files": [ref(JPEG).model_dump(mode="json")]
    },
    "PUT /api/v1/users/{user_id}": lambda tenants, ids: {"name": "Li", "role": "patrol"},
}


def send(tenants: Tenants, operation: Operation, ids: Ids, client: TestClient) -> Response:
    """Ask for it with these ids; everything else about the request is right."""
    query = {name: example(operation, schema, ids, name)
             for name, schema in operation.parameters("query").items()}  # fmt: skip
    more: dict[str, Any] = {"params": query, "follow_redirects": False}
    body = operation.body()
    if body is not None:
        kind, schema = body
        made = BODIES.get(str(operation))
        value = made(tenants, ids) if made else example(operation, schema, ids)
        if kind == "application/json":
            more["json"] = value
        elif kind in FORMS:
            more["data"] = value
        else:
            more |= {"content": JPEG, "headers": {"Content-Type": kind}}
    return client.request(operation.method.upper(), operation.address(ids), **more)


def site_key(tenants: Tenants) -> str:
    """A key for every camera of the kitchen's own restaurant."""
    admin = Person("test", "test", "admin")
    with tenants.kitchen.database.writing() as session:
        return make_key(session, admin, KeyIn(restaurant_id=tenants.kitchen.restaurant))[1]
