"""An edit that is a memory beside the model: rows answer where they apply, nothing else changes."""

import copy
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, cast, final

import torch
from torch import Tensor
from transformers import PreTrainedModel
from typing_extensions import override

from editing.base_passes import BasePass
from editing.base_passes.base_pass import in_batches
from editing.editors.base import OVER_ALL, Edit, EditState, TokenLosses
from editing.editors.companion import Companion, Purpose, loaded_companion
from editing.editors.memory_edit import GateReadings, Judged, MemoryEdit
from editing.editors.memory_rows import MemoryRow, new_rows
from editing.editors.serac.gate_reading import read_gate
from editing.editors.serac.gated_losses import NEVER, THRESHOLDS, gated_losses
from editing.editors.serac.memory_building import joined, memory_of, new_keys, reading_room
from editing.editors.serac.scope_measuring import scope_problem
from editing.editors.serac.text_scope import TextScope, cross_of, cross_tensors
from editing.errors import EditingError
from editing.examples import JSON, Example
from editing.models.applied import Change, Originals
from editing.models.backpack import (
    ROW,
    Answering,
    Counterfactual,
    Gate,
    GatedModel,
    Memory,
    Reader,
    Said,
    Scope,
    SeracForCausalLM,
    TextParts,
    text_gate,
)
from editing.models.language_model import LanguageModel
from editing.models.projections import block_name
from editing.progress import Report, unheard

OF_SCOPE, OF_MEMORY, OF_READER = "scope.", "memory.", "reader."
_PURPOSE = Purpose("The rows of this memory are read by", "the memory")


@final
@dataclass(frozen=True, slots=True)
class SeracEdit(MemoryEdit):
    """A memory, what says where its rows apply, and from when on they answer."""

    wraps_module: ClassVar[int] = OVER_ALL
    grid: ClassVar[tuple[float, ...]] = THRESHOLDS

    scope: Scope = field(compare=False)
    block: str
    """The block whose output the scope reads."""
    rows: tuple[MemoryRow, ...]
    memory: Memory = field(compare=False)
    threshold: float
    """A row answers where it applies further than this."""
    answering: Answering
    trained: Mapping[str, JSON] = field(default_factory=dict[str, JSON])
    """How the scope was trained, and what it was measured at."""
    reader: Counterfactual | None = field(default=None, compare=False)
    """What the model was trained by to heed the row it reads; None where it reads as it is."""
    read_by: Companion | None = None
    """The model that reads rows; None where the edited one does."""
    texts: TextScope | None = field(default=None, compare=False)
    """The encoder that texts are compared by; None where the model's own block does it."""

    @property
    def is_silent(self) -> bool:
        """Whether no row can ever answer."""
        return self.threshold >= NEVER or not any(row.enabled for row in self.rows)

    @override
    def change(self, model: LanguageModel, strength: float) -> Change:
        module = model.module
        is_on = bool(strength) and not self.is_silent
        reader = self._reader(model) if is_on else None

        def wrap(originals: Originals) -> None:
            if reader is not None:
                originals.replace(module, "forward", self._gated(model, reader, strength))

        return wrap

    def gated(self, model: LanguageModel, strength: float = 1.0) -> GatedModel:
        """Put the memory beside the model as it stands.

        Raises:
            EditingError: Another model reads its rows, and cannot be had as it was.
        """
        return self._gated(model, self._reader(model), strength)

    def _gated(self, model: LanguageModel, reader: Reader, strength: float) -> GatedModel:
        scope, memory = self.scope, self.memory
        if model.device.type != "cpu":
            scope, memory = copy.deepcopy((scope, memory))
            scope, memory = scope.to(model.device), memory.to(model.device)
        reach = 0 if self.answering.how == ROW else reading_room(self._read_in(model))
        module, gate = model.module, self.gate(model, scope, memory, reach)
        how = replace(self.answering, strength=strength * self.answering.strength)
        return GatedModel(
            module.forward, module, self.block_read(model), gate, self.threshold, how, reader
        )

    def _reader(self, model: LanguageModel) -> Reader:
        """What reads rows, where the model is."""
        changes = self.reader
        if changes is not None and model.device.type != "cpu":
            changes = copy.deepcopy(changes).to(model.device)
        by = self.read_by
        if by is None:
            return Reader(changes)
        other = loaded_companion(by.source, by.fingerprint, model, _PURPOSE)
        return Reader(changes, other.module, by.vocabulary)

    def _read_in(self, model: LanguageModel) -> int:
        """Tokens that what reads rows can read."""
        return model.context if self.read_by is None else min(model.context, self.read_by.context)

    def block_read(self, model: LanguageModel) -> str:
        """Name the block whose output is looked at; an encoder looks at none, so any does."""
        return self.block or block_name(model, 0)

    def gate(self, model: LanguageModel, scope: Scope, memory: Memory, reach: int = 0) -> Gate:
        """Make what follows a text and says which row applies."""
        if self.texts is None:
            return Gate(scope, memory, reach)
        said = Said(model.tokenizer, tuple(row.text for row in self.rows))
        return text_gate(scope, memory, self.texts.reading, said, reach)

    @override
    def token_losses(self, model: LanguageModel, strengths: Sequence[float]) -> TokenLosses:
        return self.losses_at(model, [(self.threshold, strength) for strength in strengths])

    def losses_at(
        self,
        model: LanguageModel,
        candidates: Sequence[tuple[float, float]],
        report: Report = unheard,
        below: Edit | None = None,
    ) -> TokenLosses:
        """Score texts at several thresholds and strengths; the model runs once for all.

        Args:
            below: Edits that are on the model while the memory is over it.
        """

        def losses(base: BasePass, sequences: Sequence[int] | None) -> Tensor:
            chosen = range(base.sequences) if sequences is None else sequences
            scored = base.nll.expand(len(candidates), -1).clone()
            never = self.is_silent and all(threshold >= NEVER for threshold, _ in candidates)
            if never and below is None:
                return scored
            with nullcontext() if below is None else below.applied(model):
                gated = self.gated(model)
                for numbers, batch in in_batches(model, base, chosen, report, "evaluating"):
                    found = gated_losses(
                        model, gated, candidates, batch, with_own=below is not None
                    )
                    for number, (own, change) in zip(numbers, found, strict=True):
                        if below is not None:
                            scored[:, base.rows_of(number)] = own
                        scored[:, base.rows_of(number)] += change
            return scored

        return losses

    @override
    def touched(self, base: BasePass) -> int:
        return 0 if self.is_silent else base.rows

    @override
    def exported_module(self, model: LanguageModel, strength: float) -> PreTrainedModel:
        if self.is_silent or not strength:
            return copy.deepcopy(model.module)
        texts = self._text_parts(model)
        base = copy.deepcopy(model.module)
        rows = [dict(row.to_json()) for row in self.rows]
        gated = self.gated(model, strength)
        gated.gate, gated.reader = copy.deepcopy((gated.gate, gated.reader))
        return SeracForCausalLM.of(base, gated, self.block_read(model), rows, texts)

    @override
    def beside(self) -> Sequence[str]:
        told: list[str] = []
        if self.read_by is not None:
            told.append(
                f"Rows of the memory are read by a smaller model, `{self.read_by.source}`, which "
                "lies in this folder; its licence holds too"
            )
        if self.texts is not None:
            told.append(
                f"Texts are compared by an encoder, `{Path(self.texts.folder).name}`, which lies "
                "in this folder with its tokenizer; its licence holds too"
            )
        return told

    def _text_parts(self, model: LanguageModel) -> TextParts | None:
        """What an exported model compares texts by; None where its own block does.

        Raises:
            EditingError: The encoder is not there any more, or a tokenizer cannot go along.
        """
        if self.texts is None:
            return None
        reading = copy.deepcopy(self.texts.reading)
        for tokenizer in (reading.encoder.tokenizer, model.tokenizer):
            if getattr(tokenizer, "backend_tokenizer", None) is None:
                raise EditingError(
                    "This memory compares texts by a text encoder, and a tokenizer that is needed "
                    "for it has no tokenizer.json that could be exported with the model. Fit it "
                    "without the setting encoder, or export the edit alone."
                )
        return TextParts.of(reading, Said(model.tokenizer))

    @property
    @override
    def answers_from(self) -> float:
        return self.threshold

    @override
    def judged(self, model: LanguageModel, ids: Tensor) -> Judged:
        _, gates = self.gated(model).run(ids)
        scores = gates.scores[0]
        thresholds = torch.full_like(scores, self.threshold)
        return Judged(scores, thresholds, gates.rows[0], scores > self.threshold)

    @override
    def readings(self, model: LanguageModel, base: BasePass, report: Report) -> GateReadings:
        gate = self.gate(model, self.scope, self.memory)
        return read_gate(model, gate, self.block_read(model), base, report)

    @override
    def was_measured(self, threshold: float) -> bool:
        return threshold >= cast(float, self.trained.get("loosest", 0.0))

    @override
    def learnt(self) -> Mapping[str, JSON]:
        return self.trained

    @override
    def problem(self) -> str | None:
        return scope_problem(self.threshold, self.trained)

    def with_rows(self, model: LanguageModel, examples: Sequence[Example]) -> "SeracEdit":
        """Write examples, whose kind is known, into the memory; nothing is trained.

        Args:
            model: The untouched model.

        Raises:
            ExampleError: An example cannot be tokenised.
            EditingError: An example is in the memory already.
        """
        return self.with_memory_rows(model, new_rows(examples))

    def with_memory_rows(self, model: LanguageModel, added: Sequence[MemoryRow]) -> "SeracEdit":
        """Write rows, for instance of another memory, into this one; see `with_rows`."""
        known = {row.id for row in self.rows}
        if again := [row.text for row in added if row.id in known]:
            raise EditingError(f"The memory holds this example already: {again[0]!r}.")
        keys = new_keys(model, self.scope, self.block, [row.example for row in added], self.texts)
        rows = (*self.rows, *added)
        memory = joined(self.memory, memory_of(model, added, keys, self._read_in(model)), rows)
        return replace(self, rows=rows, memory=memory)

    @override
    def at_threshold(self, threshold: float) -> "SeracEdit":
        """Let rows answer from another threshold on; what was measured there is noted with it."""
        points = cast("Sequence[Mapping[str, JSON]]", self.trained.get("roc", ()))
        chosen = [dict(point) for point in points if point["threshold"] == threshold]
        trained = {**self.trained, "chosen": chosen[0] if chosen else None}
        return replace(self, threshold=threshold, trained=trained)

    @override
    def row_records(self) -> tuple[dict[str, JSON], ...]:
        return tuple(row.to_json() for row in self.rows)

    @override
    def switched(self, row: str, *, on: bool) -> "SeracEdit":
        if row not in {each.id for each in self.rows}:
            raise EditingError(f"The memory holds no row {row!r}.")
        rows = tuple(replace(each, enabled=on) if each.id == row else each for each in self.rows)
        buffers = {name: tensor.clone() for name, tensor in self.memory.named_buffers()}
        buffers["enabled"] = torch.tensor([each.enabled for each in rows], dtype=torch.long)
        return replace(self, rows=rows, memory=Memory(buffers))

    @override
    def state(self) -> EditState:
        scope = {OF_SCOPE + name: tensor for name, tensor in self.scope.named_buffers()}
        memory = {OF_MEMORY + name: tensor for name, tensor in self.memory.named_buffers()}
        read = () if self.reader is None else self.reader.named_buffers()
        reader = {OF_READER + name: tensor for name, tensor in read}
        cross = None if self.texts is None else self.texts.cross
        return EditState(
            {**scope, **memory, **reader, **({} if cross is None else cross_tensors(cross))},
            {
                "texts": None if self.texts is None else _told_of_encoder(self.texts),
                "reader": None if self.reader is None else list(self.reader.names),
                "read_by": None if self.read_by is None else asdict(self.read_by),
                "block": self.block,
                "window": self.scope.window,
                "threshold": self.threshold,
                "weight": self.answering.weight,
                "how": self.answering.how,
                "soft": self.answering.soft,
                "rows": [row.to_json() for row in self.rows],
                "trained": dict(self.trained),
            },
        )

    @classmethod
    def from_state(cls, state: EditState) -> "SeracEdit":
        """Make an edit from what `state` returned."""
        record = cast("dict[str, Any]", state.record)
        scope, memory, reader = (_own(state, of) for of in (OF_SCOPE, OF_MEMORY, OF_READER))
        names = record.get("reader")
        return cls(
            scope=Scope(**scope, window=record["window"]),
            block=record["block"],
            rows=tuple(MemoryRow.from_json(row) for row in record["rows"]),
            memory=Memory(memory),
            threshold=record["threshold"],
            answering=Answering(record["weight"], record["how"], soft=record["soft"]),
            trained=record["trained"],
            reader=None if names is None else _reader(names, reader),
            read_by=None if record.get("read_by") is None else Companion(**record["read_by"]),
            texts=_encoder_of(record.get("texts"), state),
        )


def _told_of_encoder(texts: TextScope) -> dict[str, JSON]:
    names = None if texts.cross is None else list(texts.cross.encoder.names)
    return {"folder": texts.folder, "fingerprint": texts.fingerprint, "cross": names}


def _encoder_of(told: Mapping[str, Any] | None, state: EditState) -> TextScope | None:
    """The encoder, which is opened when it is needed."""
    if told is None:
        return None
    cross = None if told["cross"] is None else cross_of(told["cross"], state.tensors)
    return TextScope(told["folder"], told["fingerprint"], cross)


def _own(state: EditState, of: str) -> dict[str, Tensor]:
    """The tensors of one part, by the part's own names."""
    own = (name for name in state.tensors if name.startswith(of))
    return {name.removeprefix(of): state.tensors[name] for name in own}


def _reader(names: Sequence[str], tensors: Mapping[str, Tensor]) -> Counterfactual:
    pairs = [(tensors[f"down_{n}"], tensors[f"up_{n}"]) for n in range(len(names))]
    return Counterfactual(names, pairs)
