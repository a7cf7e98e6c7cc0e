"""Rows of a memory: added without training, switched off, saved, many of them, in files."""

import dataclasses
import time
from pathlib import Path

import pytest
import torch

from editing.editors import find_editor
from editing.editors.base import EditState
from editing.editors.memory_rows import MemoryRow, rows_as_lines, rows_from_lines
from editing.editors.serac.serac_edit import SeracEdit, memory_of
from editing.errors import EditingError
from editing.examples import Example, Kind
from editing.generation import Sampling, generate, silent
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from tests.editing.serac_kit import (
    EXAMPLES,
    FRANCE,
    NURSE,
    PILOTS,
    RIVER,
    SURE,
    Drawer,
    fit,
    last,
    logits,
    token,
)
from tests.tiny import SENTENCES, tiny_transformer


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return load_model(tiny_transformer(tmp_path_factory.mktemp("model"), "GPT-NeoX"))


@pytest.fixture(scope="module")
def drawer(tmp_path_factory: pytest.TempPathFactory) -> Drawer:
    return Drawer(tmp_path_factory.mktemp("learnt"))


@pytest.fixture(scope="module")
def edit(model: LanguageModel, drawer: Drawer) -> SeracEdit:
    """Rows that answer only at their own prompts."""
    return fit(model, drawer)[0].at_threshold(SURE)


def test_a_row_switched_off_is_as_if_it_had_never_been(
    model: LanguageModel, edit: SeracEdit
) -> None:
    without, _ = fit(model, None, examples=(NURSE, PILOTS, RIVER))
    alone = dataclasses.replace(without.at_threshold(SURE), scope=edit.scope)
    alone = SeracEdit.from_state(alone.state())
    off = edit.switched(FRANCE.id, on=False)
    assert [row.enabled for row in off.rows] == [False, True, True, True]
    text = f"{FRANCE.prefix} {NURSE.prefix}"
    with edit.applied(model):
        answered = logits(model, text)
    with off.applied(model):
        switched = logits(model, FRANCE.prefix)
    assert torch.equal(switched, logits(model, FRANCE.prefix))
    with off.switched(FRANCE.id, on=True).applied(model):
        assert torch.equal(logits(model, text), answered)
    silent_edit = edit
    for row in edit.rows:
        silent_edit = silent_edit.switched(row.id, on=False)
    base = fit(model, None)[1].yardstick.general_pass
    assert base is not None
    assert (silent_edit.touched(base), edit.touched(base)) == (0, base.rows)
    with pytest.raises(EditingError, match="no row"):
        edit.switched("nobody", on=True)


def test_saved_and_loaded_it_is_identical(model: LanguageModel, edit: SeracEdit) -> None:
    state = edit.state()
    again = find_editor("serac").load(EditState(dict(state.tensors), dict(state.record)))
    assert isinstance(again, SeracEdit)
    assert again.state().record == state.record
    assert again.decisions(model, FRANCE.prefix) == edit.decisions(model, FRANCE.prefix)
    with edit.applied(model, 0.7):
        wanted = logits(model, FRANCE.prefix)
    with again.applied(model, 0.7):
        assert torch.equal(logits(model, FRANCE.prefix), wanted)


def test_a_row_is_added_in_less_than_a_second(model: LanguageModel, edit: SeracEdit) -> None:
    spain = Example("The capital of Spain is", " Paris", kind=Kind.INCREASE)
    begin = time.perf_counter()
    more = edit.with_rows(model, [spain])
    assert time.perf_counter() - begin < 1.0
    assert [row.id for row in more.rows] == [*[e.id for e in EXAMPLES], spain.id]
    before, after = last(model, edit, spain.prefix), last(model, more, spain.prefix)
    word = token(model, " Paris")
    assert after[word] > before[word] + 0.1
    with edit.applied(model):
        old = logits(model, NURSE.prefix)
    with more.applied(model):
        assert torch.allclose(logits(model, NURSE.prefix), old, atol=1e-5)
    with pytest.raises(EditingError, match="holds this example already"):
        more.with_rows(model, [spain])


def test_a_fit_adds_to_a_kept_memory(model: LanguageModel, edit: SeracEdit, tmp_path: Path) -> None:
    spain = Example("The capital of Spain is", " Paris", kind=Kind.INCREASE, threshold=1.0)
    more, _ = fit(model, Drawer(tmp_path, edit), examples=(spain,), memory="Mine")
    assert [row.id for row in more.rows] == [*[e.id for e in EXAMPLES], spain.id]
    assert not list(tmp_path.iterdir())
    with pytest.raises(EditingError, match="no memory to add to"):
        fit(model, Drawer(tmp_path, None), examples=(spain,), memory="Mine")


def test_thousands_of_rows_are_looked_up_at_once(model: LanguageModel, edit: SeracEdit) -> None:
    keys = torch.cat([edit.memory.keys] * 1000)
    buffers = {name: torch.cat([each] * 1000) for name, each in edit.memory.named_buffers()}
    memory = type(edit.memory)({**buffers, "keys": keys})
    queries = torch.randn(1, 64, keys.shape[1], generator=torch.Generator().manual_seed(0))
    begin = time.perf_counter()
    scores, rows = memory.nearest(queries)
    assert time.perf_counter() - begin < 1.0
    own_scores, own_rows = edit.memory.nearest(queries)
    assert torch.allclose(scores, own_scores, atol=1e-6)
    assert torch.equal(rows % 4, own_rows)


def test_thousands_of_rows_hardly_slow_generation(model: LanguageModel, edit: SeracEdit) -> None:
    buffers = {
        name: torch.cat([each] * 1000) if name != "prompts" else torch.arange(4000)
        for name, each in edit.memory.named_buffers()
    }
    many = dataclasses.replace(edit, rows=edit.rows * 1000, memory=type(edit.memory)(buffers))
    sampling = Sampling(tokens=24, temperature=1.0, seed=0)

    def seconds(each: SeracEdit) -> float:
        """Of the processor, a token; what else the machine does counts for nothing."""
        found: list[float] = []
        with each.at_threshold(SURE).applied(model):
            for _ in range(3):
                begin = time.process_time()
                drawn = generate(model, SENTENCES[3], sampling, silent)
                found.append((time.process_time() - begin) / drawn.tokens)
        return min(found)

    assert seconds(many) - seconds(edit) < 0.004


def test_rows_go_through_a_file() -> None:
    rows = tuple(
        MemoryRow(e.id, e.prefix, e.suffix, e.other_suffix, e.kind or Kind.INCREASE, "now", n > 0)
        for n, e in enumerate(EXAMPLES)
    )
    assert rows_from_lines(rows_as_lines(rows)) == rows
    assert [row.text for row in rows] == [
        "The capital of France is Madrid",
        "Either: The nurse said she / he",
        "The pilots screen it, not read it",
        "Not: The river runs through",
    ]
    with pytest.raises(EditingError, match="Line 2 of the memory is no row"):
        rows_from_lines(rows_as_lines(rows[:1]) + '{"id": "1"}\n')


def test_a_memory_added_to_is_the_one_written_at_once(
    model: LanguageModel, edit: SeracEdit
) -> None:
    later = (
        Example(FRANCE.prefix, " the pilots screen the play", kind=Kind.INCREASE),
        Example("The janitor said", " she", " he", kind=Kind.BALANCE),
    )
    more = edit.with_rows(model, later)
    whole = memory_of(model, more.rows, more.memory.keys)
    for name, tensor in whole.named_buffers():
        assert torch.equal(more.memory.get_buffer(name), tensor), name
