"""The hidden state that each example asks for: the block's output at the lookup, moved by delta.

Delta lowers the example's loss, averaged over its prompts, while what the model says of the
subject is held by a KL term and delta's length by a penalty and a clamp.

Source: Meng et al. 2022 (arXiv 2210.07229), section 4.2; kinds as in Hewitt et al. 2024
(arXiv 2402.06155), appendix D. The loss comes from the model's own logits.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, cast

import torch
from torch import Tensor

from editing.base_passes import scored_log_probs
from editing.batches import TokenSequence
from editing.editors.locate.facts import Fact, Prompt
from editing.editors.locate.keys import values_at
from editing.examples import Kind
from editing.models.activations import added_to_output
from editing.models.language_model import LanguageModel
from editing.objectives import training_loss
from editing.progress import StoppedEarly

LENGTH_WEIGHT = 0.5
"""Of |delta| / |h0|^2."""
ENOUGH = 0.05
"""A search ends where its objective is below this."""
UNBOUNDED_ENOUGH = -50.0
"""The same for kinds whose loss has no lower end."""
LOGIT_NUMBERS = 32_000_000
"""Logits alive at a time, in numbers."""


class SearchSettings(Protocol):
    """What a search is told."""

    @property
    def clamp(self) -> float:
        """Longest delta, as a share of the state's length."""
        ...

    @property
    def kl_factor(self) -> float:
        """Weight of the KL term."""
        ...

    @property
    def steps(self) -> int:
        """Most steps."""
        ...

    @property
    def rate(self) -> float:
        """Adam's rate."""
        ...


class AfterStep(Protocol):
    """Told after every step; may raise."""

    def __call__(self, step: int) -> None:
        """Hear that so many steps are done."""
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """What a search has found."""

    delta: Tensor
    """(dim,) on the CPU."""
    first_loss: float
    """The example's loss at delta = 0, mean over prompts, nats."""
    last_loss: float
    """The same at the last delta that was looked at; the last step is taken from there."""
    length: float
    """|delta| / |h0|."""
    steps: int
    cut_short: bool = False
    """Whether the search was told to stop."""


@dataclass(frozen=True, slots=True)
class TargetSearch:
    """Searches on one model, in which nothing asks for gradients."""

    model: LanguageModel
    block: str
    """Name of the module whose output is moved: mostly a block, see `moved_module`."""
    settings: SearchSettings

    def reference(self, fact: Fact) -> Tensor:
        """Log-probabilities (vocab,) that the model as it is gives after the subject."""
        with torch.no_grad():
            return scored_log_probs(self.model, [fact.essence.sequence], [fact.essence.lookup])[0][
                0
            ]

    def find(self, fact: Fact, reference: Tensor, after_step: AfterStep) -> Target:
        """Search for one fact.

        Args:
            reference: What `reference` says of the untouched model.
            after_step: No hook is on the model while it is told. StoppedEarly ends the search;
                anything else it raises goes on.
        """
        state = values_at(self.model, [fact.prompts[0][0]], output_of=self.block)[0]
        state = state.to(torch.promote_types(state.dtype, torch.float32))
        length = float(_length(state))
        limit = self.settings.clamp * length
        delta = torch.zeros_like(state, requires_grad=True)
        adam = torch.optim.Adam([delta], lr=self.settings.rate)
        losses: list[float] = []
        steps, cut_short = 0, False
        while steps < self.settings.steps and not cut_short:
            adam.zero_grad()
            objective, loss = self.slope(fact, reference, delta, length)
            losses.append(loss)
            if objective < _enough(fact.kind):
                break
            adam.step()
            with torch.no_grad():
                delta.mul_(min(1.0, limit / max(float(_length(delta)), 1e-30)))
            steps += 1
            cut_short = _is_stopped(after_step, steps)
        found = delta.detach().cpu()
        share = float(_length(found)) / length
        return Target(found, losses[0], losses[-1], share, steps, cut_short)

    @torch.no_grad()
    def mean_loss(self, facts: Sequence[Fact]) -> float:
        """The examples' training loss on their bare prompts, mean over examples, nats."""
        total = 0.0
        for fact in facts:
            bare = [prompt.sequence for prompt in fact.prompts[0]]
            rows = zip(bare, scored_log_probs(self.model, bare), strict=True)
            total += float(training_loss(fact.kind, [_mean_nll(*row) for row in rows]))
        return total / len(facts)

    def slope(
        self, fact: Fact, reference: Tensor, delta: Tensor, state_length: float
    ) -> tuple[float, float]:
        """Add the objective's gradient to `delta.grad`; return objective and example's loss."""
        total = 0.0
        with torch.enable_grad():
            for prompts in self._groups(fact):
                part = self._loss(fact.kind, prompts, delta) / len(fact.prompts)
                part.backward()
                total += float(part.detach())
            held = self._divergence(fact.essence, reference, delta) * self.settings.kl_factor
            held = held + LENGTH_WEIGHT * _length(delta) / state_length**2
            held.backward()
        return total + float(held.detach()), total

    def _groups(self, fact: Fact) -> Iterator[list[tuple[Prompt, ...]]]:
        """Prompts whose logits fit together, the continuations of one never apart."""
        limit = LOGIT_NUMBERS // self.model.vocab_size
        group: list[tuple[Prompt, ...]] = []
        tokens = 0
        for prompt in fact.prompts:
            own = sum(len(p.sequence.ids) for p in prompt)
            if group and tokens + own > limit:
                yield group
                group, tokens = [], 0
            group.append(prompt)
            tokens += own
        yield group

    def _loss(self, kind: Kind, prompts: Sequence[tuple[Prompt, ...]], delta: Tensor) -> Tensor:
        """The example's loss summed over prompts, nats."""
        flat = [prompt for pair in prompts for prompt in pair]
        with self._moved(flat, delta):
            scored = scored_log_probs(self.model, [prompt.sequence for prompt in flat])
        means = iter(
            _mean_nll(prompt.sequence, rows) for prompt, rows in zip(flat, scored, strict=True)
        )
        losses = [training_loss(kind, [next(means) for _ in pair]) for pair in prompts]
        return torch.stack(losses).sum()

    def _divergence(self, essence: Prompt, reference: Tensor, delta: Tensor) -> Tensor:
        """KL(edited | base) after the subject, nats."""
        with self._moved([essence], delta):
            edited = scored_log_probs(self.model, [essence.sequence], [essence.lookup])[0][0]
        return (edited.exp() * (edited - reference)).sum()

    def _moved(self, prompts: Sequence[Prompt], delta: Tensor) -> AbstractContextManager[None]:
        device = self.model.device
        lookups = torch.tensor([prompt.lookup for prompt in prompts], device=device)
        rows = torch.arange(len(prompts), device=device)
        return added_to_output(self.model, self.block, (rows, lookups), delta)


def _length(vector: Tensor) -> Tensor:
    """Its norm; the gradient at zero is zero."""
    return cast(Tensor, torch.linalg.vector_norm(vector))


def _mean_nll(sequence: TokenSequence, log_probs: Tensor) -> Tensor:
    targets = torch.tensor(sequence.ids[sequence.first_scored :], device=log_probs.device)
    return -log_probs.gather(-1, targets[:, None]).mean()


def _enough(kind: Kind) -> float:
    return UNBOUNDED_ENOUGH if kind in (Kind.DECREASE, Kind.PREFER) else ENOUGH


def _is_stopped(after_step: AfterStep, steps: int) -> bool:
    try:
        after_step(steps)
    except StoppedEarly:
        return True
    return False
