"""Recipes as files: TOML in, frozen dataclasses out, checked by pydantic in this one place."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from toile.errors import ConfigError

T = TypeVar("T")


class Strict:
    """Base of every config class that files may fill: pydantic then refuses unknown keys."""

    __slots__ = ()
    __pydantic_config__ = ConfigDict(extra="forbid")


def read_toml(path: Path, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """A recipe file with `a.b=value` overrides applied; values are TOML.

    Raises:
        ConfigError: not TOML, or an override can't be read.
    """
    try:
        values = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path.name} can't be read as a recipe: {error}") from error
    return _with_settings(values, overrides)


def read_settings(settings: Sequence[str]) -> dict[str, Any]:
    """`a.b=value` alone; values are TOML.

    Raises:
        ConfigError: one can't be read.
    """
    return _with_settings({}, settings)


def _with_settings(values: dict[str, Any], settings: Sequence[str]) -> dict[str, Any]:
    for override in settings:
        key, equals, text = override.partition("=")
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"--set {override!r}: expected key=value with a TOML value ({error})") from error
        if not equals:
            raise ConfigError(f"--set {override!r}: expected key=value")
        *parents, last = key.strip().split(".")
        table = values
        for parent in parents:
            table = table.setdefault(parent, {})
        table[last] = value
    return values


def build_config(schema: type[T], values: dict[str, Any], *, name: str) -> T:
    """Validate `values` against a dataclass.

    Raises:
        ConfigError: an unknown key, a wrong type or an impossible value, with its dotted place.
    """
    try:
        return TypeAdapter(schema).validate_python(values)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'recipe'}: {problem['msg']}" for problem in error.errors()
        )
        raise ConfigError(f"{name} is not valid: {problems}") from error


def write_resolved(config: object, path: Path) -> None:
    """The config as it was really used, as JSON beside the weights."""
    if not is_dataclass(config) or isinstance(config, type):
        raise TypeError(f"expected a dataclass instance, got {config!r}")
    path.write_text(json.dumps(asdict(config), indent=1, sort_keys=True))
