"""What a fit works with, kept in memory instead of on disk."""

import copy
from typing import Any

from editing.base_passes import (
    BasePass,
    HiddenPass,
    KeyCovariance,
    SensePass,
    compute_base_pass,
    compute_hidden_pass,
    compute_key_covariances,
    compute_sense_pass,
)


class InMemoryPasses:
    """Base passes without a cache."""

    def sense_pass(self, model, sequences, *, report) -> SensePass:
        """Compute it anew."""
        return compute_sense_pass(model, sequences, report=report)

    def base_pass(self, model, sequences, *, report) -> BasePass:
        """Compute it anew."""
        return compute_base_pass(model, sequences, report=report)

    def hidden_pass(self, model, sequences, *, report) -> HiddenPass:
        """Compute it anew."""
        return compute_hidden_pass(model, sequences, report=report)

    def key_covariances(self, model, projections, sequences, *, report) -> dict[str, KeyCovariance]:
        """Compute them anew."""
        return compute_key_covariances(model, projections, sequences, report=report)


class InMemoryCheckpoints:
    """Every state a fit has saved; the last one is loaded."""

    def __init__(self) -> None:
        self.states: list[dict[str, Any]] = []

    def load(self) -> dict[str, Any] | None:
        """Return a copy of the last state."""
        return copy.deepcopy(self.states[-1]) if self.states else None

    def save(self, state: dict[str, Any]) -> None:
        """Keep a copy."""
        self.states.append(copy.deepcopy(state))
