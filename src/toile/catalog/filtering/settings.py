"""What a filter run is asked to do. The numbers are tables of defaults, each with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal, cast

from toile.errors import ConfigError

Scale = Literal["raw", "percentile", "calibrated"]
Method = Literal["none", "global", "quantile", "mismatch", "discovery", "mixture"]
SCALES: Final = ("raw", "percentile", "calibrated")
METHODS: Final = ("none", "global", "quantile", "mismatch", "discovery", "mixture")
ADAPTIVE: Final[tuple[Method, ...]] = ("quantile", "mismatch", "discovery", "mixture")
SOFTNESS: Final = {"raw": 0.02, "percentile": 0.05, "calibrated": 0.67}
"""Width of the soft step on each scale; 0.02 in cosines of an encoder whose mismatches spread by 0.03 is 0.67."""
_CALIBRATED_ONLY: Final = ("mismatch", "discovery", "mixture")


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleSettings:
    """What a record must be before its words are looked at. None switches a rule off."""

    min_side_px: int | None = 128
    """Shorter side. DataComp's basic filter asks 200; the models here read 192 and draw 192 wide."""
    max_aspect: float | None = 3.0
    """Longer side over shorter (DataComp)."""
    min_words: int = 1
    """Of a caption. DataComp asks for more than two and for English, which would drop `red kimono` and every other
    language."""
    max_persons: int | None = 1
    """Judged where a record says how many persons it shows, or where `look` is on."""
    min_body: float | None = 0.5
    """Share of the twelve body joints seen, in [0, 1]; judged where a record has one pose, or where `look` is on."""
    min_person_share: float | None = 0.02
    """Share of the picture that is a person; judged where a record carries a person mask or a label map, or where
    `look` is on."""
    look: bool = False
    """Look at the pictures: count people, find their joints, and hold the words' garments and colours against what is
    seen. A fifth of a second a picture on two cores."""
    max_unseen: float | None = 0.5
    """Share of the garments that the words name and nobody sees; judged where `look` is on."""
    max_miscoloured: float | None = 0.5
    """Share of the named colours that are others; judged where `look` is on."""
    max_hash_bits: int | None = 4
    """Near-duplicate by perceptual hash: at most so many of its 64 bits differ, and the colours agree."""
    min_cosine: float | None = 0.999
    """Near-duplicate by embedding. Measured with the embedded encoder: the same photo saved again as a small JPEG has
    0.9996 or more, drawings that differ in one attribute only reach 0.9987."""

    def __post_init__(self) -> None:
        if self.max_aspect is not None and self.max_aspect < 1:
            raise ConfigError(f"the largest aspect is {self.max_aspect}; it is longer side over shorter, so 1 or more")
        for name in ("min_body", "min_person_share", "max_unseen", "max_miscoloured"):
            _check_share(name, getattr(self, name))
        if self.max_hash_bits is not None and not 0 <= self.max_hash_bits <= 7:
            raise ConfigError(f"a perceptual hash may differ in {self.max_hash_bits} bits; expected 0 to 7")
        if self.min_cosine is not None and not 0.95 <= self.min_cosine <= 1:
            raise ConfigError(f"near-duplicates from cosine {self.min_cosine}; expected 0.95 to 1")


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreSettings:
    """How the text-image score of a record decides."""

    method: Method = "mixture"
    scale: Scale = "calibrated"
    """What `tau` is a number of, and on which values `quantile` works: `raw` cosines; `percentile` of all scored
    records in [0, 1]; `calibrated`, how many spreads a score lies above those of mismatched pairs of its domain."""
    tau: float | None = None
    """Least score on `scale`, for `global`; least calibrated score, for `mismatch` (1.645: one mismatch in twenty)."""
    keep_share: float = 0.75
    """For `quantile`: the share of each domain that stays."""
    false_share: float = 0.1
    """For `discovery`: the share of mismatches among what stays, at most."""
    posterior: float = 0.5
    """For `mixture`: the least probability that a pair is a match."""
    shrinkage: float = 20.0
    """Rows that the pooled value counts for, where a domain's own is shrunken towards it."""
    min_rows: int = 16
    """A domain with fewer rows has no calibration of its own: it uses the pooled one, and the audit says so."""
    min_kept: int = 8
    """An adaptive method never keeps fewer of a domain that has as many."""
    soft: bool = False
    """Drop nothing for its score; weigh it instead."""

    def __post_init__(self) -> None:
        if self.method in _CALIBRATED_ONLY and self.scale != "calibrated":
            raise ConfigError(f"the method {self.method} works on the calibrated scale, not on {self.scale}")
        if self.soft and self.method == "none":
            raise ConfigError("soft weights need a threshold to weigh by; choose a method other than none")
        if self.method == "global" and self.tau is None:
            raise ConfigError(f"a global threshold needs its value: say --tau NUMBER, on the {self.scale} scale")
        if self.tau is not None and self.method not in ("global", "mismatch"):
            raise ConfigError(f"--tau is for the methods global and mismatch; {self.method} finds its own")
        if self.tau is not None and self.method == "global" and self.scale == "percentile":
            _check_share("tau on the percentile scale", self.tau)
        for name in ("keep_share", "false_share", "posterior"):
            _check_share(name, getattr(self, name))


@dataclass(frozen=True, kw_only=True, slots=True)
class FilterSettings:
    """One run's settings.

    Attributes:
        domain: the column whose values are the domains; None: all records are one domain.
        refine: whether pairs are scored by what the knowledge base makes of their words, where they name its garments.
    """

    domain: str | None = None
    refine: bool = False
    rules: RuleSettings = field(default_factory=RuleSettings)
    score: ScoreSettings = field(default_factory=ScoreSettings)


def read_score_settings(method: str, scale: str, **values: Any) -> ScoreSettings:  # noqa: ANN401 - fields of the result
    """Settings from names that came from outside.

    Raises:
        ConfigError: no such method or scale, or values that don't go with them.
    """
    if method not in METHODS:
        raise ConfigError(f"there is no method {method!r}; choose one of {', '.join(METHODS)}")
    if scale not in SCALES:
        raise ConfigError(f"there is no score scale {scale!r}; choose one of {', '.join(SCALES)}")
    return ScoreSettings(method=cast(Method, method), scale=cast(Scale, scale), **values)


def _check_share(name: str, value: float | None) -> None:
    if value is not None and not 0 <= value <= 1:
        raise ConfigError(f"{name} is {value}; expected a share in [0, 1]")
