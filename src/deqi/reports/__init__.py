"""Reports: self-contained HTML pages with tables, figures, sources and settings.

| file | idea |
|---|---|
| `html`, `page.html`, `page.css` | a page of sections: tables, figures, prose; nothing fetched |
| `runs`, `one_run` | runs of one patient |
| `trial`, `trial_tables` | a virtual trial beside the published one |
| `trial_baseline`, `trial_forest`, `trial_responders` | its arms at week 0, its differences, its responders |
| `trial_truth`, `trial_shares` | what is true in it; needles, context and natural course |
| `trial_parameters` | the same over an ensemble |
| `trial_blinding`, `trial_adverse` | what patients guess; adverse events |
| `trial_estimands`, `trial_stricta`, `trial_consort` | what it is after; checklists (`consort2025.toml`) |
| `trial_care`, `trial_methods`, `trial_population` | its cautions, its settings, its patients |
| `trial_provenance` | versions, hashes, digests |
| `design` | how many patients a trial needs |
| `validation`, `validation_forest` | findings beside the model |
| `tables`, `figures` | figures in words, and what more than one report shows |
"""

from deqi.reports.html import Drawing, FigureItem, Listing, Prose, Section, Table, write_page
from deqi.reports.one_run import report_run
from deqi.reports.runs import write_report
from deqi.reports.trial import trial_report
from deqi.reports.validation import validation_report

__all__ = [
    "Drawing",
    "FigureItem",
    "Listing",
    "Prose",
    "Section",
    "Table",
    "report_run",
    "trial_report",
    "validation_report",
    "write_page",
    "write_report",
]
