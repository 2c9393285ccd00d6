"""What users of diffusers' pipelines expect of one, after diffusers' own generic pipeline tests."""

from __future__ import annotations

import inspect
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import DiffusionPipeline, DPMSolverMultistepScheduler, EulerDiscreteScheduler, PNDMScheduler
from peft import LoraConfig, get_peft_model_state_dict
from PIL import Image, ImageDraw

from checkpoints import write_stable_diffusion
from toile.catalog.briefs import Brief
from toile.errors import ConfigError, QueryError
from toile.pipeline import ToilePipeline
from toile.vision.croquis import CROQUIS

BRIEF = Brief(words="red dress", category="Dress", attributes={"collar": "v", "hem": "flat"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_stable_diffusion(tmp_path_factory.mktemp("sd"), 9)


@pytest.fixture
def pipe(folder: Path) -> ToilePipeline:
    loaded = ToilePipeline.from_pretrained(folder)
    loaded.set_progress_bar_config(disable=True)
    return loaded


def _seeded(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def _drawn(pipe: ToilePipeline, prompt="red dress", **arguments) -> np.ndarray:
    arguments = {"num_inference_steps": 3, "output_type": "np", "generator": _seeded(0)[0], **arguments}
    return pipe(prompt, **arguments).images


def test_it_has_the_arguments_that_pipelines_have():
    expected = {
        "prompt", "negative_prompt", "height", "width", "num_inference_steps", "guidance_scale", "generator", "latents",
        "num_images_per_prompt", "output_type", "return_dict", "callback_on_step_end", "image", "mask_image",
        "callback_on_step_end_tensor_inputs",
    }  # fmt: skip
    assert expected <= set(inspect.signature(ToilePipeline.__call__).parameters)


def test_saved_and_loaded_it_draws_the_same(pipe: ToilePipeline, tmp_path: Path):
    before = _drawn(pipe)
    pipe.save_pretrained(tmp_path / "saved")
    again = ToilePipeline.from_pretrained(tmp_path / "saved")
    assert again.unet.config["in_channels"] == 28
    assert np.array_equal(_drawn(again), before)


def test_a_batch_is_its_pictures_made_alone(pipe: ToilePipeline):
    together = _drawn(pipe, ["red dress", "blue coat", "red dress"], generator=_seeded(1, 2, 3))
    alone = [
        _drawn(pipe, text, generator=_seeded(seed))[0]
        for text, seed in zip(["red dress", "blue coat", "red dress"], (1, 2, 3), strict=True)
    ]
    assert np.array_equal(together, np.stack(alone))
    assert not np.array_equal(together[0], together[2])
    with pytest.raises(ConfigError, match="2 generators were given for 3 pictures"):
        _drawn(pipe, ["a"] * 3, generator=_seeded(1, 2))


def test_several_pictures_a_prompt(pipe: ToilePipeline):
    assert len(_drawn(pipe, ["red dress", "coat"], num_images_per_prompt=2)) == 4


@pytest.mark.parametrize(
    ("output_type", "shape"), [("np", (1, 128, 96, 3)), ("pt", (1, 3, 128, 96)), ("latent", (1, 4, 16, 12))]
)
def test_output_types(pipe: ToilePipeline, output_type: str, shape: tuple[int, ...]):
    assert tuple(_drawn(pipe, output_type=output_type).shape) == shape
    assert _drawn(pipe, output_type="pil")[0].size == (96, 128)
    images, unsafe = pipe("red", num_inference_steps=1, return_dict=False)
    assert images[0].size == (96, 128)
    assert unsafe is None


def test_a_callback_sees_each_step_of_the_batch_and_may_change_it(pipe: ToilePipeline):
    seen = []

    def watch(pipeline, index, timestep, tensors):
        assert isinstance(pipeline, DiffusionPipeline)
        seen.append((index, timestep, tuple(tensors["latents"].shape)))
        return tensors

    _drawn(pipe, ["a", "b"], num_inference_steps=4, callback_on_step_end=watch)
    assert [index for index, _, _ in seen] == [0, 1, 2, 3]
    assert {shape for _, _, shape in seen} == {(2, 4, 16, 12)}

    def erase(pipeline, index, timestep, tensors):
        return {"latents": torch.zeros_like(tensors["latents"])}

    erased = _drawn(pipe, callback_on_step_end=erase, output_type="latent")
    assert (erased == 0).all()
    with pytest.raises(ConfigError, match="callback_on_step_end_tensor_inputs names prompt_embeds; there is: latents"):
        _drawn(pipe, callback_on_step_end_tensor_inputs=["prompt_embeds"])


def test_a_callback_may_change_guidance_and_stop(pipe: ToilePipeline):
    def unguided(pipeline, index, timestep, tensors):
        pipeline._guidance_scale = 1.0
        return tensors

    plain, changed = _drawn(pipe), _drawn(pipe, callback_on_step_end=unguided)
    assert not np.array_equal(plain, changed)
    indices = []

    def stop(pipeline, index, timestep, tensors):
        indices.append(index)
        pipeline._interrupt = index == 1
        return tensors

    _drawn(pipe, num_inference_steps=6, callback_on_step_end=stop)
    assert indices == [0, 1]
    assert pipe.num_timesteps == 6


@pytest.mark.parametrize("scheduler", [DPMSolverMultistepScheduler, EulerDiscreteScheduler, PNDMScheduler])
def test_other_schedulers_of_diffusers_draw(pipe: ToilePipeline, scheduler: type):
    pipe.scheduler = scheduler.from_config(pipe.scheduler.config)
    images = _drawn(pipe, ["a", "b"], generator=_seeded(1, 2), num_inference_steps=5)
    assert np.isfinite(images).all()
    assert np.array_equal(images[0], _drawn(pipe, "a", generator=_seeded(1), num_inference_steps=5)[0])


def test_a_brief_is_told_one_after_the_other(pipe: ToilePipeline):
    told = {name: _drawn(pipe, BRIEF, schedule=name, num_inference_steps=8) for name in ("hierarchical", "flat")}
    assert not np.array_equal(told["hierarchical"], told["flat"])
    assert np.array_equal(told["flat"], _drawn(pipe, BRIEF.text(), num_inference_steps=8))


def test_around_a_mask_the_picture_stays(pipe: ToilePipeline):
    picture = Image.new("RGB", (96, 128), (30, 90, 200))
    mask = Image.new("L", (96, 128), 0)
    ImageDraw.Draw(mask).rectangle((24, 32, 71, 95), fill=255)
    latents = _drawn(pipe, image=picture, mask_image=mask, output_type="latent", num_inference_steps=4)
    seen = pipe.image_processor.preprocess(picture)
    whole = pipe.vae.encode(seen).latent_dist.mode() * pipe.vae.config["scaling_factor"]
    outside = torch.ones(16, 12, dtype=torch.bool)
    outside[4:12, 3:9] = False
    torch.testing.assert_close(latents[0][:, outside], whole[0][:, outside].detach())
    assert not torch.equal(latents[0][:, ~outside], whole[0][:, ~outside])
    with pytest.raises(ConfigError, match="image and mask_image go together"):
        _drawn(pipe, image=picture)


def test_pose_and_sketch_reach_a_network_that_has_learned_them(pipe: ToilePipeline):
    with torch.no_grad():
        pipe.unet.conv_in.weight[:, 9:] = 0.2
    lines = Image.new("L", (96, 128), 255)
    ImageDraw.Draw(lines).line((10, 10, 80, 120), fill=0, width=4)
    joints = CROQUIS["straight"] * [0.5, 0.5, 1.0]
    plain = _drawn(pipe, num_inference_steps=10)
    assert not np.array_equal(plain, _drawn(pipe, pose=joints, num_inference_steps=10))
    assert not np.array_equal(plain, _drawn(pipe, sketch=lines, num_inference_steps=10))


def test_lora_weights_are_loaded_as_ever(pipe: ToilePipeline, tmp_path: Path):
    plain = _drawn(pipe)
    pipe.unet.add_adapter(LoraConfig(r=2, lora_alpha=2, init_lora_weights=False, target_modules=["to_k", "to_v"]))
    adapted = _drawn(pipe)
    ToilePipeline.save_lora_weights(tmp_path, unet_lora_layers=get_peft_model_state_dict(pipe.unet))
    pipe.unet.delete_adapters("default")
    assert np.array_equal(_drawn(pipe), plain)
    pipe.load_lora_weights(tmp_path)
    assert np.array_equal(_drawn(pipe), adapted)
    assert not np.array_equal(adapted, plain)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"height": 100}, "height and width are 100 and 96, expected multiples of 8"),
        ({"schedule": "late"}, "schedule is 'late', expected one of hierarchical, flat"),
        ({"pose_window": "late"}, "pose_window is 'late', expected one of always"),
    ],
)
def test_what_does_not_go_together_is_refused(pipe: ToilePipeline, arguments: dict[str, object], message: str):
    with pytest.raises((ConfigError, QueryError), match=message):
        _drawn(pipe, **arguments)
