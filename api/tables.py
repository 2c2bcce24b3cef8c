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
from api.appeals.models import AppealFileRow, AppealRow
from api.audit import AuditHead, AuditRow
from api.cameras.models import (
    CameraKeyRow,
    CameraRow,
    ContactRow,
    PictureRow,
    TenureRow,
    WantRow,
    WatchRow,
    ZoneVersionRow,
)
from api.cards.models import CardRow
from api.cases.models import (
    CaseActionRow,
    CaseAlertRow,
    CaseFileRow,
    CaseRow,
    LookBackRow,
    OrderRow,
)
from api.database import Base
from api.evidence.models import (
    CustodyDay,
    CustodyHead,
    CustodyRow,
    EvidenceRow,
    HoldRow,
    UnblurRow,
)
from api.exposures.models import ExposureDayRow, ExposureRow
from api.imports.models import ImportNumberRow, ImportRow
from api.inspections.models import AnswerRow, CampaignRow, FindingRow, VisitFileRow, VisitRow
from api.notes.models import NoteRow
from api.notifications.models import NotificationRow, SubscriptionRow, WorkerRow
from api.patrols.models import CameraLeaseRow, LookRow, RoundCameraRow, RoundRow
from api.policy.models import PolicyRow
from api.reports.models import ReportRow
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
from api.scores.models import DistrictRateRow, ScoreDayRow
from api.sheets.models import SheetAdditionRow, SheetRow
from api.stats.models import AlertCountRow, CountOffsetRow
from api.thresholds.models import ThresholdRow

__all__ = [
    "AlertCountRow",
    "AlertRow",
    "AnalysisRow",
    "AnalysisVideoRow",
    "AnswerRow",
    "AppealFileRow",
    "AppealRow",
    "AttemptRow",
    "AuditHead",
    "AuditRow",
    "Base",
    "CameraKeyRow",
    "CameraLeaseRow",
    "CameraRow",
    "CampaignRow",
    "CardRow",
    "CaseActionRow",
    "CaseAlertRow",
    "CaseFileRow",
    "CaseRow",
    "ClaimRow",
    "ContactRow",
    "CountOffsetRow",
    "CustodyDay",
    "CustodyHead",
    "CustodyRow",
    "DeviceRow",
    "DistrictRateRow",
    "DistrictRow",
    "EvidenceRow",
    "ExposureDayRow",
    "ExposureRow",
    "FindingRow",
    "HoldRow",
    "IdentityRow",
    "ImportNumberRow",
    "ImportRow",
    "KnownAnswerRow",
    "KnownItemRow",
    "KnownShowRow",
    "LinkRow",
    "LookBackRow",
    "LookRow",
    "NoteRow",
    "NotificationRow",
    "OidcTripRow",
    "OrderRow",
    "PictureRow",
    "PlanRow",
    "PolicyRow",
    "ReportRow",
    "RestaurantRow",
    "ReviewRow",
    "ReviewSeedRow",
    "RoundCameraRow",
    "RoundRow",
    "SampleFileRow",
    "SampleMarkRow",
    "SampleReviewRow",
    "SampleRow",
    "ScoreDayRow",
    "SessionRow",
    "SheetAdditionRow",
    "SheetRow",
    "StationRow",
    "SubscriptionRow",
    "TenureRow",
    "ThresholdRow",
    "UnblurRow",
    "UserRestaurantRow",
    "UserRow",
    "VisitFileRow",
    "VisitRow",
    "WantRow",
    "WatchRow",
    "WorkerRow",
    "ZoneVersionRow",
]
