"""The command line: every verb reads its arguments, calls one function, and prints what came back.

A module a family of verbs; importing it puts its verbs on `app`.
"""

from toile.cli import data, drawing, finding, house, knowing, refining, seeing, training
from toile.cli.app import app

__all__ = ["app", "data", "drawing", "finding", "house", "knowing", "refining", "seeing", "training"]
