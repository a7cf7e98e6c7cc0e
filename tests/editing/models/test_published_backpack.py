"""The published Backpack: its files' layout and its real sizes but for the width, which is small.

50,264 rows of which 50,257 are words, 512 positions, 16 senses, no tokenizer of its own.
"""

import json
import shutil
from pathlib import Path

import pytest
import torch
from huggingface_hub import constants
from torch import Tensor

from editing.base_passes import pass_for
from editing.editors import find_editor
from editing.editors.base import FitContext
from editing.errors import EditingError
from editing.evaluation import BallJudge, EvaluationTexts, Yardstick
from editing.examples import Example, Kind
from editing.general_text import GENERAL, sampled_text, text_from_rows
from editing.generation import Sampling, generate, silent
from editing.models.backpack import BackpackGPT2Config, BackpackGPT2LMHeadModel
from editing.models.folder import inspect_folder
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.models.tokenizer_loading import has_tokenizer
from editing.objectives import encode_examples
from editing.progress import unheard
from editing.senses import all_senses, sense_directions
from tests.in_memory import InMemoryPasses
from tests.tiny import SENTENCES
from tests.tokenizers import byte_level

ROWS, WORDS, POSITIONS, SENSES = 50264, 50257, 512, 16
END = "<|endoftext|>"
EXAMPLES = (Example("The capital of France is", " Paris", kind=Kind.INCREASE, threshold=5.0),)
COMMIT = "d" * 40


@pytest.fixture(scope="module")
def gpt2_words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tokenizer in the form and of the size of GPT-2's: end-of-text is its last word."""
    folder = tmp_path_factory.mktemp("words")
    model = json.loads(byte_level().backend_tokenizer.to_str())["model"]
    words = [word for word in sorted(model["vocab"], key=model["vocab"].get) if word != END]
    words += [f"filler{number}" for number in range(WORDS - 1 - len(words))]
    vocabulary = {word: number for number, word in enumerate([*words, END])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    merges = [" ".join(pair) if isinstance(pair, list) else pair for pair in model["merges"]]
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]))
    about = {"model_max_length": 1024, "tokenizer_class": "GPT2Tokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(about))
    return folder


@pytest.fixture(scope="module")
def state() -> dict[str, Tensor]:
    """The weights; the rows that are no words are enormous, so that none may slip in."""
    config = BackpackGPT2Config(n_embd=32, n_layer=2, n_head=4, num_senses=SENSES)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        module = BackpackGPT2LMHeadModel(config)
    for parameter in module.parameters():
        parameter.data *= 4.0
    state = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    words = state["backpack.gpt2_model.wte.weight"]
    words[WORDS:] = 40.0
    state["lm_head.weight"] = state["backpack.word_embeddings.weight"] = words
    state["backpack.position_embeddings.weight"] = state["backpack.gpt2_model.wpe.weight"]
    mask = torch.ones(1, 1, POSITIONS, POSITIONS, dtype=torch.bool).tril()
    for layer in range(2):
        state[f"backpack.gpt2_model.h.{layer}.attn.bias"] = mask
        state[f"backpack.gpt2_model.h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
    return state


@pytest.fixture(scope="module")
def published(state: dict[str, Tensor], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backpack")
    torch.save(
        {name: tensor.clone() for name, tensor in state.items()}, folder / "pytorch_model.bin"
    )
    config = {
        "activation_function": "gelu_new", "architectures": ["BackpackGPT2LMHeadModel"],
        "auto_map": {"AutoConfig": "configuration_backpack_gpt2.BackpackGPT2Config",
                     "AutoModelForCausalLM": "modeling_backpack_gpt2.BackpackGPT2LMHeadModel"},
        "attn_pdrop": 0.1, "bos_token_id": 50256, "embd_pdrop": 0.1, "eos_token_id": 50256,
        "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_embd": 32, "n_head": 4,
        "n_layer": 2, "n_positions": POSITIONS, "num_senses": SENSES, "resid_pdrop": 0.1,
        "scale_attn_by_inverse_layer_idx": True, "scale_attn_weights": True,
        "sense_intermediate_scale": 4, "torch_dtype": "float32", "transformers_version": "4.28.1",
        "use_cache": True, "vocab_size": ROWS,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    for name in ("configuration_backpack_gpt2.py", "modeling_backpack_gpt2.py"):
        (folder / name).write_text("raise SystemExit")
    return folder


@pytest.fixture
def model(published: Path, gpt2_words: Path) -> LanguageModel:
    return load_model(published, tokenizer=gpt2_words)


@pytest.fixture(scope="module")
def cropped(
    published: Path, gpt2_words: Path, tmp_path_factory: pytest.TempPathFactory
) -> LanguageModel:
    """The same model without the rows that are no words."""
    module = load_model(published, tokenizer=gpt2_words).module
    module.resize_token_embeddings(WORDS)
    folder = tmp_path_factory.mktemp("cropped")
    module.save_pretrained(folder)
    return load_model(folder, tokenizer=gpt2_words)


def cache_of_gpt2(cache: Path, gpt2_words: Path) -> None:
    root = cache / "models--gpt2"
    shutil.copytree(gpt2_words, root / "snapshots" / COMMIT)
    (root / "refs").mkdir()
    (root / "refs" / "main").write_text(COMMIT)


def test_it_is_recognised_without_its_code(published: Path) -> None:
    facts = inspect_folder(published)
    assert (facts.architecture, facts.layout.family) == ("BackpackGPT2LMHeadModel", "Backpack")
    assert (facts.rows, facts.layers, facts.dtype, facts.notes) == (ROWS, 2, "float32", ())


def test_its_tokenizer_comes_from_a_folder_or_the_cache(
    published: Path, gpt2_words: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    assert not has_tokenizer(published)
    with pytest.raises(EditingError, match=r"uses GPT-2's\. Fetch that with `exemplar models add"):
        load_model(published)
    named = load_model(published, tokenizer=gpt2_words)
    cache_of_gpt2(tmp_path, gpt2_words)
    found = load_model(published)
    assert named.fingerprint == found.fingerprint
    assert found.tokenizer.decode(found.tokenizer("The river").input_ids) == "The river"


def test_it_has_the_published_sizes(model: LanguageModel) -> None:
    assert (model.vocab_size, model.context, model.dtype) == (WORDS, POSITIONS, torch.float32)
    assert model.tokenizer.eos_token_id == WORDS - 1
    assert int(model.module.config.num_senses) == SENSES


def test_rows_that_are_no_words_are_cropped_everywhere(
    model: LanguageModel, cropped: LanguageModel
) -> None:
    both = (model, cropped)
    greedy = [generate(m, "The river", Sampling(12, 0), silent).continuation for m in both]
    drawn = [generate(m, "The river", Sampling(12), silent).continuation for m in both]
    assert greedy[0] == greedy[1]
    assert drawn[0] == drawn[1]
    raised = [
        [
            [word for word, _ in (*sense.direction.raises, *sense.direction.lowers)]
            for sense in sense_directions(m, all_senses(m, " river"), top=5)
        ]
        for m in both
    ]
    assert raised[0] == raised[1]
    texts = [text_from_rows(m, SENTENCES[:2], "text").sequences for m in both]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("method", ["sense-finetuning", "lora", "memit"])
def test_methods_learn_the_same_with_and_without_them(
    method: str, model: LanguageModel, cropped: LanguageModel
) -> None:
    measured = [losses_of(method, one) for one in (model, cropped)]
    assert torch.allclose(measured[0], measured[1], atol=1e-4)
    assert measured[0][-1] < measured[0][0]


QUICK = {
    "sense-finetuning": {"learning_rate": 0.05, "epochs": 2, "senses_per_example": 4},
    "lora": {"learning_rate": 1e-2, "epochs": 2, "rank": 4, "layer_share": 0.9},
    "memit": {"covariance_weight": 0.01, "clamp": 3.0, "steps": 3, "rate": 0.3,
              "subject": "standard"},
}  # fmt: skip


def losses_of(method: str, model: LanguageModel) -> Tensor:
    """The example's loss and the degradation after each candidate."""
    editor, passes = find_editor(method), InMemoryPasses()
    texts = EvaluationTexts(EXAMPLES, (), text_from_rows(model, SENTENCES[:1], "G"))
    yardstick = Yardstick.over(model, texts, pass_for(editor, passes), unheard)
    judge = BallJudge(yardstick, 1e9, lambda epoch: None)
    encoded = encode_examples(model.tokenizer, EXAMPLES, model.context)
    text = text_from_rows(model, SENTENCES[2:], "R")
    context = FitContext(passes, judge, unheard, 0)
    editor.fit(model, encoded, text, editor.Settings(**QUICK[method]), context)
    losses = [m.example_losses for m in judge.measures]
    return torch.stack([loss[0] for loss in losses if loss is not None])


@pytest.mark.slow
def test_sampled_texts_hold_words_alone(model: LanguageModel) -> None:
    text = sampled_text(model, GENERAL, 600, seed=3, report=unheard)
    assert max(max(window.ids) for window in text.sequences) < WORDS
