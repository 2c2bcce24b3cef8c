"""Threshold proposals for a supervisor to accept, edit or refuse."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.accounts.schemas import SignedIn
from api.cameras.store import list_cameras
from api.database import Database
from api.deps import DatabaseDep, require
from api.thresholds import store
from api.thresholds.routes import DEFINITION
from api.thresholds.schemas import DecisionIn
from api.web.intervals import address, bar
from api.web.precision import BoardQuery, shared, tabs
from api.web.rendering import render, translate
from api.web.words import N_
from vision.errors import ConflictError
from vision.names import RuleId

router = APIRouter(include_in_schema=False)
DeciderDep = Annotated[SignedIn, Depends(require(*store.DECIDERS))]
TARGETS: Final = (80, 85, 90, 95)
DONE: Final[dict[str, str]] = {
    "accepted": N_("Accepted. The camera fetches it with its next settings."),
    "edited": N_("Set by hand. The camera fetches it with its next settings."),
    "refused": N_("Refused. It stays on record with its reason."),
}
CHANGED: Final = N_(
    "Verdicts or another decision changed the proposal meanwhile; look at it again."
)
UNSAID: Final = N_(
    "Not saved: give a reason, and a threshold between 0 and 1 when you set it by hand."
)


class ThresholdsQuery(BaseModel):
    """Which proposals to show."""

    model_config = ConfigDict(extra="ignore")

    rule: RuleId = "missing_hat"
    target: Annotated[int, Field(ge=50, le=99)] = 90
    done: Annotated[str, Field(pattern="^(accepted|edited|refused)?$")] = ""


@router.get("/precision/thresholds")
def proposals(
    request: Request,
    found: DeciderDep,
    database: DatabaseDep,
    query: Annotated[ThresholdsQuery, Query()],
) -> Response:
    """What verdicts propose for each camera."""
    return _page(request, found, database, query, 200)


def _page(
    request: Request,
    found: SignedIn,
    database: Database,
    query: ThresholdsQuery,
    status: int,
    problem: str = "",
) -> Response:
    with database.reading() as session:
        items = store.proposals(session, found.person, query.rule, query.target / 100)
        decided = store.decisions(session, found.person)
        names = {
            camera.id: f"{camera.restaurant_name} · {camera.name}"
            for camera in list_cameras(session, found.person)
        }
    goal = query.target / 100
    rows = [
        (item, bar(item.now.value, item.now.low, item.now.high, goal),
         bar(item.then.value, item.then.low, item.then.high, goal))
        for item in items
    ]  # fmt: skip
    notice = translate(request, DONE[query.done]) if query.done else ""
    given: dict[str, Any] = shared() | {"rows": rows, "decided": decided, "names": names}
    given |= {"query": query, "targets": TARGETS, "definition": DEFINITION, "notice": notice}
    given["tabs"] = [
        (label, where, where.startswith("/precision/thresholds"))
        for label, where, _ in tabs(BoardQuery(), found.person.role)
    ]
    told = problem and translate(request, problem)
    return render(request, "thresholds.html", found, status, problem=told, **given)


class DecisionForm(BaseModel):
    """What the form of one proposal sends."""

    model_config = ConfigDict(extra="ignore")

    camera: str
    rule: RuleId
    target: Annotated[int, Field(ge=50, le=99)]
    proposed: float
    version: int
    decision: str
    reason: str = ""
    threshold: str = ""

    def decision_in(self) -> DecisionIn:
        """ValueError when something is missing or out of bounds."""
        edited = self.decision == "edited"
        return DecisionIn.model_validate(
            self.model_dump(exclude={"threshold", "target"})
            | {"target": self.target / 100, "threshold": float(self.threshold) if edited else None}
        )


@router.post("/precision/thresholds")
def decide(
    request: Request,
    found: DeciderDep,
    database: DatabaseDep,
    form: Annotated[DecisionForm, Form()],
) -> Response:
    """Keep the decision and come back; what cannot be kept is said on the page."""
    query = ThresholdsQuery(rule=form.rule, target=form.target)
    try:
        given = form.decision_in()
    except ValueError:  # pydantic's own is one too
        return _page(request, found, database, query, 422, UNSAID)
    try:
        with database.writing() as session:
            store.decide(session, found.person, given)
    except ConflictError:
        return _page(request, found, database, query, 409, CHANGED)
    asked = query.model_dump() | {"done": given.decision}
    return RedirectResponse(address("/precision/thresholds", asked), 303)
