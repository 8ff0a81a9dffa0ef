"""One self-contained HTML page about a fitted model, to read, to send and to keep."""

from digitwise.report.write import write_report

__all__ = ["write_report"]
