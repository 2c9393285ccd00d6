"""Benchmarks: data, a task and metrics make a report."""

from toile.evaluation.benchmarks import evaluate
from toile.evaluation.report import Report

__all__ = ["Report", "evaluate"]
