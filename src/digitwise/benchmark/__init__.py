"""Benchmarks: suites of data sets, seeds and methods, run cell by cell, and their report."""

from digitwise.benchmark.board import Board, collect
from digitwise.benchmark.methods import ESTIMATORS, Competitor
from digitwise.benchmark.report import write_benchmark_report
from digitwise.benchmark.results import read_records
from digitwise.benchmark.run import SuiteRun, run_suite
from digitwise.benchmark.suite import Suite
from digitwise.benchmark.suite_file import load_suite, parse_suite
from digitwise.benchmark.suite_parts import Method, References

__all__ = [
    "Method",
    "References",
    "Suite",
    "load_suite",
    "parse_suite",
    "ESTIMATORS",
    "Competitor",
    "SuiteRun",
    "run_suite",
    "read_records",
    "Board",
    "collect",
    "write_benchmark_report",
]
