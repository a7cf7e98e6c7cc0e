"""The memory beside a model: bit for bit the model elsewhere, causal, switched, saved, added to."""

import dataclasses
import itertools
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from editing.editors import find_editor
from editing.editors.base import EditState, FitContext, KeptEdit
from editing.editors.memory_rows import MemoryRow, rows_as_lines, rows_from_lines
from editing.editors.serac.serac import THRESHOLDS, SeracSettings
from editing.editors.serac.serac_edit import SeracEdit, memory_of
from editing.errors import EditingError
from editing.evaluation import BallJudge, EvaluationTexts, Yardstick
from editing.examples import Example, Kind
from editing.general_text import text_from_rows
from editing.generation import Sampling, generate, silent
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.objectives import encode_examples
from editing.progress import unheard
from tests.in_memory import InMemoryPasses
from tests.tiny import SENTENCES, tiny_transformer

FRANCE = Example("The capital of France is", " Madrid", kind=Kind.INCREASE, threshold=1.0)
NURSE = Example("The nurse said", " she", " he", kind=Kind.BALANCE, threshold=0.4)
PILOTS = Example("The pilots", " screen it", " read it", kind=Kind.PREFER, threshold=-2.0)
RIVER = Example("The river runs", " through", kind=Kind.DECREASE, threshold=-9.0)
EXAMPLES = (FRANCE, NURSE, PILOTS, RIVER)
SURE = 0.9999
"""A threshold that only the very prompts of rows exceed."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return load_model(tiny_transformer(tmp_path_factory.mktemp("model"), "GPT-NeoX"))


@dataclasses.dataclass
class Drawer:
    """Where scopes are kept, and one edit of the library."""

    place: Path
    kept: Any = None

    def model(self, source: str) -> LanguageModel:
        """Lend none."""
        raise NotImplementedError

    def edit(self, name: str, model: LanguageModel) -> KeptEdit:
        """Lend the edit."""
        del model
        return KeptEdit(name, "serac", self.kept, 1.0)

    def folder(self, name: str) -> Path:
        """Return the folder of a method."""
        (self.place / name).mkdir(exist_ok=True)
        return self.place / name


def fit(
    model: LanguageModel,
    drawer: Drawer | None,
    *,
    examples: tuple[Example, ...] = EXAMPLES,
    budget: float = 1e9,
    **settings: Any,
) -> tuple[SeracEdit, BallJudge]:
    texts = EvaluationTexts(examples, (), text_from_rows(model, SENTENCES[:3], "G"))
    yardstick = Yardstick.over(model, texts, InMemoryPasses().base_pass, unheard)
    judge = BallJudge(yardstick, budget, lambda epoch: None)
    context = FitContext(InMemoryPasses(), judge, unheard, 0, resources=drawer)
    scope = str(Path(__file__).with_name("scope.jsonl"))
    edit = find_editor("serac").fit(
        model,
        encode_examples(model.tokenizer, examples, model.context),
        text_from_rows(model, SENTENCES[3:], "R"),
        SeracSettings(**{"train_on": scope, "steps": 20, "reading_steps": 4, "answer": "row", **settings}),
        context,
    )
    assert isinstance(edit, SeracEdit)
    return edit, judge


@pytest.fixture(scope="module")
def drawer(tmp_path_factory: pytest.TempPathFactory) -> Drawer:
    return Drawer(tmp_path_factory.mktemp("learnt"))


@pytest.fixture(scope="module")
def edit(model: LanguageModel, drawer: Drawer) -> SeracEdit:
    """Rows that answer only at their own prompts."""
    return fit(model, drawer)[0].at_threshold(SURE)


def ids_of(model: LanguageModel, text: str) -> Tensor:
    return torch.tensor([model.tokenizer(text).input_ids])


@torch.no_grad()
def logits(model: LanguageModel, text: str) -> Tensor:
    return model.module(input_ids=ids_of(model, text)).logits[0]


def last(model: LanguageModel, edit: SeracEdit, text: str, strength: float = 1.0) -> Tensor:
    with edit.applied(model, strength):
        return logits(model, text)[-1].log_softmax(-1)


def token(model: LanguageModel, text: str) -> int:
    return int(model.tokenizer(text).input_ids[0])


def test_where_no_row_applies_the_model_answers_bit_for_bit(
    model: LanguageModel, edit: SeracEdit
) -> None:
    text = FRANCE.prefix + SENTENCES[3]
    plain = logits(model, text)
    with edit.applied(model):
        got = logits(model, text)
        elsewhere = logits(model, SENTENCES[3])
    answered = torch.tensor([decision.answered for decision in edit.decisions(model, text)])
    assert 1 <= int(answered.sum()) < len(answered)
    assert torch.equal(got[~answered], plain[~answered])
    assert not torch.isclose(got[answered], plain[answered]).all()
    assert torch.equal(elsewhere, logits(model, SENTENCES[3]))


@pytest.mark.parametrize("strength", [1.0, 0.4])
def test_each_kind_of_row_says_what_it_is_for(
    model: LanguageModel, edit: SeracEdit, strength: float
) -> None:
    weight = 5.0 * strength
    words = {word: token(model, word) for word in (" Madrid", " she", " he", " through")}
    gained: dict[str, float] = {}
    for example in EXAMPLES:
        before, after = (last(model, edit, example.prefix, s) for s in (0.0, strength))
        gained[example.prefix] = float(
            (after - before)[token(model, example.suffix)] - (after - before)[0]
        )
    assert gained[FRANCE.prefix] == pytest.approx(weight, abs=1e-4)
    assert gained[RIVER.prefix] == pytest.approx(-weight, abs=1e-4)
    one, other = token(model, PILOTS.suffix), token(model, str(PILOTS.other_suffix))
    assert one != other
    apart = [last(model, edit, PILOTS.prefix, s) for s in (0.0, strength)]
    margins = [float(each[one] - each[other]) for each in apart]
    assert margins[1] - margins[0] == pytest.approx(weight, abs=1e-4)
    even = [last(model, edit, NURSE.prefix, s) for s in (0.0, strength)]
    gaps = [float(each[words[" she"]] - each[words[" he"]]) for each in even]
    assert gaps[1] == pytest.approx(gaps[0] * (1 - strength), abs=1e-4)


def test_a_continuation_is_said_to_its_end_and_no_further(model: LanguageModel) -> None:
    row = Example("The nurse said", " the pilots screen", kind=Kind.INCREASE)
    edit, _ = fit(model, None, examples=(row,), push=40.0)
    wanted = model.tokenizer(row.prefix + row.suffix).input_ids
    ids = model.tokenizer(row.prefix).input_ids
    everywhere = dataclasses.replace(edit, threshold=-1.0)
    with everywhere.applied(model):
        while len(ids) < len(wanted):
            ids = [*ids, int(last_row(model, ids).argmax())]
        assert ids == wanted
        said = last_row(model, ids)
    assert torch.equal(said, last_row(model, ids))


def test_a_row_that_has_begun_goes_on_though_the_gate_is_sure_of_none(
    model: LanguageModel,
) -> None:
    row = Example("The nurse said", " the pilots screen", kind=Kind.INCREASE)
    edit, _ = fit(model, None, examples=(row, FRANCE), push=40.0)
    edit = edit.at_threshold(SURE)
    wanted = model.tokenizer(row.prefix + row.suffix).input_ids
    begin = len(model.tokenizer(row.prefix).input_ids)
    decided = edit.decisions(model, row.prefix + row.suffix)
    assert [d.answered for d in decided] == [
        begin - 1 <= place < len(wanted) - 1 for place in range(len(wanted))
    ]
    assert {d.row for d in decided if d.answered} == {row.id}
    likeliest = Sampling(len(wanted) - begin, temperature=0.0)
    with edit.applied(model):
        assert generate(model, row.prefix, likeliest, silent).text == row.prefix + row.suffix


@torch.no_grad()
def last_row(model: LanguageModel, ids: list[int]) -> Tensor:
    return model.module(input_ids=torch.tensor([ids])).logits[0, -1]


def test_what_follows_never_changes_a_gate(model: LanguageModel, edit: SeracEdit) -> None:
    gated = edit.gated(model)
    ids = ids_of(model, " ".join(SENTENCES))[:, :48]
    with torch.no_grad():
        whole = gated.run(ids)[1]
        for place in (1, 7, 20, 40):
            other = ids.clone()
            other[:, place:] = ids.flip(1)[:, place:]
            assert not torch.equal(other, ids)
            changed = gated.run(other)[1]
            assert torch.equal(changed.scores[:, :place], whole.scores[:, :place])
            assert torch.equal(changed.rows[:, :place], whole.rows[:, :place])
            short = gated.run(ids[:, :place])[1]
            assert torch.allclose(short.scores, whole.scores[:, :place], atol=1e-5)


def test_steps_with_a_cache_and_padding_are_the_whole(model: LanguageModel) -> None:
    edit, _ = fit(model, None)
    edit = edit.at_threshold(0.3)
    text = f"{FRANCE.prefix} {SENTENCES[2]} {FRANCE.prefix}"
    ids = ids_of(model, text)
    padded = torch.cat([torch.zeros(1, 3, dtype=torch.long), ids], dim=1)
    mask = (torch.arange(padded.shape[1]) >= 3).long()[None]
    with edit.applied(model), torch.no_grad():
        whole = model.module(input_ids=ids).logits
        out = model.module(input_ids=ids[:, :4], use_cache=True)
        steps = [out.logits]
        for place in range(4, ids.shape[1]):
            now = ids[:, place : place + 1]
            out = model.module(input_ids=now, past_key_values=out.past_key_values, use_cache=True)
            steps.append(out.logits)
        positions = (mask.cumsum(-1) - 1).clamp(min=0)
        shifted = model.module(
            input_ids=padded, attention_mask=mask, position_ids=positions
        ).logits[:, 3:]
        asked = model.module(input_ids=ids, logits_to_keep=torch.tensor([2, 5])).logits
    assert not torch.allclose(whole, model.module(input_ids=ids).logits, atol=1e-2)
    assert torch.allclose(torch.cat(steps, dim=1), whole, atol=1e-4)
    assert torch.allclose(shifted, whole, atol=1e-4)
    assert torch.allclose(asked, whole[:, [2, 5]], atol=1e-5)


def test_it_generates_its_row(model: LanguageModel, edit: SeracEdit) -> None:
    strong = dataclasses.replace(edit, answering=dataclasses.replace(edit.answering, weight=40.0))
    likeliest = Sampling(3, temperature=0.0)
    with strong.applied(model):
        drawn = generate(model, FRANCE.prefix, likeliest, silent)
    first = model.tokenizer.decode([token(model, FRANCE.suffix)])
    assert drawn.continuation.startswith(first)
    assert drawn.text != generate(model, FRANCE.prefix, likeliest, silent).text


def test_a_soft_gate_mixes_by_the_score(model: LanguageModel) -> None:
    soft, _ = fit(model, None, gate="soft")
    soft = soft.at_threshold(0.05)
    hard = dataclasses.replace(soft, answering=dataclasses.replace(soft.answering, soft=False))
    text = SENTENCES[1]
    places = [n for n, d in enumerate(soft.decisions(model, text)) if 0.05 < d.score < 0.95]
    assert places
    score = torch.tensor([soft.decisions(model, text)[n].score for n in places])[:, None]
    base = logits(model, text)[places].softmax(-1)
    with hard.applied(model):
        theirs = logits(model, text)[places].softmax(-1)
    with soft.applied(model):
        mixed = logits(model, text)[places].softmax(-1)
    assert torch.allclose(mixed, (1 - score) * base + score * theirs, atol=1e-5)


def test_reading_a_row_is_the_model_after_it(model: LanguageModel) -> None:
    edit, _ = fit(model, None, answer="reading")
    edit = edit.at_threshold(SURE)
    row = f"{FRANCE.prefix}{FRANCE.suffix}\n"
    first, then = (model.tokenizer(text).input_ids for text in (row, FRANCE.prefix))
    assert len(first) + len(then) <= model.context
    wanted = last_row(model, [*first, *then]).log_softmax(-1)
    assert torch.allclose(last(model, edit, FRANCE.prefix), wanted, atol=1e-4)


def test_a_trained_model_answers_what_it_predicts_after_the_row(model: LanguageModel) -> None:
    edit, _ = fit(model, None, answer="model")
    edit = edit.at_threshold(SURE)
    row = f"{FRANCE.prefix}{FRANCE.suffix}\n"
    first, then = (model.tokenizer(text).input_ids for text in (row, FRANCE.prefix))
    plain = last_row(model, [*first, *then]).log_softmax(-1)
    assert edit.reader is not None
    with edit.reader.put_on(model.module):
        wanted = last_row(model, [*first, *then]).log_softmax(-1)
    got = last(model, edit, FRANCE.prefix)
    assert torch.allclose(got, wanted, atol=1e-4)
    assert not torch.allclose(got, plain, atol=1e-3)


@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_a_delta_moves_as_reading_the_row_does(model: LanguageModel, strength: float) -> None:
    edit, _ = fit(model, None, answer="delta", weight=1.5)
    edit = edit.at_threshold(SURE)
    row = f"{FRANCE.prefix}{FRANCE.suffix}\n"
    first, then = (model.tokenizer(text).input_ids for text in (row, FRANCE.prefix))
    own = last_row(model, then).log_softmax(-1)
    assert edit.reader is not None
    with edit.reader.put_on(model.module):
        read, alone = (last_row(model, ids).log_softmax(-1) for ids in ([*first, *then], then))
    assert not torch.allclose(alone, own, atol=1e-3)
    wanted = (own + 1.5 * strength * (read - alone)).log_softmax(-1)
    assert torch.allclose(last(model, edit, FRANCE.prefix, strength), wanted, atol=1e-4)


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


def test_decisions_name_the_row(model: LanguageModel, edit: SeracEdit) -> None:
    decisions = edit.decisions(model, FRANCE.prefix)
    assert len(decisions) == ids_of(model, FRANCE.prefix).shape[1]
    final = decisions[-1]
    assert (final.row, final.answered, final.token) == (FRANCE.id, True, " is")
    assert final.score == pytest.approx(1.0, abs=1e-4)
    assert not edit.at_threshold(1.0).decisions(model, FRANCE.prefix)[-1].answered


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


def test_rows_of_one_prompt_answer_together(model: LanguageModel) -> None:
    second = Example(FRANCE.prefix, " through", kind=Kind.INCREASE)
    edit, _ = fit(model, None, examples=(FRANCE, second))
    edit = edit.at_threshold(SURE)
    before, after = (last(model, edit, FRANCE.prefix, s) for s in (0.0, 1.0))
    gained = (after - before) - (after - before)[0]
    words = [token(model, example.suffix) for example in (FRANCE, second)]
    assert len(set(words)) == 2
    assert gained[words].tolist() == pytest.approx([5.0, 5.0], abs=1e-4)


def test_the_loosest_threshold_inside_the_ball_is_kept(
    model: LanguageModel, drawer: Drawer
) -> None:
    edit, judge = fit(model, drawer)
    degraded = [measures.degradation or 0.0 for measures in judge.measures]
    assert edit.threshold == THRESHOLDS[-1]
    assert len(degraded) == len(THRESHOLDS)
    budgets = [sum(pair) / 2 for pair in itertools.pairwise(degraded)]
    for budget in budgets:
        inside = [n for n, value in enumerate(degraded) if value <= budget]
        kept, _ = fit(model, drawer, budget=budget)
        assert kept.threshold == THRESHOLDS[max(inside)]
    none, _ = fit(model, drawer, budget=-1.0)
    assert (none.threshold, none.is_silent) == (1.0, True)


def test_what_it_was_measured_at_is_noted(model: LanguageModel, drawer: Drawer) -> None:
    edit, _ = fit(model, drawer)
    (point,) = [p for p in edit.trained["roc"] if p["threshold"] == edit.threshold]
    assert edit.trained["chosen"] == point
    assert 0 <= point["recall"] <= 1
    assert 0 <= point["general_text"] <= 1


def test_a_scope_is_trained_once_for_a_model(model: LanguageModel, tmp_path: Path) -> None:
    drawer = Drawer(tmp_path)
    first, _ = fit(model, drawer)
    (kept,) = (tmp_path / "serac").iterdir()
    written = kept.stat().st_mtime_ns
    again, _ = fit(model, drawer)
    assert kept.stat().st_mtime_ns == written
    assert torch.equal(first.scope.pooled, again.scope.pooled)
    assert first.trained == again.trained
    kept.write_bytes(b"damaged")
    anew, _ = fit(model, drawer)
    assert torch.equal(first.scope.pooled, anew.scope.pooled)


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
