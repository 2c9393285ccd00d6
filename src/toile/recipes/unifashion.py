"""Train UniFashion's multimodal encoder: `toile train recipes/unifashion_phase1.toml --data FOLDER`, then phase 2.

Phase 1 (UniFashion section 3.2.1): pictures and what is said of them: wordings that the files bring (plates), or class,
colour and tags where they bring none (photos). Phase 2 (section 3.2.2): a picture and a change in words, against the
picture that it leads to. One sum for both; which losses it has, and what stays frozen, is data:

    loss = w_itc * ITC(C, I) + w_itm * ITM(C, I) + w_itg * ITG                                   Eq. 5 and 6
         + w_lm * LM(C | q_I) + w_q2i * q2I(I | q_I)                                             Eq. 6 to 8
         + w_cir * ITC(R + t, T) + w_cir_caption * ITC(R + t, C_T) + w_cir_itm * ITM(t, T)       Eq. 10
         + w_cir_lm * LM(C_T | q_R) + w_cir_q2i * q2I(T | q_R)                                   Eq. 11 to 13

ITG asks the Q-Former itself to write, as BLIP-2 does; LM is a language model and q2I a denoiser, which read the states
of the queries through an adapter each: of a picture `q_I`, or of a picture and a change `q_R`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final, Protocol, Self

import torch
from torch import Tensor, nn

from toile.bundles import Bundle, load_bundle, write_parts
from toile.errors import ConfigError, DataError
from toile.losses.vision_language import hard_negatives, itc_loss, itg_loss, itm_loss
from toile.models.captioner import Captioner
from toile.models.memory import channels_last
from toile.models.qformer import similarity
from toile.models.query_adapter import QueryAdapter, QueryAdapterConfig
from toile.models.text_encoder import TextEncoder, load_text_encoder
from toile.models.unifashion import UniFashion, UniFashionConfig
from toile.progress import Progress
from toile.recipes.captioner import caption_loss
from toile.recipes.query_drawing import QueryDrawing
from toile.recipes.start import load_start
from toile.recipes.unifashion_data import Changes, ChangeSource, Pairs, PairSource, Words, asked_captions
from toile.training.augment import AugmentConfig
from toile.training.chunks import in_chunks
from toile.training.config import Strict
from toile.training.loop import LoopConfig, train_loop

_OF_PAIRS: Final = ("itc", "itm", "itg", "lm", "q2i")
_OF_CHANGES: Final = ("cir", "cir_caption", "cir_itm", "cir_lm", "cir_q2i")
_WRITTEN, _DRAWN = {"lm", "cir_lm"}, {"q2i", "cir_q2i"}
_STARTS_A_CAPTION: Final = 1  # [unused0] of MiniLM's vocabulary stands where [CLS] would, as [DEC] does in BLIP-2


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
    """Patterns of names of parameters that stay as they are, besides MiniLM's: `image.*`, `captioner.language_model.*`,
    `query_adapter.*`."""
    captioner_from: str = "embedded"
    """Folder of the bundle whose captioner writes, or `embedded`; it is trained along."""
    denoiser_from: str = "embedded"
    """Folder of the bundle whose denoiser draws, or `embedded`; it stays as it is, its adapter is trained."""
    losses: dict[str, float] = field(default_factory=lambda: dict.fromkeys(("itc", "itm", "itg"), 1.0))
    """How much each counts; one that isn't named is not computed."""
    augment: AugmentConfig = field(
        default_factory=lambda: AugmentConfig(scale=0.15, shift=0.05, rotation_degrees=5.0, brightness=0.15)
    )
    batch_size: int = 48
    """Pictures with words, for the losses of phase 1."""
    changes_batch_size: int = 32
    """Pairs that differ in one thing, for the losses of phase 2."""
    photo_share: float = 0.2
    """Share of a batch that is rows without wordings of their own."""
    fullest_share: float = 0.6
    """How often a row is described by its fullest wording; else by any of the others."""
    alike_share: float = 0.5
    """Of the rows with wordings of their own, those that show garments of one category."""
    matching_rows: int = 24
    """Rows of a batch whose matching is asked; each costs three passes of the Q-Former."""
    captioned_rows: int = 48
    """Rows of a batch whose caption is asked; by ITG each costs as much as four passes of the other kinds."""
    drawn_rows: int = 8
    """Rows of a batch that the denoiser draws; each costs a pass of it forth and back."""
    label_smoothing: float = 0.1
    chunk_rows: int = 0
    """Rows whose activations are kept at once in the contrastive passes, see `training.chunks`; 0: all."""


class Trainee(nn.Module):
    """The encoder with what reads it: the losses of one pass, so that gradients are shared."""

    def __init__(
        self,
        encoder: UniFashion,
        recipe: UniFashionRecipe,
        *,
        captioner: Captioner | None = None,
        drawing: QueryDrawing | None = None,
    ) -> None:
        """Parts that no loss of the recipe asks for are None."""
        super().__init__()
        self.encoder = encoder
        self.recipe = recipe
        self.captioner = captioner
        # No module of this one: it is not trained, and belongs to no checkpoint.
        self.drawing = drawing
        self.query_adapter = None if drawing is None else QueryAdapter(adapter_config(recipe))

    def parameters_by_name(self) -> dict[str, nn.Parameter]:
        """As recipes call them: the encoder's without a prefix."""
        return {name.removeprefix("encoder."): parameter for name, parameter in self.named_parameters()}

    def train(self, mode: bool = True) -> Self:
        """As ever, but what is frozen keeps its running statistics, too."""
        super().train(mode)
        for module in self.modules():
            parameters = list(module.parameters())
            if parameters and not any(parameter.requires_grad for parameter in parameters):
                module.eval()
        return self

    def forward(self, pairs: Pairs | None, changes: Changes | None, generator: torch.Generator) -> dict[str, Tensor]:
        """Every loss that the recipe weighs."""
        losses: dict[str, Tensor] = {}
        if pairs is not None:
            losses |= self._of_pairs(pairs, generator)
        if changes is not None:
            losses |= self._of_changes(changes, generator)
        return losses

    def _of_pairs(self, pairs: Pairs, generator: torch.Generator) -> dict[str, Tensor]:
        asked, qformer, losses = self.recipe.losses, self.encoder.qformer, {}
        tokens, states, pictures = in_chunks(self._read, self.recipe.chunk_rows, pairs.images)
        if "itc" in asked or "itm" in asked:
            scores = similarity(pictures, self._words(pairs.words))
            losses["itc"] = self._contrast(scores, pairs.same)
            if "itm" in asked:
                losses["itm"] = self._matching(tokens, pairs.words, scores, pairs.same, generator)
        if "itg" in asked:
            rows = self._some(len(tokens), self.recipe.captioned_rows, generator).to(tokens.device)
            ids, mask, smoothing = pairs.words.ids[rows].clone(), pairs.words.mask[rows], self.recipe.label_smoothing
            ids[:, 0] = _STARTS_A_CAPTION
            logits = qformer.caption_logits(tokens[rows], ids, mask).float()
            losses["itg"] = itg_loss(logits, ids, mask, label_smoothing=smoothing)
        if "lm" in asked:
            losses["lm"] = self._writing(states, pairs.styles, generator)
        if "q2i" in asked:
            losses["q2i"] = self._drawing(states, pairs.images, generator)
        return losses

    def _of_changes(self, changes: Changes, generator: torch.Generator) -> dict[str, Tensor]:
        asked, qformer, losses = self.recipe.losses, self.encoder.qformer, {}
        count = len(changes.references)
        images = torch.cat([changes.targets, changes.references])
        tokens, _, pictures = in_chunks(self._read, self.recipe.chunk_rows, images)
        states, words = qformer.read_both(tokens[count:], changes.sentences.ids, changes.sentences.mask)
        wanted = qformer.project_words(words).float()
        # What is started from is nearest to what is wanted, and wrong: none is a harder negative.
        scores = similarity(pictures, wanted).T  # (wanted, targets and references)
        losses["cir"] = self._contrast(scores, torch.cat([changes.same, torch.zeros_like(changes.same)], dim=1))
        if "cir_caption" in asked:
            losses["cir_caption"] = self._contrast(wanted @ self._words(changes.captions).T, changes.same)
        if "cir_itm" in asked:
            square = scores[:, :count].T  # (targets, wanted)
            losses["cir_itm"] = self._matching(tokens[:count], changes.sentences, square, changes.same, generator)
        if "cir_lm" in asked:
            losses["cir_lm"] = self._writing(states, changes.styles, generator)
        if "cir_q2i" in asked:
            losses["cir_q2i"] = self._drawing(states, changes.targets, generator)
        return losses

    @staticmethod
    def _some(count: int, wanted: int, generator: torch.Generator) -> Tensor:
        return torch.randperm(count, generator=generator)[:wanted]

    def _read(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Tokens of pictures, states of the queries that read them, and these projected."""
        tokens = self.encoder.image_tokens(images)
        states = self.encoder.qformer.read_pictures(tokens)
        return tokens, states, self.encoder.qformer.project_pictures(states).float()

    def _writing(self, states: Tensor, styles: Sequence[Mapping[str, str]], generator: torch.Generator) -> Tensor:
        """Of some of the rows that have captions, one each."""
        if self.captioner is None:
            raise TypeError("the recipe weighs lm or cir_lm, but no captioner was given")
        told = [row for row in range(len(styles)) if styles[row]]
        if not told:
            return states.sum() * 0.0
        rows = [told[place] for place in self._some(len(told), self.recipe.captioned_rows, generator).tolist()]
        asked = asked_captions([styles[row] for row in rows], 1, generator)
        return caption_loss(self.captioner, states[rows], asked)

    def _drawing(self, states: Tensor, targets: Tensor, generator: torch.Generator) -> Tensor:
        """Of some of the rows."""
        if self.drawing is None or self.query_adapter is None:
            raise TypeError("the recipe weighs q2i or cir_q2i, but no denoiser was given")
        rows = self._some(len(states), self.recipe.drawn_rows, generator).to(states.device)
        return self.drawing.loss(self.query_adapter(states[rows]), targets[rows], generator)

    def _words(self, words: Words) -> Tensor:
        (projected,) = in_chunks(self._project_words, self.recipe.chunk_rows, words.ids, words.mask)
        return projected

    def _project_words(self, ids: Tensor, mask: Tensor) -> tuple[Tensor]:
        return (self.encoder.qformer.project_words(self.encoder.qformer.read_words(ids, mask)).float(),)

    def _contrast(self, scores: Tensor, same: Tensor) -> Tensor:
        temperature = self.encoder.qformer.temperature.clamp(0.01, 0.5)
        return itc_loss(scores, temperature, same=same, label_smoothing=self.recipe.label_smoothing)

    def _matching(
        self, tokens: Tensor, words: Words, scores: Tensor, same: Tensor, generator: torch.Generator
    ) -> Tensor:
        """Right pairs, each picture with a text that isn't its own, each text with a picture that isn't.

        Args:
            tokens: of B pictures.
            words: B texts.
            scores: `(B, B)`, pictures and texts.
            same: `(B, B)`, pictures and texts.
            generator: on the CPU.
        """
        qformer, temperature = self.encoder.qformer, self.encoder.qformer.temperature
        # Where everything in a batch may be true of a picture, there is nothing to tell it from.
        able = torch.nonzero(~same.all(1) & ~same.all(0))[:, 0]
        rows = able[self._some(len(able), self.recipe.matching_rows, generator).to(scores.device)]
        if not len(rows):
            return scores.sum() * 0.0
        texts = hard_negatives(scores[rows], temperature, same=same[rows], generator=generator)
        pictures = hard_negatives(scores.T[rows], temperature, same=same.T[rows], generator=generator)
        shown, said = torch.cat([rows, rows, pictures]), words[torch.cat([rows, texts, rows])]
        queries, _ = qformer.read_both(tokens[shown], said.ids, said.mask)
        logits = qformer.matching_logits(queries).float()
        return itm_loss(logits[: len(rows)], logits[len(rows) :])


class DrawsPairs(Protocol):
    """Where batches of pictures and words come from."""

    def draw(self, count: int, words: TextEncoder, augmentation: AugmentConfig, generator: torch.Generator) -> Pairs:
        """So many rows."""


class _UniFashionLoss:
    """The loss of one step."""

    def __init__(
        self, recipe: UniFashionRecipe, pairs: DrawsPairs | None, changes: ChangeSource | None, words: TextEncoder
    ) -> None:
        self.recipe, self.pairs, self.changes, self.words = recipe, pairs, changes, words

    def __call__(self, module: nn.Module, step: int, generator: torch.Generator) -> Tensor:
        """Draw a batch of each source and weigh its losses."""
        recipe, words, device = self.recipe, self.words, next(module.parameters()).device
        pairs = self.pairs and self.pairs.draw(recipe.batch_size, words, recipe.augment, generator).to(device)
        changes = self.changes and self.changes.draw(recipe.changes_batch_size, words, recipe.augment, generator).to(
            device
        )
        losses: dict[str, Tensor] = module(pairs, changes, generator)
        return torch.stack([weight * losses[name] for name, weight in recipe.losses.items()]).sum()


def run(
    recipe: UniFashionRecipe, *, data: Sequence[Path], out: Path, minutes: float | None, progress: Progress
) -> Trainee:
    """Train the multimodal encoder, and what the recipe has beside it; return their moving average.

    Args:
        recipe: see `UniFashionRecipe`.
        data: folders with any of garments.parquet, streets.parquet and captioned.parquet and, for phase 2,
            changes.parquet.
        out: folder of checkpoints and cached pictures.
        minutes: time budget; the run can be taken up again.
        progress: watcher.

    Raises:
        ConfigError: the recipe names a loss that there isn't, or none, or freezes parameters that there aren't.
        DataError: the files that the losses need are missing, or lack something.
    """
    unknown = sorted(set(recipe.losses) - {*_OF_PAIRS, *_OF_CHANGES})
    if unknown or not recipe.losses:
        raise ConfigError(
            f"losses names {', '.join(unknown) or 'none'}; there are {', '.join(_OF_PAIRS + _OF_CHANGES)}"
        )
    cache, size = out.parent / "pictures", recipe.model.image_size
    progress("preparing pictures", 0, 1)
    pairs = changes = None
    if set(recipe.losses) & set(_OF_PAIRS):
        pairs = PairSource(
            data,
            cache,
            size=size,
            photo_share=recipe.photo_share,
            fullest_share=recipe.fullest_share,
            alike_share=recipe.alike_share,
        )
    if set(recipe.losses) & set(_OF_CHANGES):
        changes = ChangeSource(data, cache, size=size)
        if "cir_caption" in recipe.losses and not all(changes.captions):
            raise DataError(
                "changes.parquet has pairs without captions of their targets, which cir_caption compares with; leave "
                "it out of losses"
            )
    progress("preparing pictures", 1, 1)
    words = load_text_encoder()
    torch.manual_seed(recipe.loop.seed)
    encoder = UniFashion(recipe.model, words)
    load_start(
        recipe.start_from,
        recipe.trunk_from,
        whole=lambda bundle: encoder.load_state_dict(bundle.unifashion.state_dict()),
        trunk=encoder.image,
    )
    asked = set(recipe.losses)
    trainee = Trainee(
        encoder,
        recipe,
        captioner=_source(recipe.captioner_from).captioner if asked & _WRITTEN else None,
        drawing=QueryDrawing(_source(recipe.denoiser_from)) if asked & _DRAWN else None,
    )
    loss = _UniFashionLoss(recipe, pairs, changes, words)
    return _trained(trainee, loss, recipe, out=out, minutes=minutes, progress=progress)


def write(folder: Path, trained: Trainee, recipe: UniFashionRecipe) -> None:
    """A bundle of what a run has trained, each part with what the bundle must know of it."""
    found: dict[str, tuple[nn.Module, dict[str, Any]]] = {"unifashion": (trained.encoder, asdict(recipe.model))}
    if trained.captioner is not None:
        found["captioner"] = trained.captioner, _source(recipe.captioner_from).manifest.parts["captioner"].config
    if trained.query_adapter is not None:
        found["query_adapter"] = trained.query_adapter, asdict(trained.query_adapter.config)
    write_parts(folder, found)


def adapter_config(recipe: UniFashionRecipe) -> QueryAdapterConfig:
    """As wide as Q-Former and denoiser are."""
    denoiser = _source(recipe.denoiser_from).manifest.parts["denoiser"].config["model"]
    return QueryAdapterConfig(query_dim=recipe.model.qformer.dim, context_dim=denoiser["context_dim"])


def _source(name: str) -> Bundle:
    return load_bundle(None if name == "embedded" else Path(name))


def train_on_pairs(
    encoder: UniFashion,
    recipe: UniFashionRecipe,
    pairs: DrawsPairs,
    words: TextEncoder,
    *,
    out: Path,
    minutes: float | None,
    progress: Progress,
) -> UniFashion:
    """Train an encoder that has its weights already on pictures with words from anywhere; its moving average.

    Args:
        encoder: trained in place.
        recipe: its losses are of pairs.
        pairs: where batches come from.
        words: the text tower.
        out: folder of checkpoints.
        minutes: time budget; the run can be taken up again.
        progress: watcher.
    """
    loss = _UniFashionLoss(recipe, pairs, None, words)
    return _trained(Trainee(encoder, recipe), loss, recipe, out=out, minutes=minutes, progress=progress).encoder


def _trained(
    trainee: Trainee,
    loss: _UniFashionLoss,
    recipe: UniFashionRecipe,
    *,
    out: Path,
    minutes: float | None,
    progress: Progress,
) -> Trainee:
    _freeze(trainee, recipe.frozen)
    trainee = channels_last(trainee).to(trainee.encoder.places.device)
    average = train_loop(trainee, loss, recipe.loop, out=out, minutes=minutes, progress=progress)
    if not isinstance(average, Trainee):
        raise TypeError(f"the loop returned {type(average)}, expected a Trainee")
    return average


def _freeze(trainee: Trainee, patterns: Sequence[str]) -> None:
    """Leave the parameters of these names as they are.

    Raises:
        ConfigError: a pattern fits no name.
    """
    for pattern in patterns:
        fitting = [parameter for name, parameter in trainee.parameters_by_name().items() if fnmatch(name, pattern)]
        if not fitting:
            raise ConfigError(f"frozen: no parameter is called {pattern!r}")
        for parameter in fitting:
            parameter.requires_grad = False
