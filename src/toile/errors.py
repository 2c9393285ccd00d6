"""The exceptions that toile raises for what comes from outside; programmer mistakes stay `ValueError` and `TypeError`.

Every message says what came, what was expected, and what to do. The command line turns a `ToileError`
into its message on stderr and into `exit_code`.
"""

from __future__ import annotations


class ToileError(Exception):
    """Base of all errors a user can cause and mend."""

    exit_code = 1


class ConfigError(ToileError):
    """A recipe or a setting is wrong: unknown key, impossible value."""

    exit_code = 2


class DataError(ToileError):
    """A source, a picture or a record can't be used."""

    exit_code = 3


class QueryError(ToileError):
    """A search, a prompt or a filter can't be understood."""

    exit_code = 4


class RetrievalIndexError(ToileError):
    """An index is missing, locked, half-written, or was made by another encoder."""

    exit_code = 5


class CheckpointError(ToileError):
    """A bundle or a checkpoint is missing, corrupted, or doesn't fit the model."""

    exit_code = 6


class EndpointError(ToileError):
    """A language model's endpoint is down, too slow, or answers garbage."""

    exit_code = 7
