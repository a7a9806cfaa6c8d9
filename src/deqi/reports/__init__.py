"""Reports: self-contained HTML pages with figures, sources and settings."""

from deqi.reports.pages import gerac_report, report_run

__all__ = ["gerac_report", "report_run"]
