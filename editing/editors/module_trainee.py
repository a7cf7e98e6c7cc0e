"""Gradients through the whole module: what full finetuning and LoRA train with.

The untouched model's distributions come from its last hidden states, kept once, so there is never
a second copy of the model.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from editing.base_passes import HiddenPass, OutputHead, scored_log_probs
from editing.batches import TokenSequence
from editing.editors.base import Judge
from editing.editors.training_settings import BASE_TO_EDITED
from editing.models.language_model import LanguageModel
from editing.objectives import EncodedExamples, training_loss

LOGIT_NUMBERS = 32_000_000
"""Logits alive at a time, in numbers."""

Kept = dict[str, Tensor]


@dataclass(slots=True)
class ModuleTrainee:
    """A module with some parameters that ask for gradients."""

    model: LanguageModel
    parameters: Sequence[nn.Parameter]
    examples: EncodedExamples
    references: HiddenPass
    """The untouched model over the windows of the regularisation text."""
    base_head: OutputHead
    """The untouched model's."""
    kl_weight: float
    kl_direction: str
    judge: Judge
    """Its verdicts go into checkpoints."""
    kept: Kept = field(default_factory=dict[str, Tensor])
    """The copy of the last candidate that is to be kept; empty for the untouched model."""

    def accumulate(self, examples: Sequence[int], windows: Sequence[int], share: float) -> float:
        """Add `share` times the gradient of these micro-batches' summed losses."""
        total = 0.0
        with torch.enable_grad():
            for group in self._groups(examples):
                total += self._step(self._example_loss(group), share)
            if self.kl_weight:
                for window in windows:
                    total += self._step(self.kl_weight * self._divergence(window), share)
        return total

    def end_epoch(self) -> None:
        """Keep nothing: whole weights are judged one epoch at a time."""

    def state(self) -> dict[str, Any]:
        """Return the candidate kept so far and the verdicts."""
        return {"kept": self.kept, "judge": self.judge.state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Take the candidate and the verdicts of a state."""
        self.kept = dict(state["kept"])
        self.judge.restore(state["judge"])

    def _step(self, loss: Tensor, share: float) -> float:
        if share:  # where an example does not count, its loss alone is wanted
            (share * loss).backward()
        return float(loss.detach())

    def _groups(self, examples: Sequence[int]) -> Iterator[list[int]]:
        """Cut examples into groups whose logits fit, never within one."""
        limit = LOGIT_NUMBERS // self.model.vocab_size
        group: list[int] = []
        tokens = 0
        for example in examples:
            own = sum(len(s.ids) for s in self._sequences([example]))
            if group and tokens + own > limit:
                yield group
                group, tokens = [], 0
            group.append(example)
            tokens += own
        if group:
            yield group

    def _sequences(self, examples: Sequence[int]) -> list[TokenSequence]:
        numbers = [n for example in examples for n in self.examples.sequences_of(example)]
        return [self.examples.sequences[number] for number in numbers]

    def _example_loss(self, examples: list[int]) -> Tensor:
        """Sum of the examples' training losses, nats."""
        means = iter(self._mean_losses(self._sequences(examples)))
        losses = [
            training_loss(
                self.examples.kinds[example],
                [next(means) for _ in self.examples.sequences_of(example)],
            )
            for example in examples
        ]
        return torch.stack(losses).sum()

    def _mean_losses(self, sequences: list[TokenSequence]) -> list[Tensor]:
        """Mean NLL per scored token of each sequence."""
        log_probs = scored_log_probs(self.model, sequences)
        return [
            -scores.gather(-1, _targets(sequence, scores)[:, None]).mean()
            for sequence, scores in zip(sequences, log_probs, strict=True)
        ]

    def _divergence(self, window: int) -> Tensor:
        """KL summed over one window's positions, nats."""
        (edited,) = scored_log_probs(self.model, [self.references.sequence(window)])
        hidden = self.references.hidden[self.references.rows_of(window)]
        weight = self.base_head.weight
        logits = self.base_head.logits(hidden.to(weight.device, weight.dtype))
        base = logits.to(edited.dtype).log_softmax(-1)
        if self.kl_direction == BASE_TO_EDITED:
            return (base.exp() * (base - edited)).sum()
        return (edited.exp() * (edited - base)).sum()


def _targets(sequence: TokenSequence, scores: Tensor) -> Tensor:
    return torch.tensor(sequence.ids[sequence.first_scored :], device=scores.device)
