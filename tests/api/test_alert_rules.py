"""Properties of fingerprints and cursors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from api.alerts.rules import fingerprint
from api.pages import decode_cursor, encode_cursor
from tests.factories import make_alert

STARTED_AT = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
ALERT = make_alert(started_at=STARTED_AT)
zones = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))


@given(zones)
def test_the_zone_in_which_a_time_is_written_does_not_matter(zone: timezone) -> None:
    written = ALERT.model_copy(update={"started_at": STARTED_AT.astimezone(zone)})
    assert fingerprint(written) == fingerprint(ALERT)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "started_at": st.datetimes(timezones=st.just(UTC)),
            "confidence": st.floats(0, 1),
            "subjects": st.integers(1, 1000),
            "zone": st.text(min_size=1),
            "rule": st.sampled_from(["missing_hat", "pest_rodent"]),
        },
    )
)
def test_any_other_content_has_another_fingerprint(changes: dict[str, object]) -> None:
    changed = ALERT.model_copy(update=changes)
    assert (fingerprint(changed) == fingerprint(ALERT)) == (changed == ALERT)


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_cursor_leads_back_to_its_place(at: datetime, item_id: UUID) -> None:
    assert decode_cursor(encode_cursor(at, item_id)) == (at, item_id)
