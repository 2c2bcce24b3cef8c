"""Every table, gathered so that migrations and relations know them all."""

from api.accounts.models import (
    AttemptRow,
    DeviceRow,
    IdentityRow,
    LinkRow,
    OidcTripRow,
    SessionRow,
    UserRow,
)
from api.alerts.models import AlertRow
from api.analyses.models import AnalysisRow, AnalysisVideoRow
from api.audit import AuditHead, AuditRow
from api.cameras.models import CameraKeyRow, CameraRow, ContactRow, PictureRow, ZoneVersionRow
from api.database import Base
from api.evidence.models import (
    CustodyDay,
    CustodyHead,
    CustodyRow,
    EvidenceRow,
    HoldRow,
    UnblurRow,
)
from api.notifications.models import NotificationRow, SubscriptionRow, WorkerRow
from api.patrols.models import CameraLeaseRow, LookRow, RoundCameraRow, RoundRow
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow, UserRestaurantRow
from api.reviews.models import (
    ClaimRow,
    KnownAnswerRow,
    KnownItemRow,
    KnownShowRow,
    ReviewRow,
    ReviewSeedRow,
)
from api.samples.models import PlanRow, SampleFileRow, SampleMarkRow, SampleReviewRow, SampleRow
from api.thresholds.models import ThresholdRow

__all__ = [
    "AlertRow",
    "AnalysisRow",
    "AnalysisVideoRow",
    "AttemptRow",
    "AuditHead",
    "AuditRow",
    "Base",
    "CameraKeyRow",
    "CameraLeaseRow",
    "CameraRow",
    "ClaimRow",
    "ContactRow",
    "CustodyDay",
    "CustodyHead",
    "CustodyRow",
    "DeviceRow",
    "DistrictRow",
    "EvidenceRow",
    "HoldRow",
    "IdentityRow",
    "KnownAnswerRow",
    "KnownItemRow",
    "KnownShowRow",
    "LinkRow",
    "LookRow",
    "NotificationRow",
    "OidcTripRow",
    "PictureRow",
    "PlanRow",
    "RestaurantRow",
    "ReviewRow",
    "ReviewSeedRow",
    "RoundCameraRow",
    "RoundRow",
    "SampleFileRow",
    "SampleMarkRow",
    "SampleReviewRow",
    "SampleRow",
    "SessionRow",
    "StationRow",
    "SubscriptionRow",
    "ThresholdRow",
    "UnblurRow",
    "UserRestaurantRow",
    "UserRow",
    "WorkerRow",
    "ZoneVersionRow",
]
