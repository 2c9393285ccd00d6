"""Train the captioner: `toile train recipes/captioner.toml --data FOLDER`, after phase 1 of `unifashion`.

The Q-Former stays as it is; the adapter and the language model learn to write what its queries have seen, in the style
that an instruction asks for (UniFashion section 3.2.1, L_ITG). Styles are those of the files (plates); photos have
titles and lists of attributes only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from toile.bundles import load_bundle
from toile.catalog.styles import STYLES
from toile.errors import DataError
from toile.losses.vision_language import itg_loss
from toile.models.captioner import Captioner, CaptionerConfig, embedded_captioner, train_tokenizer
from toile.models.unifashion import UniFashion
from toile.progress import Progress
from toile.recipes.unifashion_data import AskedCaptions, PairSource, asked_captions
from toile.training.augment import AugmentConfig
from toile.training.config import Strict
from toile.training.loop import LoopConfig, train_loop


@dataclass(frozen=True, kw_only=True, slots=True)
class CaptionerRecipe(Strict):
    """Everything that decides the weights besides the data."""

    loop: LoopConfig
    unifashion_from: str = "embedded"
    """Folder of the bundle whose Q-Former is read, or `embedded`."""
    model: CaptionerConfig = field(default_factory=CaptionerConfig)
    augment: AugmentConfig = field(
        default_factory=lambda: AugmentConfig(scale=0.15, shift=0.05, rotation_degrees=5.0, brightness=0.15)
    )
    batch_size: int = 48
    captions_a_picture: int = 2
    """Captions of a picture in one step, each in a style of its own: reading pictures costs more than writing."""
    photo_share: float = 0.4


class _CaptionLoss:
    """The loss of one step; the encoder is no part of what is trained."""

    def __init__(self, recipe: CaptionerRecipe, pairs: PairSource, encoder: UniFashion) -> None:
        self.recipe, self.pairs, self.encoder = recipe, pairs, encoder

    def __call__(self, module: nn.Module, step: int, generator: torch.Generator) -> Tensor:
        recipe, device = self.recipe, next(module.parameters()).device
        self.encoder.to(device)
        images, styles = self.pairs.draw_styled(recipe.batch_size, recipe.augment, generator)
        with torch.no_grad():
            tokens = self.encoder.image_tokens(images.to(device, memory_format=torch.channels_last))
            queries = self.encoder.qformer.read_pictures(tokens)
        asked = asked_captions(styles, recipe.captions_a_picture, generator)
        loss: Tensor = module(queries, asked)
        return loss


class _Trainee(nn.Module):
    """One pass, so that gradients are shared."""

    def __init__(self, captioner: Captioner) -> None:
        super().__init__()
        self.captioner = captioner

    def forward(self, queries: Tensor, asked: AskedCaptions) -> Tensor:
        return caption_loss(self.captioner, queries, asked)


def caption_loss(captioner: Captioner, queries: Tensor, asked: AskedCaptions) -> Tensor:
    """`L_ITG` through the language model (UniFashion Eq. 6 and 11): the words of the captions, not of instructions.

    Args:
        captioner: the language model with its adapter.
        queries: `(B, num_queries, query_dim)` states of the Q-Former.
        asked: what is to be written of which of them.
    """
    texts = captioner.tokenize(asked.instructions, asked.captions)
    ids, mask, answers = (part.to(queries.device) for part in texts)
    logits = captioner.logits(queries[asked.rows.to(queries.device)], ids, mask)
    return itg_loss(logits.float(), ids, answers)


def run(
    recipe: CaptionerRecipe, *, data: Sequence[Path], out: Path, minutes: float | None, progress: Progress
) -> Captioner:
    """Train the captioner and return its moving average.

    Args:
        recipe: see `CaptionerRecipe`.
        data: folders with garments.parquet and streets.parquet.
        out: folder of checkpoints and cached pictures.
        minutes: time budget; the run can be taken up again.
        progress: watcher.

    Raises:
        DataError: no row of the files has a caption in any style.
        CheckpointError: the bundle has no multimodal encoder.
    """
    bundle = load_bundle(None if recipe.unifashion_from == "embedded" else Path(recipe.unifashion_from))
    encoder = bundle.unifashion
    progress("preparing pictures", 0, 1)
    size = encoder.config.image_size
    pairs = PairSource(data, out.parent / "pictures", size=size, photo_share=recipe.photo_share)
    progress("preparing pictures", 1, 1)
    texts = [caption for told in pairs.styles for caption in told.values()]
    if not texts:
        raise DataError("no row has captions in a style; draw some with `toile plates --packed`")
    torch.manual_seed(recipe.loop.seed)
    captioner = embedded_captioner(recipe.model)
    asked = [f"{instruction}:" for wordings in STYLES.values() for instruction in wordings]
    captioner.tokenizer = train_tokenizer([*asked, *(f" {text}" for text in texts)], recipe.model.vocab_size)
    average = train_loop(
        _Trainee(captioner),
        _CaptionLoss(recipe, pairs, encoder),
        recipe.loop,
        out=out,
        minutes=minutes,
        progress=progress,
    )
    trained = average.captioner
    if not isinstance(trained, Captioner):
        raise TypeError(f"the loop returned {type(trained)}, expected a Captioner")
    return trained
