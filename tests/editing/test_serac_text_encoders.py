"""Text encoders as they are published, from the edit to a folder that opens without Exemplar."""

import itertools
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertForMaskedLM, T5Config, T5ForConditionalGeneration

from editing.editors import find_editor
from editing.editors.base import EditState
from editing.editors.serac.encoder import open_encoder
from editing.editors.serac.serac_edit import SeracEdit
from editing.errors import EditingError
from editing.export import export_model
from editing.generation import Sampling, generate, silent
from editing.library.stacks import EditStack
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from tests.editing.models.test_without_exemplar import PROMPT, open_as_stranger
from tests.editing.serac_kit import FRANCE, Drawer, fit, logits
from tests.editing.test_logit_ensemble_export import logits_with, stacked
from tests.tiny import SENTENCES, tiny_transformer
from tests.tiny_encoder import tiny_distilbert, tiny_encoder, tiny_minilm
from tests.tokenizers import byte_level, without_offsets

ENCODERS = {"distilbert": tiny_distilbert, "minilm": tiny_minilm}
WAYS = tuple(itertools.product(ENCODERS, ("embedding", "cross")))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return load_model(tiny_transformer(tmp_path_factory.mktemp("model"), "GPT-2"))


@pytest.fixture(scope="module")
def encoders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("encoders")
    return {name: write(folder / name) for name, write in ENCODERS.items()}


@pytest.fixture(scope="module")
def edits(
    model: LanguageModel, encoders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], SeracEdit]:
    """A memory of each encoder and form, which answers at the prompts of its rows."""
    found: dict[tuple[str, str], SeracEdit] = {}
    drawer = Drawer(tmp_path_factory.mktemp("learnt"))
    for name, form in WAYS:
        edit, _ = fit(
            model,
            drawer,
            encoder=str(encoders[name]),
            form=form,
            steps=30,
            answer="delta" if form == "embedding" else "row",
        )
        score = edit.decisions(model, FRANCE.prefix)[-1].score
        found[name, form] = edit.at_threshold(score - 1e-4)
    return found


@pytest.mark.parametrize("way", WAYS, ids="-".join)
def test_it_is_edited_saved_loaded_and_generates(
    model: LanguageModel, edits: dict[tuple[str, str], SeracEdit], way: tuple[str, str]
) -> None:
    edit = edits[way]
    assert edit.trained["form"] == way[1]
    state = edit.state()
    again = find_editor("serac").load(EditState(dict(state.tensors), dict(state.record)))
    assert isinstance(again, SeracEdit)
    assert again.decisions(model, SENTENCES[0]) == edit.decisions(model, SENTENCES[0])
    sampling = Sampling(tokens=5, temperature=0.0, seed=0)
    drawn: list[str] = []
    for each in (edit, again):
        with each.applied(model):
            drawn.append(generate(model, FRANCE.prefix, sampling, silent).continuation)
            assert not torch.equal(logits(model, FRANCE.prefix)[-1], plain_of(model)[-1])
    assert drawn[0] == drawn[1]


def plain_of(model: LanguageModel) -> torch.Tensor:
    return logits(load_model(model.source), FRANCE.prefix)


def test_an_exported_folder_holds_the_encoder_and_opens_with_transformers_alone(
    model: LanguageModel, edits: dict[tuple[str, str], SeracEdit], tmp_path: Path
) -> None:
    ways = (WAYS[0], WAYS[-1])
    folders = {way: tmp_path / "-".join(way) for way in ways}
    at = {way: edit.at_threshold(0.5 * edit.threshold) for way, edit in edits.items()}
    for way, folder in folders.items():
        export_model(model, [stacked(model, at[way], 0.9)], folder)
    half = tmp_path / "half"
    export_model(model, [stacked(model, at[WAYS[1]], 0.9)], half, dtype="bfloat16")
    twice = tmp_path / "twice"
    both = [stacked(model, at[way], 0.9) for way in ways]
    export_model(model, both, twice)
    open_as_stranger(*folders.values(), half, twice)
    for way, folder in folders.items():
        got = load_file(f"{folder}.got")["logits"]
        wanted = logits_with(model, at[way], 0.9)
        assert torch.allclose(got, wanted, atol=1e-5)  # rows are read by a copy of the model
        assert torch.equal(got, wanted) or way[1] == "embedding"
        assert not torch.allclose(got, logits_with(model, at[way], 0.0), atol=0.1)
        assert f"compared by an encoder, `{way[0]}`" in (folder / "README.md").read_text("utf-8")
        assert "encoder" in json.loads((folder / "config.json").read_text("utf-8"))["texts"]
    own = load_model(model.source, dtype=torch.bfloat16)
    got = load_file(f"{half}.got")["logits"]
    assert torch.equal(got, logits_with(own, at[WAYS[1]], 0.9))
    weights = load_file(half / "model.safetensors")
    floating = {
        tensor.dtype
        for name, tensor in weights.items()
        if name.startswith("text_parts.") and tensor.is_floating_point()
    }
    assert floating == {torch.float32}  # what compares texts stays as precise as it was
    got = load_file(f"{twice}.got")["logits"]
    parts = EditStack(tuple((each.edit, each.strength) for each in both))
    assert torch.allclose(got, logits_with(model, parts, 1.0), atol=1e-4)


@pytest.mark.parametrize("form", ["embedding", "cross"])
def test_exported_it_draws_with_a_cache_what_it_draws_without(
    model: LanguageModel, edits: dict[tuple[str, str], SeracEdit], form: str
) -> None:
    edit = edits["minilm", form]
    module = edit.at_threshold(0.5 * edit.threshold).exported_module(model, 1.0)
    own = model.tokenizer([PROMPT]).input_ids[0]
    padded = torch.tensor([own, [0] * 3 + own[:-3]])
    mask = torch.ones_like(padded)
    mask[1, :3] = 0
    options = {"max_new_tokens": 6, "do_sample": False, "pad_token_id": 0, "num_beams": 2}
    drawn = [
        module.generate(padded, attention_mask=mask, use_cache=use_cache, **options)
        for use_cache in (True, False)
    ]
    assert torch.equal(drawn[0], drawn[1])


def test_what_is_read_after_a_row_fits_the_context(
    model: LanguageModel, edits: dict[tuple[str, str], SeracEdit]
) -> None:
    edit = edits["distilbert", "embedding"].at_threshold(0.0)  # answers at every token
    ids = torch.tensor([model.tokenizer(" ".join(SENTENCES)).input_ids[: model.context]])
    assert ids.shape[1] > 40
    with edit.applied(model), torch.no_grad():
        assert model.module(input_ids=ids).logits.isfinite().all()


def test_a_tokenizer_without_a_file_is_told_before_anything_is_written(
    model: LanguageModel, edits: dict[tuple[str, str], SeracEdit]
) -> None:
    other = replace(model, tokenizer=without_offsets(byte_level()))
    with pytest.raises(EditingError, match="export the edit alone"):
        edits[WAYS[0]].exported_module(other, 1.0)


def test_folders_are_opened_as_they_are_published(
    encoders: dict[str, Path], tmp_path: Path
) -> None:
    whole = open_encoder(str(encoders["minilm"]))
    assert open_encoder(str(encoders["minilm"]), whole.fingerprint).encoder.width == 16
    inside = tmp_path / "older"
    inside.mkdir()
    shutil.copytree(encoders["minilm"], inside / "0_Transformer")
    (inside / "modules.json").write_text('[{"idx": 0, "path": "0_Transformer"}]', "utf-8")
    assert open_encoder(str(inside)).fingerprint == whole.fingerprint
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "modules.json").write_text('[{"path": "../older/0_Transformer"}]', "utf-8")
    with pytest.raises(EditingError, match="holds no text encoder"):
        open_encoder(str(elsewhere))


def test_parts_that_are_not_used_may_be_missing_and_others_not(
    encoders: dict[str, Path], tmp_path: Path
) -> None:
    masked = Path(shutil.copytree(tiny_encoder(tmp_path / "plain"), tmp_path / "masked"))
    BertForMaskedLM(BertConfig.from_pretrained(masked)).save_pretrained(masked)
    first, again = (open_encoder(str(masked)) for _ in range(2))  # it has no pooler
    assert first.fingerprint == again.fingerprint
    half = Path(shutil.copytree(encoders["minilm"], tmp_path / "half"))
    config = json.loads((half / "config.json").read_text("utf-8"))
    (half / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 3}), "utf-8")
    with pytest.raises(EditingError, match="lacks weights"):
        open_encoder(str(half))
    seq2seq = Path(shutil.copytree(encoders["minilm"], tmp_path / "seq2seq"))
    small = T5Config(vocab_size=200, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2)
    T5ForConditionalGeneration(small).save_pretrained(seq2seq)
    with pytest.raises(EditingError, match="does not read texts as an encoder"):
        open_encoder(str(seq2seq))
