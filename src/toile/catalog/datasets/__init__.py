"""Readers of public data sets in the layouts that they come in."""

from toile.catalog.datasets.check import Check, Finding, check_dataset
from toile.catalog.datasets.reader import Reader
from toile.catalog.datasets.registry import READERS, open_dataset
from toile.catalog.datasets.rows import DataRow, DesignExample, Fault, FaultKind, Triplet, TryOnPair

__all__ = [
    "READERS",
    "Check",
    "DataRow",
    "DesignExample",
    "Fault",
    "FaultKind",
    "Finding",
    "Reader",
    "Triplet",
    "TryOnPair",
    "check_dataset",
    "open_dataset",
]
