"""The algebra of the updates against the dense formulas, in float64."""

import pytest
import torch
from torch import Tensor

from editing.base_passes import KeyCovariance
from editing.editors.locate.update import (
    alphaedit_update,
    factorised,
    free_directions,
    joined,
    memit_update,
    oriented,
    rome_update,
)
from editing.errors import EditingError

INPUTS, OUTPUTS, FACTS = 12, 7, 5


def drawn(*shape: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def covariance_of(keys: Tensor) -> KeyCovariance:
    """Of keys (count, inputs)."""
    return KeyCovariance(keys.T @ keys / len(keys), torch.tensor([len(keys)]))


@pytest.fixture
def general() -> KeyCovariance:
    return covariance_of(drawn(200, INPUTS, seed=1))


KEYS, RESIDUALS = drawn(INPUTS, FACTS, seed=2), drawn(OUTPUTS, FACTS, seed=3)


@pytest.mark.parametrize("weight", [1e-3, 1.0, 42_000.0])
def test_memit_solves_its_normal_equations(general: KeyCovariance, weight: float) -> None:
    found = memit_update(KEYS, RESIDUALS, factorised(general), weight).product()
    dense = RESIDUALS @ KEYS.T @ torch.linalg.inv(weight * general.mean + KEYS @ KEYS.T)
    assert (found - dense).norm() < 1e-8 * dense.norm()
    normal = found @ (weight * general.mean + KEYS @ KEYS.T)
    assert torch.allclose(normal, RESIDUALS @ KEYS.T, rtol=1e-8, atol=1e-8)


def test_one_key_for_many_facts_is_no_obstacle(general: KeyCovariance) -> None:
    same = KEYS[:, :1].expand(-1, FACTS)
    found = memit_update(same, RESIDUALS, factorised(general), 1e-6).product()
    assert torch.allclose(found @ same[:, 0], RESIDUALS.mean(dim=1), rtol=1e-4)


def test_rome_moves_its_key_exactly_and_as_little_else_as_can_be(general: KeyCovariance) -> None:
    key, residual = KEYS[:, 0], RESIDUALS[:, 0]
    found = rome_update(key, residual, factorised(general)).product()
    assert torch.allclose(found @ key, residual, rtol=1e-10, atol=1e-12)
    other = found + torch.outer(residual, drawn(INPUTS, seed=4))
    other = other - torch.outer((other @ key - residual) / (key @ key), key)
    assert torch.allclose(other @ key, residual)

    def moved(change: Tensor) -> float:
        """Mean square of what general keys' values move by."""
        return float(torch.trace(change @ general.mean @ change.T))

    assert moved(found) < moved(other)


def test_alphaedit_equals_the_dense_formula(general: KeyCovariance) -> None:
    free, _ = free_directions(general, 0.5)
    projector, earlier = free @ free.T, drawn(INPUTS, 3, seed=5)
    held = KEYS @ KEYS.T + earlier @ earlier.T
    dense = torch.linalg.solve(
        projector @ held + 10 * torch.eye(INPUTS, dtype=torch.float64),
        projector @ KEYS @ RESIDUALS.T,
    ).T
    found = alphaedit_update(KEYS, RESIDUALS, free, 10.0, earlier)
    assert (found.product() - dense).norm() < 1e-8 * dense.norm()
    again = alphaedit_update(KEYS, RESIDUALS, free, 10.0, projector @ earlier)
    assert (again.product() - dense).norm() < 1e-8 * dense.norm()


def test_alphaedit_leaves_keys_outside_its_directions_alone(general: KeyCovariance) -> None:
    free, _ = free_directions(general, 0.5)
    protected = drawn(INPUTS, 4, seed=6)
    protected = protected - free @ (free.T @ protected)
    found = alphaedit_update(KEYS, RESIDUALS, free, 1e-3).product()
    assert (found @ protected).abs().max() < 1e-12
    assert (found @ KEYS).norm() > 0.1 * RESIDUALS.norm()


def test_free_directions_are_those_least_used() -> None:
    scales = torch.tensor([3.0, 1.0, 2.0, 0.5], dtype=torch.float64)
    diagonal = KeyCovariance(torch.diag(scales), torch.tensor([99]))
    free, energy = free_directions(diagonal, 0.5)
    assert energy == pytest.approx(1.5 / 6.5)
    projector = torch.diag(torch.tensor([0.0, 1.0, 0.0, 1.0], dtype=torch.float64))
    assert torch.allclose(free @ free.T, projector)


def test_a_whole_covariance_gets_no_ridge(general: KeyCovariance) -> None:
    spread = factorised(general)
    assert spread.ridge == 0.0
    assert torch.allclose(spread.factor @ spread.factor.T, general.mean)


def test_too_few_keys_get_a_ridge_that_is_recorded() -> None:
    few = covariance_of(drawn(INPUTS - 4, INPUTS, seed=7))
    spread = factorised(few)
    assert spread.ridge == 1e-4
    scale = few.mean.diagonal().mean()
    expected = few.mean + 1e-4 * scale * torch.eye(INPUTS, dtype=torch.float64)
    assert torch.allclose(spread.factor @ spread.factor.T, expected)


@pytest.mark.parametrize("value", [0.0, float("nan")])
def test_a_covariance_beyond_repair_says_what_is_needed(value: float) -> None:
    broken = KeyCovariance(torch.full((INPUTS, INPUTS), value), torch.tensor([3]))
    with pytest.raises(EditingError, match=r"\(3 tokens\).* 12 dimensions.*120 tokens"):
        factorised(broken)


def test_factors_lie_as_their_weight_does(general: KeyCovariance) -> None:
    found = memit_update(KEYS, RESIDUALS, factorised(general), 1.0)
    plain = oriented(found, is_transposed=False)
    turned = oriented(found, is_transposed=True)
    assert plain.left.dtype == plain.right.dtype == torch.float32
    assert torch.allclose(plain.product().double(), found.product(), rtol=1e-4, atol=1e-5)
    assert torch.allclose(turned.product(), plain.product().T, rtol=1e-5, atol=1e-6)
    assert torch.allclose(joined([plain, plain]).product(), 2 * plain.product(), rtol=1e-5)
