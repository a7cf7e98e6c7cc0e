"""What the gate of a memory says at the scored tokens of texts; the model runs only so far."""

from dataclasses import dataclass

import torch
from torch import Tensor

from editing.base_passes import BasePass
from editing.editors.serac.embedding import read_features
from editing.editors.serac.serac_edit import SeracEdit
from editing.models.language_model import LanguageModel
from editing.progress import Progress, Report


@dataclass(frozen=True, slots=True)
class GateReadings:
    """Rows of a base pass as the gate sees them."""

    scores: Tensor
    """(rows,) how far the row that applies best does, in (0, 1)."""
    rows: Tensor
    """(rows,) its number in the memory."""


NOTHING_READ = GateReadings(torch.zeros(0), torch.zeros(0, dtype=torch.long))
"""Of no text."""


@torch.no_grad()
def read_gate(
    model: LanguageModel, edit: SeracEdit, base: BasePass, report: Report
) -> GateReadings:
    """Ask the gate, at every scored token of a pass, which row applies best to the text before it.

    Args:
        model: As it stands, with the edits on it that the memory is put over.
        report: Told after each text; may raise to stop.
    """
    sequences = [base.sequence(number) for number in range(base.sequences)]
    scores, rows = torch.zeros(base.rows), torch.zeros(base.rows, dtype=torch.long)
    gate = edit.gate(model, edit.scope, edit.memory)
    read = read_features(model, edit.block_read(model), sequences)
    for done, (number, features) in enumerate(read, start=1):
        sequence = sequences[number]
        ids = torch.tensor([sequence.ids])
        gates = gate(ids, None, features.cpu()[None])
        kept = slice(sequence.first_scored - 1, len(sequence.ids) - 1)
        scores[base.rows_of(number)] = gates.scores[0, kept].float()
        rows[base.rows_of(number)] = gates.rows[0, kept]
        report(Progress("evaluating", done, len(sequences), "gate"))
    return GateReadings(scores, rows)
