"""Train UniFashion's multimodal encoder, phase 1: `toile train recipes/unifashion_phase1.toml --data FOLDER`.

Pictures and what is said of them (UniFashion section 3.2.1): wordings that the files bring (plates), or class, colour
and tags where they bring none (photos).

    loss = w_itc * ITC + w_itm * ITM + w_itg * ITG
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from toile.bundles import load_bundle
from toile.catalog.photos import clear_colour, iterate_garments, iterate_street_cutouts, photo_files
from toile.errors import ConfigError
from toile.losses.vision_language import hard_negatives, itc_loss, itg_loss, itm_loss
from toile.models.fashion_encoder import fit_into_square
from toile.models.memory import channels_last
from toile.models.qformer import similarity
from toile.models.text_encoder import TextEncoder, load_text_encoder
from toile.models.unifashion import UniFashion, UniFashionConfig
from toile.progress import Progress
from toile.recipes.captions import phrases_of, without_unseen_nouns
from toile.training.augment import AugmentConfig, augment
from toile.training.cache import Arrays, cached_arrays, joined
from toile.training.config import Strict
from toile.training.loop import LoopConfig, train_loop
from toile.training.sampling import sample_rows

LOSSES: Final = ("itc", "itm", "itg")
_CAPTIONED, _NAMED = range(2)
_STARTS_A_CAPTION: Final = 1  # [unused0] of MiniLM's vocabulary stands where [CLS] would, as [DEC] does in BLIP-2
_STYLE: Final = ", fashion plate"  # what the generator is told of drawings; nobody searches for it


@dataclass(frozen=True, kw_only=True)
class UniFashionRecipe(Strict):
    """Everything that decides the weights besides the data."""

    loop: LoopConfig
    start_from: str = ""
    """Folder of a bundle whose multimodal encoder is trained further."""
    trunk_from: str = "embedded"
    """Else: folder of the bundle whose encoder lends the image network its weights, or `embedded`; empty: none."""
    model: UniFashionConfig = field(default_factory=UniFashionConfig)
    frozen: tuple[str, ...] = ()
    """Patterns of names of parameters that stay as they are, besides MiniLM's: `image.*`, `*.temperature`."""
    losses: dict[str, float] = field(default_factory=lambda: dict.fromkeys(LOSSES, 1.0))
    """How much each counts; one that isn't named is not computed."""
    augment: AugmentConfig = field(
        default_factory=lambda: AugmentConfig(scale=0.15, shift=0.05, rotation_degrees=5.0, brightness=0.15)
    )
    batch_size: int = 48
    photo_share: float = 0.2
    """Share of a batch that is rows without wordings of their own."""
    fullest_share: float = 0.6
    """How often a row is described by its fullest wording; else by any of the others."""
    matching_rows: int = 24
    """Rows of a batch whose matching is asked; each costs three passes of the Q-Former."""
    label_smoothing: float = 0.1


def _rows(path: Path) -> Iterator[tuple[Image.Image, str, tuple[str, ...], int]]:
    """Picture, product, wordings (the fullest first), and whether they are the file's own."""
    if path.name == "garments.parquet":
        for photo in iterate_garments(path, "train"):
            if photo.captions:
                yield photo.image, photo.id, photo.captions, _CAPTIONED
            else:
                colour = clear_colour(photo.colours)
                phrases = tuple(phrases_of(photo.category, colour)) if photo.category != "other" else ()
                # All black trousers are one product as far as their words go.
                yield photo.image, f"{colour} {photo.category}", phrases, _NAMED
    else:
        for cutout in iterate_street_cutouts(path, "train"):
            own = bool(cutout.captions)
            yield cutout.image, cutout.id, cutout.captions or (cutout.caption,), _CAPTIONED if own else _NAMED


def _arrays(path: Path, size: int) -> Arrays:
    rows = [
        (fit_into_square(image, size), product, "\n".join(wordings), source)
        for image, product, wordings, source in _rows(path)
    ]
    images, products, captions, sources = zip(*rows, strict=True)
    return {
        "images": np.stack(images),
        "products": np.array(products),
        "captions": np.array(captions),
        "sources": np.array(sources, np.int64),
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pairs:
    """Pictures and words, row by row."""

    images: Tensor
    """`(B, 3, S, S)`"""
    ids: Tensor
    """`(B, L)`"""
    mask: Tensor
    """`(B, L)`"""
    same: Tensor
    """`(B, B)`, true where two rows show the same product, or say the same."""


class _Trainee(nn.Module):
    """One pass, so that gradients are shared."""

    def __init__(self, encoder: UniFashion, recipe: UniFashionRecipe) -> None:
        super().__init__()
        self.encoder = encoder
        self.recipe = recipe

    def forward(self, pairs: _Pairs, generator: torch.Generator) -> dict[str, Tensor]:
        """The losses that the recipe weighs."""
        recipe, qformer = self.recipe, self.encoder.qformer
        tokens = self.encoder.image_tokens(pairs.images)
        losses: dict[str, Tensor] = {}
        if {"itc", "itm"} & set(recipe.losses):
            pictures = qformer.project_pictures(qformer.read_pictures(tokens)).float()
            words = qformer.project_words(qformer.read_words(pairs.ids, pairs.mask)).float()
            scores, temperature = similarity(pictures, words), qformer.temperature.clamp(0.01, 0.5)
            losses["itc"] = itc_loss(scores, temperature, same=pairs.same, label_smoothing=recipe.label_smoothing)
        if "itm" in recipe.losses:
            losses["itm"] = self._matching(tokens, pairs, scores, generator)
        if "itg" in recipe.losses:
            ids = pairs.ids.clone()
            ids[:, 0] = _STARTS_A_CAPTION
            logits = qformer.caption_logits(tokens, ids, pairs.mask).float()
            losses["itg"] = itg_loss(logits, pairs.ids, pairs.mask, label_smoothing=recipe.label_smoothing)
        return losses

    def _matching(self, tokens: Tensor, pairs: _Pairs, scores: Tensor, generator: torch.Generator) -> Tensor:
        """Right pairs, each text with a picture it is not of, each picture with a text that is not its own."""
        qformer, temperature = self.encoder.qformer, self.encoder.qformer.temperature
        rows = torch.randperm(len(scores), generator=generator)[: self.recipe.matching_rows].to(scores.device)
        texts = hard_negatives(scores, temperature, same=pairs.same, generator=generator)[rows]
        pictures = hard_negatives(scores.T, temperature, same=pairs.same, generator=generator)[rows]
        shown, said = torch.cat([rows, rows, pictures]), torch.cat([rows, texts, rows])
        queries, _ = qformer.read_both(tokens[shown], pairs.ids[said], pairs.mask[said])
        logits = qformer.matching_logits(queries).float()
        return itm_loss(logits[: len(rows)], logits[len(rows) :])


class _UniFashionLoss:
    """The loss of one step."""

    def __init__(self, recipe: UniFashionRecipe, arrays: Arrays, words: TextEncoder) -> None:
        self.recipe, self.arrays, self.words = recipe, arrays, words
        self.captions = [
            [without_unseen_nouns(wording) for wording in str(lines).split("\n") if not wording.endswith(_STYLE)]
            for lines in arrays["captions"]
        ]
        told = np.array([any(wordings) for wordings in self.captions])
        sources = [np.flatnonzero((arrays["sources"] == source) & told) for source in (_CAPTIONED, _NAMED)]
        num_photos = round(recipe.batch_size * recipe.photo_share) if len(sources[1]) else 0
        if not len(sources[0]):
            num_photos = recipe.batch_size
        counts = recipe.batch_size - num_photos, num_photos
        self.sources = [(rows, count) for rows, count in zip(sources, counts, strict=True) if count]

    def _wording(self, row: int, generator: torch.Generator) -> str:
        wordings = self.captions[row]
        if len(wordings) == 1 or torch.rand((), generator=generator) < self.recipe.fullest_share:
            return wordings[0]
        return wordings[1 + int(torch.randint(len(wordings) - 1, (), generator=generator))]

    def _pairs(self, generator: torch.Generator, device: torch.device) -> _Pairs:
        size = self.recipe.model.image_size
        rows = sample_rows(self.sources, generator)
        texts = [self._wording(int(row), generator) for row in rows]
        ids, mask = self.words.tokenize(texts)
        images = torch.from_numpy(self.arrays["images"][rows]).permute(0, 3, 1, 2).float() / 127.5 - 1
        images = augment(images, size, self.recipe.augment, generator)
        products, said = self.arrays["products"][rows], np.array(texts)
        same = (products[:, None] == products) | (said[:, None] == said)
        return _Pairs(
            images=images.to(device, memory_format=torch.channels_last),
            ids=ids.to(device),
            mask=mask.to(device),
            same=torch.from_numpy(same).to(device),
        )

    def __call__(self, module: nn.Module, step: int, generator: torch.Generator) -> Tensor:
        pairs = self._pairs(generator, next(module.parameters()).device)
        losses: dict[str, Tensor] = module(pairs, generator)
        return torch.stack([weight * losses[name] for name, weight in self.recipe.losses.items()]).sum()


def run(
    recipe: UniFashionRecipe, *, data: Sequence[Path], out: Path, minutes: float | None, progress: Progress
) -> UniFashion:
    """Train the multimodal encoder and return its moving average.

    Args:
        recipe: see `UniFashionRecipe`.
        data: folders with garments.parquet and streets.parquet.
        out: folder of checkpoints and cached pictures.
        minutes: time budget; the run can be taken up again.
        progress: watcher.

    Raises:
        ConfigError: the recipe names a loss that there isn't, or freezes parameters that there aren't.
    """
    unknown = sorted(set(recipe.losses) - set(LOSSES))
    if unknown:
        raise ConfigError(f"losses names {', '.join(unknown)}; there are {', '.join(LOSSES)}")
    cache, size = out.parent / "pictures", recipe.model.image_size
    progress("preparing pictures", 0, 1)
    arrays = joined(
        [
            cached_arrays(cache, f"pairs-{size}", photo_files(data, name), lambda path: _arrays(path, size))
            for name in ("garments.parquet", "streets.parquet")
        ]
    )
    progress("preparing pictures", 1, 1)
    words = load_text_encoder()
    torch.manual_seed(recipe.loop.seed)
    encoder = UniFashion(recipe.model, words)
    _load_start(encoder, recipe)
    _freeze(encoder, recipe.frozen)
    trainee = channels_last(_Trainee(encoder, recipe))
    loss = _UniFashionLoss(recipe, arrays, words)
    average = train_loop(trainee, loss, recipe.loop, out=out, minutes=minutes, progress=progress)
    trained = average.encoder
    if not isinstance(trained, UniFashion):
        raise TypeError(f"the loop returned {type(trained)}, expected a UniFashion")
    return trained


def _load_start(encoder: UniFashion, recipe: UniFashionRecipe) -> None:
    """First weights: of a whole encoder, of the first stages of another's image network, or as they were drawn.

    Raises:
        ConfigError: the other network has other sizes.
    """
    source = recipe.start_from or recipe.trunk_from
    if not source:
        return
    bundle = load_bundle(None if source == "embedded" else Path(source))
    try:
        if recipe.start_from:
            encoder.load_state_dict(bundle.unifashion.state_dict())
        else:
            weights = bundle.tower.image.state_dict()
            encoder.image.load_state_dict({name: weights[name] for name in encoder.image.state_dict()})
    except (RuntimeError, KeyError) as error:
        raise ConfigError(f"the networks of {source} and of model.* have other sizes; make them equal") from error


def _freeze(encoder: UniFashion, patterns: Sequence[str]) -> None:
    """Leave the parameters of these names as they are.

    Raises:
        ConfigError: a pattern fits no name.
    """
    for pattern in patterns:
        fitting = [parameter for name, parameter in encoder.named_parameters() if fnmatch(name, pattern)]
        if not fitting:
            raise ConfigError(f"frozen: no parameter is called {pattern!r}")
        for parameter in fitting:
            parameter.requires_grad = False
