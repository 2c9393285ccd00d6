from __future__ import annotations

import numpy as np
import pytest
import torch

from toile.models.autoencoder import Autoencoder, AutoencoderConfig, cells_of
from toile.recipes.autoencoder import colour_means, patch_components, to_pixels


def _tiny() -> Autoencoder:
    torch.manual_seed(0)
    return Autoencoder(AutoencoderConfig(encoder_width=8, decoder_width=8, detail_width=8)).eval()


def test_latents_are_eight_times_smaller_and_pictures_come_back_in_range() -> None:
    model = _tiny()
    latents = model.encode(torch.rand(2, 3, 64, 48) * 2 - 1)
    assert latents.shape == (2, 8, 8, 6)
    images = model.decode(5 * latents)
    assert images.shape == (2, 3, 64, 48)
    assert images.abs().max() <= 1


def test_before_training_flat_colours_come_back_exactly() -> None:
    colours = np.random.default_rng(0).integers(0, 256, (64, 3), dtype=np.uint8)
    images = np.repeat(np.repeat(colours.reshape(1, 8, 8, 3), 8, axis=1), 8, axis=2)  # one colour a patch
    textured = np.random.default_rng(1).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
    model = _tiny()
    model.start_from_components(*patch_components(textured, 8))
    pixels = to_pixels(images)
    assert (model.decode(model.encode(pixels)) - pixels).abs().max() < 1e-3


def test_the_basis_is_orthonormal_and_starts_with_the_mean_colours() -> None:
    textured = np.random.default_rng(1).integers(0, 256, (4, 64, 64, 3), dtype=np.uint8)
    _, basis = patch_components(textured, 8)
    assert torch.allclose(basis @ basis.T, torch.eye(8), atol=1e-4)
    assert torch.equal(basis[:3], colour_means())


def test_fitted_latents_have_mean_zero_and_variance_one_over_all_channels() -> None:
    model = _tiny()
    torch.nn.init.normal_(model.patchify.weight)
    images = torch.rand(8, 3, 32, 32) * 2 - 1
    model.fit_scale(model.encode_unscaled(images))
    latents = model.encode(images)
    assert latents.mean((0, 2, 3)).abs().max() < 1e-4
    assert latents.var((0, 2, 3)).mean().item() == pytest.approx(1.0, abs=0.02)


def test_sides_must_be_multiples_of_eight() -> None:
    with pytest.raises(ValueError, match=r"images are \(60, 48\) high and wide, expected multiples of 8"):
        _tiny().encode(torch.zeros(1, 3, 60, 48))


@torch.no_grad()
def test_nothing_of_a_hidden_region_is_told() -> None:
    autoencoder = _tiny()
    one, other = torch.rand(2, 1, 3, 64, 48).unbind(0)
    masks = torch.zeros(1, 1, 64, 48)
    masks[..., 20:41, 10:30] = 1
    other = torch.where(masks > 0, other, one)
    cells = cells_of(masks)
    assert cells[0, 0].nonzero().amin(0).tolist() == [2, 1]
    assert cells[0, 0].nonzero().amax(0).tolist() == [5, 3]
    assert torch.equal(autoencoder.encode_around(one, cells), autoencoder.encode_around(other, cells))
    assert not torch.equal(autoencoder.encode_around(one, cells), autoencoder.encode(one))
    assert torch.equal(autoencoder.encode_around(one, torch.zeros_like(cells)), autoencoder.encode(one))
    assert (autoencoder.encode_around(one, torch.ones_like(cells)) == 0).all()
