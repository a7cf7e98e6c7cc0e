"""What the gate of a memory says at the scored tokens of texts; the model runs only so far."""

import torch

from editing.base_passes import BasePass
from editing.editors.memory_edit import GateReadings
from editing.editors.serac.embedding import read_features
from editing.models.backpack import Gate
from editing.models.language_model import LanguageModel
from editing.progress import Progress, Report


@torch.no_grad()
def read_gate(
    model: LanguageModel, gate: Gate, block: str, base: BasePass, report: Report
) -> GateReadings:
    """Ask the gate, at every scored token of a pass, which row applies best to the text before it.

    Args:
        model: As it stands, with the edits on it that the memory is put over.
        block: What the gate's scope reads.
        report: Told after each text; may raise to stop.
    """
    sequences = [base.sequence(number) for number in range(base.sequences)]
    scores, rows = torch.zeros(base.rows), torch.zeros(base.rows, dtype=torch.long)
    read = read_features(model, block, sequences)
    for done, (number, features) in enumerate(read, start=1):
        sequence = sequences[number]
        ids = torch.tensor([sequence.ids])
        gates = gate(ids, None, features.cpu()[None])
        kept = slice(sequence.first_scored - 1, len(sequence.ids) - 1)
        scores[base.rows_of(number)] = gates.scores[0, kept].float()
        rows[base.rows_of(number)] = gates.rows[0, kept]
        report(Progress("evaluating", done, len(sequences), "gate"))
    return GateReadings(scores, rows)
