"""What Prometheus reads of cases, asked of the database at each scrape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api.accounts.schemas import Person
from api.cases.reading import counts
from api.database import Database
from api.errors import DatabaseBusyError

# It counts for the whole city.
EVERYBODY = Person("metrics", "metrics", "admin")


class CaseCollector(Collector):
    """How many cases are open, overdue and escalated; says nothing while the database is busy."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def describe(self) -> Iterable[Metric]:
        """Named without asking the database."""
        return [_gauge()]

    def collect(self) -> Iterator[Metric]:
        """The figures now."""
        try:
            with self._database.reading() as session:
                told = counts(session, EVERYBODY)
        except DatabaseBusyError:
            return
        gauge = _gauge()
        for status in ("open", "overdue", "escalated"):
            gauge.add_metric([status], told[status])
        yield gauge


def _gauge() -> GaugeMetricFamily:
    return GaugeMetricFamily("brightkitchen_cases", "Cases now", labels=["status"])
