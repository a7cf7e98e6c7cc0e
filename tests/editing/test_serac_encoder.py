"""Scopes that read text with an encoder from a folder: both forms, causal, exact where cached."""

from pathlib import Path

import pytest
import torch

from editing.editors import find_editor
from editing.editors.base import EditState
from editing.editors.serac.encoder import open_encoder
from editing.editors.serac.serac_edit import SeracEdit
from editing.errors import EditingError
from editing.models.backpack import BEFORE_TEXT, EXACT, STRIDE, WINDOW, what_is_read
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.progress import Cancelled, Progress
from tests.editing.serac_kit import FRANCE, SURE, Drawer, fit, ids_of, logits
from tests.tiny import SENTENCES, tiny_transformer
from tests.tiny_encoder import tiny_encoder

FORMS = ("embedding", "cross")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return load_model(tiny_transformer(tmp_path_factory.mktemp("model"), "GPT-NeoX"))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def edits(
    model: LanguageModel, encoder: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, SeracEdit]:
    drawer = Drawer(tmp_path_factory.mktemp("learnt"))
    return {
        form: fit(model, drawer, encoder=str(encoder), form=form, steps=150)[0] for form in FORMS
    }


@pytest.mark.parametrize("form", FORMS)
def test_its_own_prompt_is_found_and_elsewhere_the_model_answers_bit_for_bit(
    model: LanguageModel, edits: dict[str, SeracEdit], form: str
) -> None:
    edit = edits[form]
    prompt = edit.decisions(model, FRANCE.prefix)[-1]
    between = edit.at_threshold(prompt.score - 1e-4)
    answered = torch.tensor([d.answered for d in between.decisions(model, SENTENCES[3])])
    plain, own = logits(model, SENTENCES[3]), logits(model, FRANCE.prefix)
    with between.applied(model):
        assert torch.equal(logits(model, SENTENCES[3])[~answered], plain[~answered])
        assert not torch.equal(logits(model, FRANCE.prefix)[-1], own[-1])
    assert (~answered).any()


def test_it_learns_to_tell_texts_apart(edits: dict[str, SeracEdit]) -> None:
    for form in FORMS:
        assert edits[form].trained["form"] == form
        assert edits[form].trained["pairs"] >= 2000
    assert edits["embedding"].trained["area_general_text"] > 0.7
    texts = edits["cross"].texts
    assert texts is not None
    rows = ("The capital of France is Paris", "The river runs through")
    told = ("In France they all go to the city of", "An old river that runs")
    meant, other = (texts.reading.applies(rows, each) for each in (told, told[::-1]))
    assert meant.mean() > other.mean() + 0.1


@pytest.mark.parametrize("form", FORMS)
def test_what_follows_never_changes_a_gate_and_steps_with_a_cache_are_the_whole(
    model: LanguageModel, edits: dict[str, SeracEdit], form: str
) -> None:
    edit = edits[form].at_threshold(0.2)
    ids = ids_of(model, " ".join(SENTENCES))[:, :24]
    other = torch.cat([ids[:, :12], ids[:, :12]], dim=1)
    with torch.no_grad():
        whole, changed = (edit.gated(model).run(each)[1] for each in (ids, other))
    assert torch.equal(whole.scores[:, :12], changed.scores[:, :12])
    assert torch.equal(whole.rows[:, :12], changed.rows[:, :12])
    with edit.applied(model), torch.no_grad():
        at_once = model.module(input_ids=ids).logits
        out = model.module(input_ids=ids[:, :5], use_cache=True)
        steps = [out.logits]
        for place in range(5, 24):
            cache = out.past_key_values
            now = ids[:, place : place + 1]
            out = model.module(input_ids=now, past_key_values=cache, use_cache=True)
            steps.append(out.logits)
        asked = model.module(input_ids=ids, logits_to_keep=torch.tensor([3, 20])).logits
    assert torch.allclose(torch.cat(steps, dim=1), at_once, atol=1e-4)
    assert torch.allclose(asked, at_once[:, [3, 20]], atol=1e-4)


@pytest.mark.parametrize("form", FORMS)
def test_saved_and_loaded_it_is_identical(
    model: LanguageModel, edits: dict[str, SeracEdit], form: str
) -> None:
    edit = edits[form].at_threshold(0.5)
    state = edit.state()
    again = find_editor("serac").load(EditState(dict(state.tensors), dict(state.record)))
    assert isinstance(again, SeracEdit)
    assert again.decisions(model, FRANCE.prefix) == edit.decisions(model, FRANCE.prefix)


def test_both_forms_are_trained_once(model: LanguageModel, encoder: Path, tmp_path: Path) -> None:
    drawer = Drawer(tmp_path)
    options = {"encoder": str(encoder), "form": "cross", "steps": 3}
    first, _ = fit(model, drawer, **options)
    (kept,) = (tmp_path / "serac").iterdir()
    written = kept.stat().st_mtime_ns
    again, _ = fit(model, drawer, **options)
    assert kept.stat().st_mtime_ns == written
    assert first.decisions(model, FRANCE.prefix) == again.decisions(model, FRANCE.prefix)


def test_an_interrupted_training_of_the_cross_form_goes_on_to_the_same_numbers(
    model: LanguageModel, encoder: Path, tmp_path: Path
) -> None:
    def stopping(progress: Progress) -> None:
        if (progress.message, progress.done) == ("scope: rows and texts together", 4):
            raise Cancelled

    def report(progress: Progress) -> None:
        if progress.message == "scope: rows and texts together":
            done.append(progress.done)

    options = {"encoder": str(encoder), "form": "cross", "steps": 6}
    done: list[int] = []
    whole, _ = fit(model, None, **options, report=report)
    drawer = Drawer(tmp_path)
    with pytest.raises(Cancelled):
        fit(model, drawer, **options, report=stopping)
    done.clear()
    resumed, _ = fit(model, drawer, **options, report=report)
    assert done == [5, 6]
    assert len(list((tmp_path / "serac").iterdir())) == 1
    one, other = (edit.state().tensors for edit in (whole, resumed))
    assert [name for name in one if not torch.equal(one[name], other[name])] == []


def test_a_row_that_is_off_never_answers(model: LanguageModel, edits: dict[str, SeracEdit]) -> None:
    for edit in edits.values():
        off = edit.at_threshold(SURE).switched(FRANCE.id, on=False)
        assert FRANCE.id not in {decision.row for decision in off.decisions(model, FRANCE.prefix)}


def test_a_long_text_is_read_every_so_many_tokens() -> None:
    def window(count: int) -> list[int]:
        ids = [BEFORE_TEXT] * (WINDOW + STRIDE) + list(range(count))
        return ids[-(WINDOW + STRIDE) :]

    assert what_is_read(window(3), 3) == (0, 1, 2)
    assert what_is_read(window(EXACT), EXACT) == tuple(range(EXACT))
    for count in range(EXACT + 1, 4 * STRIDE + EXACT):
        end = max(EXACT, count - count % STRIDE)
        assert what_is_read(window(count), count) == tuple(range(end - WINDOW, end))


def test_a_folder_without_an_encoder_is_refused(
    model: LanguageModel, encoder: Path, tmp_path: Path
) -> None:
    with pytest.raises(EditingError, match="holds no text encoder"):
        open_encoder(str(tmp_path))
    with pytest.raises(EditingError, match="is another one"):
        open_encoder(str(encoder), "0" * 64)
    with pytest.raises(EditingError, match="Give its folder"):
        fit(model, None, form="cross")
