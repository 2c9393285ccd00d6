"""`ToilePipeline`: the same sampler and denoiser, at home in diffusers.

    pipe = ToilePipeline.from_pretrained("stable-diffusion-inpainting")
    pipe(Brief(words="red dress", category="Dress", attributes={"collar": "v"}), pose=joints).images[0]

A folder in Stable Diffusion's layout is loaded, and its U-Net widened to 28 channels where it isn't yet. Pictures are
drawn one by one, in step with each other: `callback_on_step_end` sees the whole batch, and picture *i* is bit for bit
the one made alone with its generator.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

import numpy as np
import torch
from diffusers import AutoencoderKL, DiffusionPipeline, SchedulerMixin, UNet2DConditionModel
from diffusers.image_processor import VaeImageProcessor
from diffusers.loaders import StableDiffusionLoraLoaderMixin
from diffusers.pipelines.stable_diffusion import StableDiffusionPipelineOutput
from diffusers.utils.torch_utils import randn_tensor
from PIL import Image
from torch import Tensor
from torch.nn import functional as F
from transformers import CLIPTextModel, CLIPTokenizer

from toile.catalog.briefs import Brief
from toile.diffusion.conditioning import Conditioning, Maps, TokenStream, TokenWindow
from toile.diffusion.sampler import Predict, Region, guided, sampling
from toile.diffusion.windows import NUM_TIMESTEPS, POSE_WINDOWS, schedule_of
from toile.errors import ConfigError
from toile.models.autoencoder import PATCH_SIZE, cells_of
from toile.models.denoiser import LatentDenoiser
from toile.models.stable_diffusion import ClipWords, KlCodec, canvas_of, widened
from toile.vision.pose_maps import pose_heat_maps

Prompt = str | Brief
_ALL_WINDOWS: Final = 0  # the lowest timestep of a prompt that is told throughout


class ToilePipeline(DiffusionPipeline, StableDiffusionLoraLoaderMixin):  # type: ignore[misc]
    """Designs and edits by a Stable Diffusion checkpoint.

    Args:
        vae: of the checkpoint.
        text_encoder: of the checkpoint.
        tokenizer: of the checkpoint.
        unet: of the checkpoint; widened here to the denoiser's spatial input.
        scheduler: any of diffusers; with `mask_image` one that has `alphas_cumprod` and can begin in the middle.
    """

    model_cpu_offload_seq: ClassVar = "text_encoder->unet->vae"
    _callback_tensor_inputs: ClassVar = ["latents"]

    def __init__(
        self,
        vae: AutoencoderKL,
        text_encoder: CLIPTextModel,
        tokenizer: CLIPTokenizer,
        unet: UNet2DConditionModel,
        scheduler: SchedulerMixin,
    ) -> None:
        super().__init__()
        self.register_modules(
            vae=vae, text_encoder=text_encoder, tokenizer=tokenizer, unet=widened(unet), scheduler=scheduler
        )
        self.image_processor = VaeImageProcessor(vae_scale_factor=PATCH_SIZE)
        self._guidance_scale, self._num_timesteps, self._interrupt = 1.0, 0, False

    @property
    def guidance_scale(self) -> float:
        """Of the running call; a callback may change it."""
        return self._guidance_scale

    @property
    def do_classifier_free_guidance(self) -> bool:
        """Whether the network is asked without words, too."""
        return self._guidance_scale > 1

    @property
    def num_timesteps(self) -> int:
        """Steps of the running call."""
        return self._num_timesteps

    @property
    def interrupt(self) -> bool:
        """Set `_interrupt` in a callback to stop: what has been drawn so far is returned."""
        return self._interrupt

    @torch.no_grad()
    def __call__(
        self,
        prompt: Prompt | Sequence[Prompt],
        *,
        schedule: str = "hierarchical",
        negative_prompt: str = "",
        image: Image.Image | Tensor | None = None,
        mask_image: Image.Image | Tensor | None = None,
        start: int = NUM_TIMESTEPS - 1,
        pose: Tensor | Sequence[Sequence[float]] | None = None,
        pose_window: str = "always",
        sketch: Image.Image | None = None,
        height: int | None = None,
        width: int | None = None,
        num_inference_steps: int = 20,
        guidance_scale: float = 7.5,
        num_images_per_prompt: int = 1,
        generator: torch.Generator | list[torch.Generator] | None = None,
        latents: Tensor | None = None,
        output_type: str = "pil",
        return_dict: bool = True,
        callback_on_step_end: Callable[..., dict[str, Any]] | None = None,
        callback_on_step_end_tensor_inputs: Sequence[str] = ("latents",),
    ) -> StableDiffusionPipelineOutput | tuple[Any, None]:
        """Draw pictures.

        Args:
            prompt: words, or briefs whose attributes are told one after the other; one a picture.
            schedule: of `diffusion.windows.schedule_of`, for briefs.
            negative_prompt: what guidance leads away from.
            image: a picture of which `mask_image` is drawn anew.
            mask_image: white where it is drawn anew.
            start: the timestep at which a region begins, see `diffusion.windows.edit_start`.
            pose: COCO-18 `(18, 3)`: x, y in pixels of the output, confidence.
            pose_window: of `diffusion.windows.POSE_WINDOWS`.
            sketch: dark lines on light paper, seen in the first fifth of the steps.
            height: of the output, pixels, a multiple of 8; None: the checkpoint's.
            width: as `height`; None: three quarters of the checkpoint's height.
            num_inference_steps: of the scheduler.
            guidance_scale: 1 is no guidance.
            num_images_per_prompt: pictures a prompt.
            generator: one for all pictures, or one each.
            latents: `(B, 4, h, w)` to start from; None: drawn from the generators.
            output_type: `pil`, `np`, `pt` or `latent`.
            return_dict: False: a tuple.
            callback_on_step_end: `(pipeline, index, timestep, tensors) -> tensors`, after each step of the whole batch.
            callback_on_step_end_tensor_inputs: `latents`.

        Raises:
            ConfigError: arguments that don't go together.
            QueryError: a prompt is longer than the tower's window.
        """
        prompts = [prompt] if isinstance(prompt, Prompt) else list(prompt)
        height, width = self._size(height, width)
        self._check(image, mask_image, schedule, pose_window, callback_on_step_end_tensor_inputs)
        self._guidance_scale, self._interrupt = guidance_scale, False
        device, count = self._execution_device, len(prompts) * num_images_per_prompt
        generators = _each(generator, count)
        words, codec = ClipWords(self.text_encoder, self.tokenizer, device), KlCodec(self.vae)
        empty = _stream(words, negative_prompt)
        maps, region = self._seen(codec, image, mask_image, start, pose, sketch, (height, width))
        told = [
            Conditioning(
                windows=_windows(words, one, schedule), empty=empty, maps=maps, pose_below=POSE_WINDOWS[pose_window]
            )
            for one in prompts
            for _ in range(num_images_per_prompt)
        ]
        shape = (count, codec.latent_channels, height // PATCH_SIZE, width // PATCH_SIZE)
        if latents is None:
            latents = randn_tensor(shape, generator=generator, device=device, dtype=self.unet.dtype)
        latents = self._denoised(
            latents.to(device), told, region, num_inference_steps, generators, callback_on_step_end
        )
        pictures: Any = latents
        if output_type != "latent":
            decoded = torch.cat([codec.decode(row[None]) for row in latents])
            pictures = self.image_processor.postprocess(decoded, output_type=output_type)
        self.maybe_free_model_hooks()
        if not return_dict:
            return pictures, None
        return StableDiffusionPipelineOutput(images=pictures, nsfw_content_detected=None)

    def _denoised(
        self,
        latents: Tensor,
        told: Sequence[Conditioning],
        region: Region | None,
        steps: int,
        generators: Sequence[torch.Generator | None],
        callback: Callable[..., dict[str, Any]] | None,
    ) -> Tensor:
        """All pictures, each by a scheduler of its own, in step."""
        takes_noise = "generator" in inspect.signature(self.scheduler.step).parameters
        loops = [
            sampling(
                self._predict(conditioning),
                row[None],
                solver=type(self.scheduler).from_config(self.scheduler.config),
                steps=steps,
                region=region,
                generator=own if takes_noise else None,
            )
            for row, conditioning, own in zip(latents, told, generators, strict=True)
        ]
        batch = [next(loop) for loop in loops]
        self._num_timesteps = batch[0].num_steps
        with self.progress_bar(total=self._num_timesteps) as bar:
            while True:
                latents = torch.cat([step.x_t for step in batch])
                if callback is not None:
                    given = callback(self, batch[0].index, batch[0].timestep, {"latents": latents})
                    latents = given.get("latents", latents)
                bar.update()
                if self._interrupt or batch[0].index + 1 == self._num_timesteps:
                    return latents
                batch = [loop.send(row[None]) for loop, row in zip(loops, latents, strict=True)]

    def _predict(self, conditioning: Conditioning) -> Predict:
        denoiser = LatentDenoiser(self.unet)
        # Read at every step: a callback may change it.
        return lambda x_t, timestep: guided(denoiser, x_t, timestep, conditioning, self._guidance_scale)

    def _seen(
        self,
        codec: KlCodec,
        image: Image.Image | Tensor | None,
        mask_image: Image.Image | Tensor | None,
        start: int,
        pose: Tensor | Sequence[Sequence[float]] | None,
        sketch: Image.Image | None,
        size: tuple[int, int],
    ) -> tuple[Maps, Region | None]:
        """What lies beside the latents, and what is drawn anew."""
        height, width = size
        like = {"device": self._execution_device, "dtype": self.unet.dtype}
        cells = around = heat = lines = None
        region = None
        if image is not None and mask_image is not None:
            picture = self.image_processor.preprocess(image, height=height, width=width).to(**like)
            mask = VaeImageProcessor(do_normalize=False, do_binarize=True, do_convert_grayscale=True).preprocess(
                mask_image, height=height, width=width
            )
            cells = cells_of(mask.float()).to(**like)
            around = codec.encode_around(picture, cells)
            region = Region(x_0=codec.encode(picture), cells=cells, begin=start)
        if pose is not None:
            joints = torch.as_tensor(np.array(pose), dtype=torch.float32)
            heat = pose_heat_maps(joints[None], image_size=size, map_size=(height // PATCH_SIZE, width // PATCH_SIZE))
        if sketch is not None:
            paper = np.asarray(sketch.convert("L").resize((width, height), Image.Resampling.BOX), np.float32) / 255
            lines = F.max_pool2d(1 - torch.from_numpy(paper)[None, None], PATCH_SIZE)
        return Maps(
            mask=cells,
            masked_latents=around,
            pose=None if heat is None else heat.to(**like),
            sketch=None if lines is None else lines.to(**like),
        ), region

    def _size(self, height: int | None, width: int | None) -> tuple[int, int]:
        own = canvas_of(self.unet)
        size = own[0] if height is None else height, own[1] if width is None else width
        if size[0] % PATCH_SIZE or size[1] % PATCH_SIZE:
            raise ConfigError(f"height and width are {size[0]} and {size[1]}, expected multiples of {PATCH_SIZE}")
        return size

    @staticmethod
    def _check(image: object, mask: object, schedule: str, pose_window: str, tensors: Sequence[str]) -> None:
        if (image is None) != (mask is None):
            raise ConfigError("image and mask_image go together: a picture, and white where it is drawn anew")
        schedule_of(schedule)
        if pose_window not in POSE_WINDOWS:
            raise ConfigError(f"pose_window is {pose_window!r}, expected one of {', '.join(POSE_WINDOWS)}")
        unknown = sorted(set(tensors) - set(ToilePipeline._callback_tensor_inputs))
        if unknown:
            raise ConfigError(f"callback_on_step_end_tensor_inputs names {', '.join(unknown)}; there is: latents")


def _stream(words: ClipWords, text: str) -> TokenStream:
    states = words.encode([text])
    return TokenStream(tokens=states.tokens, mask=states.mask)


def _windows(words: ClipWords, prompt: Prompt, schedule: str) -> tuple[TokenWindow, ...]:
    if isinstance(prompt, str):
        return (TokenWindow(t_high=NUM_TIMESTEPS - 1, t_low=_ALL_WINDOWS, stream=_stream(words, prompt)),)
    return tuple(
        TokenWindow(t_high=window.t_high, t_low=window.t_low, stream=_stream(words, window.text))
        for window in prompt.windows(schedule_of(schedule))
    )


def _each(generator: torch.Generator | list[torch.Generator] | None, count: int) -> list[torch.Generator | None]:
    if isinstance(generator, list):
        if len(generator) != count:
            raise ConfigError(f"{len(generator)} generators were given for {count} pictures; give one each, or one")
        return list(generator)
    return [generator] * count
