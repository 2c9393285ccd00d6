"""A whole model bundle: one folder, one hash, models that are loaded when they are first asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import torch
from pydantic import TypeAdapter
from torch import nn

from toile.bundles.parts import GENERATOR, Manifest, file_hash, read_manifest, read_tensors
from toile.errors import CheckpointError, ConfigError
from toile.models.memory import Remembered, channels_last
from toile.models.protocols import Encoder, LatentCodec, Network, WordTower

if TYPE_CHECKING:
    from diffusers import UNet2DConditionModel

    from toile.diffusion.sampler import NoiseScheduleConfig
    from toile.models.autoencoder import Autoencoder
    from toile.models.captioner import Captioner
    from toile.models.denoiser import LatentDenoiser
    from toile.models.fashion_encoder import FashionTower
    from toile.models.figure_net import FigureNet
    from toile.models.figure_reader import FigureReader
    from toile.models.garment_inversion import GarmentInversion
    from toile.models.garment_reader import GarmentReader
    from toile.models.garment_words import GarmentWords
    from toile.models.hub_figure_reader import HubFigureReader
    from toile.models.text_encoder import TextEncoder, TextStates
    from toile.models.unifashion import UniFashion
    from toile.models.unifashion_encoder import UniFashionEncoder

EMBEDDED_FOLDER: Final = Path(__file__).parent / "embedded"
EMBEDDED_CANVAS: Final = (256, 192)
"""Height and width of what the embedded denoiser draws, pixels."""
OPENVINO: Final = "openvino"
"""In place of a torch device."""
_REMEMBERED: Final = 64  # texts: the windows of some briefs
_CHECKPOINTS: Final = ("people", GENERATOR)
"""Folders of a bundle that hold checkpoints in their own layouts."""


Model = TypeVar("Model", bound=nn.Module)
Config = TypeVar("Config")


def _validated(schema: type[Config], values: dict[str, Any]) -> Config:
    """A config from what the manifest holds of it."""
    return TypeAdapter(schema).validate_python(values)


@dataclass(frozen=True, kw_only=True, slots=True)
class Generator:
    """The models that draw a picture."""

    text_encoder: WordTower
    autoencoder: LatentCodec
    denoiser: LatentDenoiser
    schedule: NoiseScheduleConfig
    canvas: tuple[int, int]
    """Height and width of what is drawn, pixels."""
    _words: Remembered[TextStates] = field(default_factory=lambda: Remembered(_REMEMBERED))

    def states(self, text: str) -> TextStates:
        """What the text tower says of one text; the last ones are remembered.

        Raises:
            QueryError: it is longer than the tower's window.
        """
        return self._words.get(text, lambda: self.text_encoder.encode([text]))


class Bundle:
    """The models of one folder.

    Attributes:
        folder: where it lies.
        device: where its models run.
        uses_openvino: whether OpenVINO runs the denoiser.
        manifest: its parts and their hashes.
    """

    def __init__(self, folder: Path, device: str) -> None:
        self.folder = folder
        self.uses_openvino = device == OPENVINO
        self.device = torch.device("cpu" if self.uses_openvino else device)
        self.manifest: Manifest = read_manifest(folder)

    @property
    def name(self) -> str:
        """The bundle's name."""
        return self.manifest.name

    @property
    def hash(self) -> str:
        """sha256 of all configs and weights, of checkpoints in `people` and `generator`, too."""
        files = [path for name in _CHECKPOINTS for path in sorted((self.folder / name).rglob("*")) if path.is_file()]
        if not files:
            return self.manifest.hash
        digest = hashlib.sha256(self.manifest.hash.encode())
        for path in files:
            digest.update(f"{path.relative_to(self.folder).as_posix()}:{file_hash(path)}\n".encode())
        return digest.hexdigest()

    @property
    def card(self) -> dict[str, Any]:
        """What is in the bundle, for people: parts with their configs and files."""
        return {name: {"config": part.config, "files": part.files} for name, part in self.manifest.parts.items()}

    @cached_property
    def text_encoder(self) -> TextEncoder:
        """The frozen text tower, which the encoder and the generator share."""
        from toile.models.text_encoder import load_text_encoder

        return load_text_encoder().to(self.device)

    def _filled(self, part: str, build: Callable[[dict[str, Any]], Model]) -> Model:
        """A part's model: built from its config, filled with its weights, frozen, on the bundle's device."""
        weights = read_tensors(self.folder, self.manifest, part)
        model = build(self.manifest.parts[part].config)
        model.load_state_dict(weights)
        model.requires_grad_(requires_grad=False)
        return channels_last(model.eval().to(self.device))

    @cached_property
    def tower(self) -> FashionTower:
        """The trained towers of the encoder.

        Raises:
            CheckpointError: the bundle has none, or its weights are broken.
        """
        from toile.models.fashion_encoder import FashionEncoderConfig, FashionTower

        return self._filled("encoder", lambda config: FashionTower(_validated(FashionEncoderConfig, config)))

    @cached_property
    def encoder(self) -> Encoder:
        """The text-image encoder.

        Raises:
            CheckpointError: the bundle has none, or its weights are broken.
        """
        from toile.models.fashion_encoder import FashionEncoder

        return FashionEncoder(self.tower, self.text_encoder)

    @cached_property
    def autoencoder(self) -> Autoencoder:
        """The autoencoder.

        Raises:
            CheckpointError: the bundle has none, or its weights are broken.
        """
        from toile.models.autoencoder import Autoencoder, AutoencoderConfig

        return self._filled("autoencoder", lambda config: Autoencoder(_validated(AutoencoderConfig, config)))

    @cached_property
    def figure_net(self) -> FigureNet:
        """The network that reads people.

        Raises:
            CheckpointError: the bundle has none, or its weights are broken.
        """
        from toile.models.figure_net import FigureNet, FigureNetConfig

        return self._filled("figure", lambda config: FigureNet(_validated(FigureNetConfig, config)))

    @cached_property
    def figure_reader(self) -> FigureReader | HubFigureReader:
        """Parts and joints of people in photos; by the checkpoints in `people/parser` and `people/pose`, if there.

        Raises:
            CheckpointError: the bundle has none, or its weights are broken.
        """
        people = self.folder / "people"
        if people.is_dir():
            from toile.models.hub_figure_reader import HubFigureReader

            return HubFigureReader(people / "parser", people / "pose", self.device)
        from toile.models.figure_reader import FigureReader

        return FigureReader(self.figure_net)

    @cached_property
    def garment_reader(self) -> GarmentReader:
        """What garments are and how they are cut.

        Raises:
            CheckpointError: the bundle has none, or its weights are broken.
        """
        from toile.models.garment_net import GarmentNet, GarmentNetConfig
        from toile.models.garment_reader import GarmentReader

        return GarmentReader(self._filled("garment", lambda config: GarmentNet(_validated(GarmentNetConfig, config))))

    @cached_property
    def unifashion(self) -> UniFashion:
        """The multimodal encoder.

        Raises:
            CheckpointError: the bundle has none, or its weights are broken.
        """
        from toile.models.unifashion import UniFashion, UniFashionConfig

        return self._filled(
            "unifashion", lambda config: UniFashion(_validated(UniFashionConfig, config), self.text_encoder)
        )

    @cached_property
    def unifashion_encoder(self) -> UniFashionEncoder:
        """The multimodal encoder, ready to embed.

        Raises:
            CheckpointError: the bundle has none, or its weights are broken.
        """
        from toile.models.unifashion_encoder import UniFashionEncoder

        return UniFashionEncoder(self.unifashion, self.text_encoder)

    @cached_property
    def captioner(self) -> Captioner:
        """What writes captions of what the multimodal encoder has seen.

        Raises:
            CheckpointError: the bundle has none, or its weights are broken.
        """
        from toile.models.captioner import CaptionerConfig, embedded_captioner

        return self._filled("captioner", lambda config: embedded_captioner(_validated(CaptionerConfig, config)))

    @cached_property
    def unet(self) -> UNet2DConditionModel:
        """The denoiser's network.

        Raises:
            CheckpointError: the bundle has none, or its weights are broken.
        """
        from toile.models.denoiser import DenoiserConfig, build_unet

        return self._filled("denoiser", lambda config: build_unet(_validated(DenoiserConfig, config["model"])))

    @cached_property
    def generator(self) -> Generator:
        """Text tower, autoencoder and denoiser together; those of a Stable Diffusion in `generator`, if there.

        Raises:
            CheckpointError: one is missing or broken.
        """
        from toile.diffusion.sampler import NoiseScheduleConfig

        if (self.folder / GENERATOR).is_dir():
            from toile.models.stable_diffusion import canvas_of, read_stable_diffusion

            unet, codec, words, schedule = read_stable_diffusion(self.folder / GENERATOR, self.device)
            return Generator(
                denoiser=self._denoiser(unet, "denoiser"),
                text_encoder=words,
                autoencoder=codec,
                schedule=schedule,
                canvas=canvas_of(unet),
            )
        return Generator(
            denoiser=self._denoiser(self.unet, "denoiser"),
            text_encoder=self.text_encoder,
            autoencoder=self.autoencoder,
            schedule=_validated(NoiseScheduleConfig, self.manifest.parts["denoiser"].config["schedule"]),
            canvas=EMBEDDED_CANVAS,
        )

    @cached_property
    def inversion(self) -> GarmentInversion:
        """F_θ, which makes words of garments' pictures.

        Raises:
            CheckpointError: the bundle has none, or its weights are broken.
        """
        from toile.models.garment_inversion import GarmentInversion, GarmentInversionConfig

        return self._filled("inversion", lambda config: GarmentInversion(_validated(GarmentInversionConfig, config)))

    @cached_property
    def garment_words(self) -> GarmentWords:
        """What tells the denoiser of garments' pictures.

        Raises:
            CheckpointError: one of its models is missing or broken, or another denoiser draws than it was made for.
        """
        from toile.models.garment_words import GarmentWords

        words = self.generator.text_encoder
        if (self.folder / GENERATOR).is_dir():
            raise CheckpointError(
                "a Stable Diffusion draws here, and F_θ speaks to the embedded denoiser; leave garments out"
            )
        return GarmentWords(self.inversion, self.unifashion_encoder, words)

    @cached_property
    def few_steps(self) -> LatentDenoiser:
        """The denoiser that draws in four steps, each asking it once.

        Raises:
            CheckpointError: the bundle has none, or its weights are broken.
        """
        from toile.models.few_steps import FewStepsConfig, few_steps_unet

        if (self.folder / GENERATOR).is_dir():
            raise CheckpointError(
                "a Stable Diffusion draws here, and few_steps is not made for it; take another sampler"
            )
        weights = read_tensors(self.folder, self.manifest, "few_steps")
        config = _validated(FewStepsConfig, self.manifest.parts["few_steps"].config)
        unet = channels_last(few_steps_unet(self.unet, config, weights).to(self.device))
        return self._denoiser(unet, "few-steps")

    def _denoiser(self, unet: UNet2DConditionModel, name: str) -> LatentDenoiser:
        """The network as the device runs it; `name` tells those of a bundle apart."""
        from toile.models.denoiser import LatentDenoiser

        if not self.uses_openvino:
            return LatentDenoiser(cast(Network, unet))
        from toile.models.openvino_unet import OpenVinoUnet

        return LatentDenoiser(OpenVinoUnet(unet, key=f"{name}-{self.hash}"))


class HubBundle(Bundle):
    """A transformers CLIP or SigLIP checkpoint folder, used as a bundle that can search but not draw."""

    def __init__(self, folder: Path, device: str) -> None:
        self.folder = folder
        self.device = torch.device(device)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @cached_property
    def encoder(self) -> Encoder:
        """The checkpoint's two towers."""
        from toile.models.hub_encoder import HubEncoder

        return HubEncoder(self.folder, self.device)

    @property
    def hash(self) -> str:
        """The encoder's fingerprint: it is all the bundle holds."""
        return self.encoder.fingerprint

    @property
    def card(self) -> dict[str, Any]:
        """The checkpoint's own config."""
        card: dict[str, Any] = json.loads((self.folder / "config.json").read_text())
        return card

    @cached_property
    def figure_net(self) -> FigureNet:
        """There is none.

        Raises:
            CheckpointError: always.
        """
        raise CheckpointError(
            f"the checkpoint '{self.name}' can search but not see people; use a toile bundle, or put a Segformer and a "
            "VitPose into its folders people/parser and people/pose"
        )

    @cached_property
    def garment_reader(self) -> GarmentReader:
        """There is none.

        Raises:
            CheckpointError: always.
        """
        raise CheckpointError(
            f"the checkpoint '{self.name}' can search but not tell how garments are cut; use a toile bundle"
        )

    @cached_property
    def unifashion(self) -> UniFashion:
        """There is none.

        Raises:
            CheckpointError: always.
        """
        raise CheckpointError(
            f"the checkpoint '{self.name}' can search but not compose pictures with words; use a toile bundle"
        )

    @cached_property
    def captioner(self) -> Captioner:
        """There is none.

        Raises:
            CheckpointError: always.
        """
        raise CheckpointError(f"the checkpoint '{self.name}' can search but not write captions; use a toile bundle")

    @cached_property
    def generator(self) -> Generator:
        """There is none.

        Raises:
            CheckpointError: always.
        """
        raise CheckpointError(f"the checkpoint '{self.name}' can search but not draw; use a toile bundle for designs")


def load_bundle(path: Path | None = None, *, device: str = "cpu") -> Bundle:
    """Open a bundle; its models load when they are first used.

    Args:
        path: folder of a toile bundle or of a transformers CLIP or SigLIP checkpoint; None: the embedded bundle.
        device: a torch device, such as `cpu` or `cuda`; or `openvino`: the CPU, on which OpenVINO runs the denoiser.

    Raises:
        CheckpointError: no bundle in the folder.
        ConfigError: the device isn't there.
    """
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise ConfigError(f"device is {device!r} but torch sees no CUDA device; use 'cpu'")
    folder = path or EMBEDDED_FOLDER
    if not folder.is_dir():
        raise CheckpointError(f"{folder} is not a folder; give the folder of a toile bundle or leave the bundle out")
    config = folder / "config.json"
    if config.is_file() and json.loads(config.read_text()).get("model_type") in {"clip", "siglip"}:
        return HubBundle(folder, device)
    return Bundle(folder, device)
