"""GRACE: rows of a codebook replace what one layer gives out where its input is near their key.

A row is made of each example: its key is the layer's input at the prompt's last token, its value is
trained so that the example's continuation follows. Near keys of one answer share a row, which
reaches further; near keys of different answers halve the way between them.

Source: Hartvigsen et al. 2022, Aging with GRACE (arXiv 2211.11031); there the first radius is an
absolute number, here a share of the key's length.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, final

import torch
from torch import Tensor
from typing_extensions import override

from editing.batches import TokenSequence, pad
from editing.editors.base import Edit, Editor, EditState, FitContext
from editing.editors.depth import block_at, depth_setting
from editing.editors.grace.grace_edit import REACHES, GraceEdit
from editing.editors.memory import Workload, scoring, weights, writing_rows
from editing.editors.memory_rows import new_rows
from editing.examples import JSON, Kind
from editing.general_text import GeneralText
from editing.models.activations import activations, added_to_output
from editing.models.language_model import LanguageModel
from editing.objectives import EncodedExamples, training_loss
from editing.progress import Progress, never_stopping
from editing.settings import Scale, check_ranges, setting

SMALLEST = 1e-3
"""Of a key's length: a radius is never less, so that rounding does not hide a row's own prompt."""
ENOUGH = {Kind.INCREASE: 0.05, Kind.BALANCE: 0.02, Kind.DECREASE: -8.0, Kind.PREFER: -5.0}
"""Training a value ends where the example's loss is below this, nats a token."""


@dataclass(frozen=True, slots=True)
class GraceSettings:
    """Where the codebook stands, how far rows reach and how their values are trained."""

    radius: float = setting(
        0.3,
        label="Radius",
        help="How far a new row reaches, as a share of its key's length.",
        low=0.0,
        high=2.0,
        sweep=(0.05, 1.0),
        scale=Scale.LOG,
    )
    depth: float = depth_setting(0.6, "The layer the codebook stands on", sweep=(0.2, 0.9))
    steps: int = setting(
        60, label="Steps", help="Most steps of training a row's value.", low=1, high=10_000
    )
    rate: float = setting(
        0.1,
        label="Rate",
        help="Adam's rate, as a share of the mean size of a number of the layer's output.",
        low=1e-6,
        high=10.0,
        sweep=(0.01, 1.0),
        scale=Scale.LOG,
    )

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        check_ranges(self)


@final
class Grace(Editor[GraceSettings]):
    """Keeps edits in a codebook on one layer."""

    name: ClassVar[str] = "grace"
    label: ClassVar[str] = "Codebook (GRACE)"
    help: ClassVar[str] = "Replaces what one layer gives out near the prompts of the examples."
    Settings = GraceSettings
    writes_in_turn: ClassVar[bool] = True
    reads_weights: ClassVar[bool] = False
    step_name: ClassVar[str] = "reach"
    step_values: ClassVar[tuple[float, ...]] = REACHES

    @override
    def memory(self, model: LanguageModel, work: Workload, settings: GraceSettings) -> int:
        writing = writing_rows(model, work, block_at(model, settings.depth, first=1))
        return weights(model, work) + max(writing, scoring(model, work))

    @override
    def fit(
        self,
        model: LanguageModel,
        examples: EncodedExamples,
        regularisation: GeneralText,
        settings: GraceSettings,
        context: FitContext,
    ) -> Edit:
        report = never_stopping(context.report)
        # The first block reads words without their context: prompts with one last word are alike.
        block = block_at(model, settings.depth, first=1)
        writer = _Writer(model, block, settings)
        rows: list[_Row] = []
        for number in range(len(examples)):
            writer.write(rows, examples, number)
            report(Progress("training", number + 1, len(examples), "codebook"))
        edit = _edit_of(block, rows)
        losses = edit.losses_at(model, REACHES, report)
        kept = context.judge.decide([None] * len(REACHES), losses)
        return replace(edit, reach=REACHES[kept])

    @override
    def load(self, state: EditState) -> Edit:
        return GraceEdit.from_state(state)


@dataclass(slots=True)
class _Row:
    key: Tensor
    value: Tensor
    radius: float
    label: tuple[str, str | None, Kind]
    about: dict[str, JSON]


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes examples into rows, one after the other."""

    model: LanguageModel
    block: str
    settings: GraceSettings

    def write(self, rows: list[_Row], examples: EncodedExamples, number: int) -> None:
        """Let a row of the same answer reach to an example, or make one of its own."""
        written, kind = examples.written[number], examples.kinds[number]
        sequences = [examples.sequences[each] for each in examples.sequences_of(number)]
        key, output = self._at_prompt(sequences[0])
        label = (written.suffix, written.other_suffix, kind)
        length = _length(key)
        first = self.settings.radius * length
        nearest = min(rows, key=lambda row: _length(row.key - key), default=None)
        distance = float("inf") if nearest is None else _length(nearest.key - key)
        is_near = nearest is not None and distance <= first + nearest.radius
        if nearest is not None and is_near and nearest.label == label:
            nearest.radius = max(nearest.radius, distance)
            return
        if nearest is not None and is_near:
            first = max(distance / 2, SMALLEST * length)
            nearest.radius = min(nearest.radius, first)
        value = self._trained(kind, sequences, output)
        (row,) = new_rows([replace(written, kind=kind)])
        about = row.to_json()
        rows.append(_Row(key, value, first, label, about))

    def _at_prompt(self, sequence: TokenSequence) -> tuple[Tensor, Tensor]:
        """The block's input and output (d,) at the last token of the prompt, float32 or wider."""
        prompt = TokenSequence(sequence.ids[: sequence.first_scored], 1)
        ids, mask = pad([prompt], device=self.model.device)
        found = activations(self.model, ids, mask, inputs=[self.block], outputs=[self.block])
        wide = torch.promote_types(self.model.dtype, torch.float32)
        both = (found.inputs[self.block][0, -1], found.outputs[self.block][0, -1])
        return both[0].to(wide), both[1].to(wide)

    def _trained(self, kind: Kind, sequences: list[TokenSequence], output: Tensor) -> Tensor:
        """Train what comes out at the prompt's last token, (d,)."""
        delta = torch.zeros_like(output, requires_grad=True)
        rate = self.settings.rate * float(output.abs().mean())
        adam = torch.optim.Adam([delta], lr=rate)
        with torch.enable_grad():
            for _ in range(self.settings.steps):
                loss = training_loss(kind, self._losses(sequences, delta))
                if float(loss.detach()) < ENOUGH[kind]:
                    break
                adam.zero_grad()
                loss.backward()
                adam.step()
        return (output + delta).detach()

    def _losses(self, sequences: list[TokenSequence], delta: Tensor) -> list[Tensor]:
        """Mean NLL a token of each continuation."""
        ids, mask = pad(sequences, device=self.model.device)
        rows = torch.arange(len(sequences), device=ids.device)
        places = torch.tensor([s.first_scored - 1 for s in sequences], device=ids.device)
        with added_to_output(self.model, self.block, (rows, places), delta.expand(len(rows), -1)):
            logits: Tensor = self.model.module(
                input_ids=ids, attention_mask=mask, use_cache=False
            ).logits
        losses: list[Tensor] = []
        for row, sequence in enumerate(sequences):
            kept = slice(sequence.first_scored - 1, len(sequence.ids) - 1)
            own = logits[row, kept, : self.model.vocab_size].to(delta.dtype)
            targets = ids[row, sequence.first_scored : len(sequence.ids)]
            losses.append(torch.nn.functional.cross_entropy(own, targets))
        return losses


def _length(vector: Tensor) -> float:
    return vector.square().sum().sqrt().item()


def _edit_of(block: str, rows: list[_Row]) -> GraceEdit:
    return GraceEdit(
        block=block,
        keys=torch.stack([row.key for row in rows]).cpu(),
        values=torch.stack([row.value for row in rows]).cpu(),
        radii=torch.tensor([row.radius for row in rows]),
        rows=tuple(row.about for row in rows),
    )
