"""A smaller model with the same words reads a memory's rows in place of the edited one."""

import dataclasses
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from editing.base_passes import compute_base_pass
from editing.batches import TokenSequence
from editing.editors import find_editor
from editing.editors.base import EditState, module_token_losses
from editing.editors.serac.serac_edit import SeracEdit
from editing.errors import EditingError
from editing.examples import Example, Kind
from editing.export import export_model
from editing.generation import Sampling, generate, silent
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.models.pretraining.tokenizer import train_tokenizer
from editing.progress import unheard
from tests.editing.models.test_without_exemplar import PROMPT, open_as_stranger
from tests.editing.serac_kit import FRANCE, SURE, Drawer, fit, last, last_row, logits
from tests.editing.test_logit_ensemble_export import logits_with, stacked
from tests.tiny import SENTENCES, tiny_backpack, tiny_reader, tiny_transformer

ROW = f"{FRANCE.prefix}{FRANCE.suffix}\n"


@dataclasses.dataclass
class Shelf(Drawer):
    """Where what was learnt is kept, and a model to read."""

    small: LanguageModel | None = None

    def model(self, source: str) -> LanguageModel:
        """Lend it."""
        assert source == "small"
        assert self.small is not None
        return self.small


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return load_model(tiny_transformer(tmp_path_factory.mktemp("model"), "GPT-NeoX"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return load_model(tiny_backpack(tmp_path_factory.mktemp("small"), seed=3))


@pytest.fixture(scope="module")
def shelf(small: LanguageModel, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("learnt"), small=small)


@pytest.fixture(scope="module", params=["delta", "model"])
def edit(request: pytest.FixtureRequest, model: LanguageModel, shelf: Shelf) -> SeracEdit:
    """Rows that answer only at their own prompts."""
    return fit(model, shelf, reader="small", answer=request.param)[0].at_threshold(SURE)


def saved_and_loaded(edit: SeracEdit) -> SeracEdit:
    state = edit.state()
    record = json.loads(json.dumps(state.record))
    again = find_editor("serac").load(EditState(dict(state.tensors), record))
    assert isinstance(again, SeracEdit)
    return again


def read_and_alone(small: LanguageModel, edit: SeracEdit) -> tuple[Tensor, Tensor]:
    """What the trained smaller model predicts after the prompt, with the row before it and not."""
    first, then = (small.tokenizer(text).input_ids for text in (ROW, FRANCE.prefix))
    assert edit.reader is not None
    with edit.reader.put_on(small.module):
        read, alone = (last_row(small, ids).log_softmax(-1) for ids in ([*first, *then], then))
    return read, alone


@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_the_smaller_model_reads_as_the_formula_says(
    model: LanguageModel, small: LanguageModel, edit: SeracEdit, strength: float
) -> None:
    before = logits(small, FRANCE.prefix)
    own = logits(model, FRANCE.prefix)[-1].log_softmax(-1)
    read, alone = read_and_alone(small, edit)
    moved = read - alone if edit.answering.how == "delta" else read - own
    wanted = (own + strength * moved).log_softmax(-1)
    got = last(model, edit, FRANCE.prefix, strength)
    assert torch.allclose(got, wanted, atol=1e-4)
    assert not torch.allclose(got, own, atol=1e-2)
    assert torch.equal(logits(small, FRANCE.prefix), before)  # it is as it was
    assert torch.equal(logits(model, FRANCE.prefix)[-1].log_softmax(-1), own)


def test_elsewhere_the_edited_model_answers_bit_for_bit(
    model: LanguageModel, edit: SeracEdit
) -> None:
    own = logits(model, SENTENCES[3])
    with edit.applied(model):
        assert torch.equal(logits(model, SENTENCES[3]), own)


def test_what_is_scored_is_what_is_served(model: LanguageModel, edit: SeracEdit) -> None:
    everywhere = edit.at_threshold(0.3)
    sequences = [TokenSequence(tuple(model.tokenizer(text).input_ids), 1) for text in SENTENCES]
    base = compute_base_pass(model, sequences, report=unheard)
    scored = everywhere.token_losses(model, [1.0, 0.5])(base, None)
    served = [lambda s=s: everywhere.applied(model, s) for s in (1.0, 0.5)]
    wanted = module_token_losses(model, served)(base, None)
    assert torch.allclose(scored, wanted, atol=1e-4)
    assert not torch.allclose(scored, base.nll.expand(2, -1), atol=1e-2)


def test_texts_drawn_with_a_cache_are_those_drawn_without(
    model: LanguageModel, edit: SeracEdit
) -> None:
    everywhere = edit.at_threshold(0.3)
    module = everywhere.exported_module(model, 1.0)
    ids = torch.tensor([model.tokenizer(PROMPT).input_ids])
    own = {"attention_mask": torch.ones_like(ids), "pad_token_id": 0, "do_sample": False}
    kept, anew = (
        module.generate(ids, max_new_tokens=8, use_cache=use_cache, **own)
        for use_cache in (True, False)
    )
    assert torch.equal(kept, anew)
    with everywhere.applied(model):
        drawn = generate(model, PROMPT, Sampling(8, temperature=0.0), silent)
    assert model.tokenizer.decode(kept[0]).startswith(drawn.text)


def test_saved_and_loaded_it_is_the_same(
    small: LanguageModel, edit: SeracEdit, tmp_path: Path
) -> None:
    again = saved_and_loaded(edit)
    assert again.read_by is not None
    assert again.read_by == edit.read_by
    assert (again.read_by.source, again.read_by.fingerprint) == (small.source, small.fingerprint)
    assert again.state().record == edit.state().record
    elsewhere = load_model(tiny_transformer(tmp_path, "GPT-NeoX"))
    text = PROMPT + " and so on"
    with edit.applied(elsewhere):
        wanted = logits(elsewhere, text)
    elsewhere.companions.clear()
    with again.applied(elsewhere):
        assert torch.equal(logits(elsewhere, text), wanted)
    more = again.with_rows(elsewhere, [Example("The author", " read it", kind=Kind.INCREASE)])
    assert more.read_by == edit.read_by
    before, after = (last(elsewhere, each, "The author") for each in (again, more))
    assert not torch.equal(before, after)


def test_it_is_trained_once_for_both_models(
    model: LanguageModel, small: LanguageModel, tmp_path: Path
) -> None:
    shelf = Shelf(tmp_path, small=small)

    def kept() -> dict[str, int]:
        files = (tmp_path / "serac").glob("counterfactual-*")
        return {path.name: path.stat().st_mtime_ns for path in files}

    first, _ = fit(model, shelf, reader="small", answer="delta")
    files = kept()
    assert [name.split("-")[1] for name in files] == [small.fingerprint[:24]]
    again, _ = fit(model, shelf, reader="small", answer="model")
    assert kept() == files
    assert first.reader is not None
    assert again.reader is not None
    pairs = zip(first.reader.buffers(), again.reader.buffers(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)
    fit(model, shelf, answer="delta")
    fit(small, shelf, answer="delta")
    assert len(kept()) == 3


def test_a_model_that_is_gone_or_another_one_by_now_is_told(tmp_path: Path) -> None:
    model = load_model(tiny_transformer(tmp_path / "model", "GPT-NeoX"))
    folder = tiny_backpack(tmp_path / "small", seed=5)
    shelf = Shelf(tmp_path, small=load_model(folder))
    edit, _ = fit(model, shelf, reader="small", answer="delta")
    model.companions.clear()
    tiny_backpack(folder, seed=6)
    before = logits(model, FRANCE.prefix)
    with (
        pytest.raises(EditingError, match=r"read by .*small as it was .*Fit the memory again"),
        edit.applied(model),
    ):
        pass
    folder.rename(tmp_path / "gone")
    with (
        pytest.raises(EditingError, match=r"are read by .*small, which cannot be loaded"),
        edit.applied(model),
    ):
        pass
    assert torch.equal(logits(model, FRANCE.prefix), before)


def test_a_model_with_other_words_is_refused(
    model: LanguageModel, small: LanguageModel, tmp_path: Path
) -> None:
    words = train_tokenizer(SENTENCES[::-1], vocab_size=300, context=64)
    other = dataclasses.replace(small, tokenizer=words, vocab_size=len(words))
    with pytest.raises(EditingError, match="do not have the same tokenizer"):
        fit(model, Shelf(tmp_path, small=other), reader="small", answer="delta")
    with pytest.raises(EditingError, match="SERAC needs a place to get its reader from"):
        fit(model, None, reader="small", answer="delta")


def test_the_edited_model_itself_may_be_named(model: LanguageModel, tmp_path: Path) -> None:
    named, _ = fit(model, Shelf(tmp_path, small=model), reader="small", answer="delta")
    plain, _ = fit(model, Shelf(tmp_path), answer="delta")
    assert named.read_by is None
    assert torch.equal(last(model, named, FRANCE.prefix), last(model, plain, FRANCE.prefix))


@pytest.mark.parametrize("answer", ["delta", "model"])
def test_a_shorter_context_and_fewer_words_do_no_harm(
    small: LanguageModel, tmp_path: Path, answer: str
) -> None:
    model = load_model(tiny_reader(tmp_path / "model", context=64, more_words=2))
    short = load_model(tiny_reader(tmp_path / "short", context=24))
    assert (model.vocab_size, short.context) == (short.vocab_size + 2, 24)
    edit, _ = fit(model, Shelf(tmp_path, small=short), reader="small", answer=answer)
    assert edit.read_by is not None
    assert (edit.read_by.context, edit.read_by.vocabulary) == (24, short.vocab_size)
    assert edit.memory.texts.shape[1] <= 12
    edit = dataclasses.replace(edit, threshold=-1.0)
    ids = model.tokenizer(" ".join(SENTENCES[:2])).input_ids[:50]
    ids[-1] = model.vocab_size - 1  # which the smaller one has not
    own = last_row(model, ids).log_softmax(-1)
    with edit.applied(model):
        got = last_row(model, ids)
    assert torch.isfinite(got).all()
    beyond = slice(short.vocab_size, None)
    assert torch.allclose(got[beyond], own[beyond], atol=1e-5)
    assert not torch.allclose(got, own, atol=1e-2)
    if answer == "model":
        assert float(got.logsumexp(-1)) == pytest.approx(0.0, abs=1e-4)


@pytest.fixture(scope="module")
def both(model: LanguageModel, shelf: Shelf) -> tuple[SeracEdit, SeracEdit]:
    """A memory of each answer; the first one answers in many places."""
    delta, own = (fit(model, shelf, reader="small", answer=how)[0] for how in ("delta", "model"))
    return delta.at_threshold(0.3), own.at_threshold(SURE)


@pytest.fixture(scope="module")
def exported(
    model: LanguageModel,
    both: tuple[SeracEdit, SeracEdit],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Folders, each opened by a process without Exemplar."""
    folder = tmp_path_factory.mktemp("exported")
    for dtype in ("float32", "bfloat16"):
        export_model(model, [stacked(model, both[0], 0.9)], folder / dtype, dtype=dtype)
    export_model(model, [stacked(model, each, 0.5) for each in both], folder / "stack")
    open_as_stranger(*sorted(folder.iterdir()))
    return folder


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_transformers_alone_gives_the_same(
    exported: Path,
    model: LanguageModel,
    small: LanguageModel,
    both: tuple[SeracEdit, SeracEdit],
    dtype: str,
) -> None:
    got = load_file(exported / f"{dtype}.got")["logits"]
    own = load_model(model.source, dtype=getattr(torch, dtype))
    assert torch.equal(got, logits_with(own, both[0], 0.9))
    assert not torch.allclose(got, logits_with(own, both[0], 0.0), atol=0.1)
    weights = load_file(exported / dtype / "model.safetensors")
    inside = [tensor for name, tensor in weights.items() if name.startswith("beside.")]
    assert len(inside) >= len(list(small.module.parameters()))
    floating = {tensor.dtype for tensor in inside if tensor.is_floating_point()}
    assert floating == {getattr(torch, dtype)}
    assert weights["reader.down_0"].dtype == torch.float32
    card = (exported / dtype / "README.md").read_text(encoding="utf-8")
    assert small.source in card


def test_a_stack_of_them_is_exported_whole(
    exported: Path, model: LanguageModel, both: tuple[SeracEdit, SeracEdit]
) -> None:
    got = load_file(exported / "stack.got")["logits"]
    with both[0].applied(model, 0.5):
        assert torch.allclose(got, logits_with(model, both[1], 0.5), atol=1e-4)
