"""Reports: self-contained HTML pages with tables, figures, sources and settings."""

from deqi.reports.gerac import gerac_report
from deqi.reports.html import FigureItem, Table, write_report
from deqi.reports.one_run import report_run

__all__ = ["FigureItem", "Table", "gerac_report", "report_run", "write_report"]
