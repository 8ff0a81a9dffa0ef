"""Run a benchmark suite, or write its report.

    python benchmarks/run.py benchmarks/suites/first.toml --data ../shared/data \\
        --out benchmarks/results/first.jsonl
    python benchmarks/run.py benchmarks/suites/first.toml --out benchmarks/results/first.jsonl \\
        --report benchmarks/REPORT.md

Where the package is installed, ``digitwise bench`` does the same, and both at once.
"""

from digitwise.benchmark.command import main

if __name__ == "__main__":
    raise SystemExit(main())
