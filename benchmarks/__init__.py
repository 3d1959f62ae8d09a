"""Measures the app, each figure beside its ceiling: `.venv/bin/python -m benchmarks`."""
