"""The algebra of the updates, in float64: a difference of weights (outputs, inputs) as factors.

K (inputs, facts) holds keys, R (outputs, facts) what each key's value is to change by, C the
covariance of the keys of general text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from editing.base_passes import KeyCovariance
from editing.editors.weight_delta import Factors
from editing.errors import EditingError

RIDGES = (0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
"""Tried in turn until C can be factorised, as shares of its mean diagonal."""
FIRST_RIDGE_OF_FEW = 3
"""Where there are fewer keys than their width, C has no inverse: begin with this one."""


@dataclass(frozen=True, slots=True)
class Factorised:
    """C + ridge I as its Cholesky factor."""

    factor: Tensor
    """(inputs, inputs) lower triangle."""
    ridge: float
    """Share of C's mean diagonal that was added."""

    def solve(self, keys: Tensor) -> Tensor:
        """C^-1 K."""
        return torch.cholesky_solve(keys, self.factor)


def factorised(covariance: KeyCovariance) -> Factorised:
    """Factorise a covariance, made invertible where it is not.

    Raises:
        EditingError: It is beyond repair.
    """
    mean = covariance.mean.double()
    width = len(mean)
    scale = float(mean.diagonal().mean())
    begin = FIRST_RIDGE_OF_FEW if covariance.count < width else 0
    for ridge in RIDGES[begin:]:
        shifted = mean + ridge * scale * torch.eye(width, dtype=mean.dtype)
        factor, problem = cast("tuple[Tensor, Tensor]", torch.linalg.cholesky_ex(shifted))
        if scale > 0 and not int(problem) and bool(torch.isfinite(factor).all()):
            return Factorised(factor, ridge)
    raise EditingError(
        f"The keys of the regularisation text ({covariance.count:,} tokens) do not span the "
        f"projection's {width:,} dimensions. Give a longer one: {10 * width:,} tokens are enough."
    )


def memit_update(keys: Tensor, residuals: Tensor, spread: Factorised, weight: float) -> Factors:
    """R K^T (weight C + K K^T)^-1, as factors (outputs, facts) and (facts, inputs).

    With M = C^-1 K / weight it is R (I + K^T M)^-1 M^T.

    Source: Meng et al. 2022 (arXiv 2210.07229), equation 14.
    """
    solved = spread.solve(keys) / weight
    small = torch.eye(keys.shape[1], dtype=keys.dtype) + keys.T @ solved
    # The matrix is symmetric, so that R S^-1 = (S^-1 R^T)^T.
    return Factors(_solved(small, residuals.T).T, solved.T)


def rome_update(key: Tensor, residual: Tensor, spread: Factorised) -> Factors:
    """The smallest difference under C, of rank one, that moves this key's value by `residual`.

    Source: Meng et al. 2022 (arXiv 2202.05262), equation 2; one and the same key above and below.
    """
    direction = spread.solve(key[:, None])[:, 0]
    return Factors((residual / (direction @ key))[:, None], direction[None, :])


def alphaedit_update(
    keys: Tensor, residuals: Tensor, free: Tensor, ridge: float, earlier: Tensor | None = None
) -> Factors:
    """The transpose of [P (K K^T + E E^T) + ridge I]^-1 P K R^T, as factors.

    Args:
        free: (inputs, kept) orthonormal directions that may be written into; P projects on them.
        ridge: What keeps the difference small.
        earlier: E, (inputs, any), keys of edits that are to hold still.

    Source: Fang et al. 2024, AlphaEdit (arXiv 2410.02355), equation 11.
    """
    held = keys if earlier is None else torch.cat([keys, earlier], dim=1)
    projected = free @ (free.T @ held)
    # With A = P [K E], B = [K E]^T: (A B + r I)^-1 A = A (B A + r I)^-1, a small solve.
    small = held.T @ projected + ridge * torch.eye(held.shape[1], dtype=held.dtype)
    wanted = torch.zeros(held.shape[1], len(residuals), dtype=held.dtype)
    wanted[: keys.shape[1]] = residuals.T
    return Factors(_solved(small, wanted).T, projected.T)


def free_directions(covariance: KeyCovariance, share: float) -> tuple[Tensor, float]:
    """The share of directions that general keys use least.

    Returns:
        (inputs, kept) orthonormal directions, and how much of the keys' energy lies in them.
    """
    values, vectors = cast("tuple[Tensor, Tensor]", torch.linalg.eigh(covariance.mean.double()))
    kept = max(1, round(share * len(values)))
    values = values.clamp(min=0)
    return vectors[:, :kept], float(values[:kept].sum() / values.sum().clamp(min=1e-300))


def joined(parts: Sequence[Factors]) -> Factors:
    """The sum of several differences as one."""
    left = torch.cat([part.left for part in parts], dim=1)
    return Factors(left, torch.cat([part.right for part in parts], dim=0))


def oriented(factors: Factors, *, is_transposed: bool) -> Factors:
    """Turn a difference (outputs, inputs) as its weight lies; in float32, as edits are kept."""
    left, right = factors.left.float(), factors.right.float()
    return (
        Factors(right.T.contiguous(), left.T.contiguous())
        if is_transposed
        else Factors(left.contiguous(), right.contiguous())
    )


def _solved(matrix: Tensor, right: Tensor) -> Tensor:
    return cast(Tensor, torch.linalg.solve(matrix, right))
