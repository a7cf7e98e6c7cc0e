"""The senses an example chooses, and their scores."""

from pathlib import Path

import pytest
import torch

from editing.base_passes import compute_sense_pass
from editing.batches import TokenSequence
from editing.editors.sense_selection import SelectedSenses, select_senses
from editing.errors import EditingError
from editing.examples import Example, Kind
from editing.models.backpack.modeling_backpack import contextualization_weights
from editing.models.language_model import LanguageModel, backpack_of
from editing.models.loading import load_model
from editing.objectives import encode_examples
from editing.progress import unheard
from tests.tiny import tiny_backpack

PAIR = Example("The nurse said", " she would", " he", kind=Kind.BALANCE, threshold=0.4)
SINGLE = Example("The river runs", " through the city", kind=Kind.INCREASE, threshold=0.4)
TEXTS = ("The nurse said she would come.", "The river and the city and the river.")
Scores = dict[tuple[int, int], float]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    folder: Path = tiny_backpack(tmp_path_factory.mktemp("tiny"))
    return load_model(folder, dtype=torch.float64)


def windows(model: LanguageModel) -> list[TokenSequence]:
    return [TokenSequence(tuple(model.tokenizer(text).input_ids), 1) for text in TEXTS]


def selected(
    model: LanguageModel, *examples: Example, per_example: int = 1000, weight: float = 1.0
) -> SelectedSenses:
    encoded = encode_examples(model.tokenizer, examples, model.context)
    return select_senses(
        encoded,
        compute_sense_pass(model, encoded.sequences, report=unheard),
        compute_sense_pass(model, windows(model), report=unheard),
        per_example=per_example,
        selection_weight=weight,
        report=unheard,
    )


@torch.no_grad()
def summed(model: LanguageModel, sequences: list[TokenSequence]) -> Scores:
    """Alpha from each (word, sense) to the positions that predict a scored token."""
    scores: Scores = {}
    for sequence in sequences:
        ids = torch.tensor([sequence.ids])
        alpha = contextualization_weights(*backpack_of(model).backpack.queries_and_keys(ids))[0]
        for target in range(sequence.first_scored - 1, len(sequence.ids) - 1):
            for source in range(target + 1):
                for sense in range(4):
                    key = (sequence.ids[source], sense)
                    scores[key] = scores.get(key, 0.0) + float(alpha[sense, target, source])
    return scores


def by_hand(model: LanguageModel, example: Example, weight: float = 1.0) -> Scores:
    encoded = encode_examples(model.tokenizer, [example], model.context)
    raw, usual = summed(model, list(encoded.sequences)), summed(model, windows(model))
    return {key: score - weight * usual.get(key, 0.0) / len(TEXTS) for key, score in raw.items()}


def as_scores(chosen: SelectedSenses) -> Scores:
    keys = zip(chosen.token_ids.tolist(), chosen.senses.tolist(), strict=True)
    return dict(zip(keys, chosen.scores.tolist(), strict=True))


@pytest.mark.parametrize("example", [PAIR, SINGLE], ids=["a pair", "one continuation"])
def test_scores_are_the_examples_weights_less_the_backgrounds_mean(
    model: LanguageModel, example: Example
) -> None:
    expected = by_hand(model, example)
    assert as_scores(selected(model, example)) == pytest.approx(expected, abs=1e-12)
    assert min(expected.values()) < 0


@pytest.mark.parametrize("count", [3, 1000])
def test_the_best_of_each_example_are_taken(model: LanguageModel, count: int) -> None:
    best: Scores = {}
    for example in (PAIR, SINGLE):
        scores = by_hand(model, example)
        for key in sorted(scores, key=lambda k: -scores[k])[:count]:
            best[key] = max(scores[key], best.get(key, scores[key]))
    chosen = selected(model, PAIR, SINGLE, per_example=count)
    assert as_scores(chosen) == pytest.approx(best, abs=1e-12)
    keys = list(zip(chosen.token_ids.tolist(), chosen.senses.tolist(), strict=True))
    assert keys == sorted(keys)


def test_a_smaller_choice_is_part_of_a_larger_one(model: LanguageModel) -> None:
    few, many = (as_scores(selected(model, PAIR, SINGLE, per_example=n)) for n in (2, 6))
    assert few.keys() < many.keys()


def test_what_general_text_uses_is_passed_over(model: LanguageModel) -> None:
    used = {i for window in windows(model) for i in window.ids[:-1]}
    example = Example("In Spain the nurse said", " people", kind=Kind.INCREASE)
    (sequence,) = encode_examples(model.tokenizer, [example], model.context).sequences
    unused = set(sequence.ids[:-1]) - used
    plain = selected(model, example, per_example=4 * len(unused), weight=0.0)
    careful = selected(model, example, per_example=4 * len(unused), weight=1000.0)
    assert used & set(plain.token_ids.tolist())
    assert set(careful.token_ids.tolist()) == unused


def test_an_example_without_a_sense_left_is_named(model: LanguageModel) -> None:
    encoded = encode_examples(model.tokenizer, [PAIR, SINGLE], model.context)
    passed = compute_sense_pass(model, encoded.sequences, report=unheard)
    (last,) = encoded.sequences_of(1)
    passed.normaliser[passed.rows_of(last)] = torch.inf  # every weight of the example is zero
    with pytest.raises(EditingError, match="No sense is left to finetune for example 2"):
        select_senses(
            encoded,
            passed,
            compute_sense_pass(model, windows(model), report=unheard),
            per_example=3,
            selection_weight=1.0,
            report=unheard,
        )
