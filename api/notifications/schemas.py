"""Subscriptions and messages as people edit and read them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from api.notifications.rules import Bypass, Channel, Chosen, Digest, Trigger
from api.text import PlainText, TimeZone

NotificationStatus = Literal["waiting", "sent", "folded", "withdrawn", "dead"]
Language = Literal["zh", "en"]
Minute = Annotated[int, Field(ge=0, lt=1440, description="of the local day")]
Id = Annotated[PlainText, Field(min_length=1, max_length=32)]
# One plain mailbox (RFC 5321 without quoting): nothing of it can start another header.
MAILBOX: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])"
)


class SubscriptionIn(BaseModel):
    """Who wants to be told of what, how, and when not."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    restaurant_id: Id | None = Field(default=None, description="this restaurant's matters")
    station_id: Id | None = Field(default=None, description="this station's")
    district_id: Id | None = Field(
        default=None, description="this district's; none of them: the whole office's"
    )
    label: Annotated[PlainText, Field(min_length=1, max_length=100)]
    channel: Channel
    target: Annotated[str, Field(min_length=3, max_length=2000)]
    language: Language = "zh"
    triggers: Annotated[tuple[Chosen, ...], Field(max_length=11)] = ("alert_upheld",)
    digest: Digest = "none"
    digest_minute: Minute = 8 * 60
    quiet_from: Minute | None = None
    quiet_until: Minute | None = None
    bypass: Bypass = Field(default="critical", description="from here on quiet hours do not hold")
    cooldown_s: Annotated[int, Field(ge=0, le=604_800)] = 1800
    time_zone: TimeZone = "Asia/Shanghai"
    active: bool = True

    @field_validator("label")
    @classmethod
    def _one_line(cls, label: str) -> str:
        text = " ".join(label.split())
        if not text:
            raise ValueError("label must say something")
        return text

    @model_validator(mode="after")
    def _sound(self) -> SubscriptionIn:
        if self.channel == "email" and not MAILBOX.fullmatch(self.target):
            raise ValueError("target must be one e-mail address")
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValueError("quiet_from and quiet_until are given together")
        if sum(map(bool, (self.restaurant_id, self.station_id, self.district_id))) > 1:
            raise ValueError("restaurant_id, station_id and district_id exclude each other")
        if not self.triggers and self.digest == "none":
            raise ValueError("triggers or digest must be chosen")
        return self


class SubscriptionOut(SubscriptionIn):
    """A subscription as it stands; the secret is told once, when it is made."""

    id: str
    created_at: datetime
    place: str = Field(description="name of the place; empty for the office")


class SubscriptionMade(BaseModel):
    """A new subscription; ``secret`` signs its webhooks and is shown this once."""

    subscription: SubscriptionOut
    secret: str | None


class NotificationOut(BaseModel):
    """A message and what became of it."""

    id: str
    subscription_id: str
    label: str
    channel: Channel
    trigger: Trigger
    subject: str
    status: NotificationStatus
    created_at: datetime
    due_at: datetime
    attempts: int
    sent_at: datetime | None
    problem: str


class NotificationsOut(BaseModel):
    """Messages, newest first."""

    items: list[NotificationOut]
