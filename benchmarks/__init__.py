"""Benchmarks: one module per benchmark, each measured against a bar; `python -m benchmarks` runs them all."""
