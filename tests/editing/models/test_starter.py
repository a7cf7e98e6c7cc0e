"""The bundled starter: its size, its parts, and the fast measures against the module's own."""

import pytest
import torch

from editing.editors.sense_edit import SenseEdit
from editing.evaluation import EvaluationTexts, Yardstick
from editing.examples import Example, Kind
from editing.general_text import GENERAL, REGULARISATION, GeneralText, load_samples
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.models.starter import SAMPLES_FILE, starter_folder
from editing.progress import unheard
from tests import plain
from tests.in_memory import InMemoryPasses

MIB = 1024 * 1024
EXAMPLES = (
    Example("The capital of Peru is", " Lima", kind=Kind.INCREASE, threshold=1.6),
    Example("The nurse said", " she", " he", kind=Kind.BALANCE, threshold=0.4),
    Example("The pilots", " like the town", " likes the town", kind=Kind.PREFER, threshold=-2.8),
)


@pytest.fixture(scope="module")
def starter() -> LanguageModel:
    return load_model("starter")


def test_it_fits_into_the_size_promised() -> None:
    sizes = [path.stat().st_size for path in starter_folder().rglob("*") if path.is_file()]
    assert sum(sizes) <= 40 * MIB
    assert max(sizes) <= 15 * MIB


def test_it_has_the_promised_shape(starter: LanguageModel) -> None:
    assert starter.context == 256
    assert 15_000 <= starter.vocab_size <= 17_000
    assert starter.dtype == torch.float32


@pytest.mark.parametrize(("role", "tokens"), [(GENERAL, 100_000), (REGULARISATION, 300 * 255)])
def test_sampled_texts_are_shipped(starter: LanguageModel, role: str, tokens: int) -> None:
    text = load_samples(starter_folder() / SAMPLES_FILE, starter, role)
    assert text.tokens >= tokens
    assert all(s.ids[0] == starter.tokenizer.eos_token_id for s in text.sequences)


def test_the_card_tells_source_licence_and_loss() -> None:
    card = (starter_folder() / "README.md").read_text(encoding="utf-8")
    for part in ("Simple English Wikipedia", "CC BY-SA 3.0", "validation split", "Limits"):
        assert part in card


def test_fast_measures_equal_the_modules_own(starter: LanguageModel) -> None:
    samples = load_samples(starter_folder() / SAMPLES_FILE, starter, GENERAL)
    general = GeneralText("part", samples.sequences[:12], sampled=True)
    texts = EvaluationTexts(EXAMPLES, EXAMPLES[:1], general)
    yardstick = Yardstick.over(starter, texts, InMemoryPasses().sense_pass, unheard)
    edit = some_edit(general)
    (fast,) = yardstick.measures(edit.token_losses(starter, [1.0]))

    def slow(sequences) -> torch.Tensor:
        with torch.no_grad():
            return torch.cat(plain.token_nlls(starter, sequences)).double()

    assert yardstick.examples is not None
    before = slow(general.sequences).mean()
    with edit.applied(starter):
        after = slow(general.sequences).mean()
        hard = slow(yardstick.examples.sequences[:1]).sum()
    assert fast.degradation is not None
    assert abs(fast.degradation) > 1e-5
    assert fast.degradation == pytest.approx(float(after / before - 1), abs=1e-7)
    assert fast.general_loss == pytest.approx(float(after), rel=1e-5)
    assert fast.hard_negatives == pytest.approx(float(hard), rel=1e-5)


def some_edit(general: GeneralText) -> SenseEdit:
    """Random differences on two senses each of thirty words of the text."""
    words = sorted({i for s in general.sequences for i in s.ids})[100::20][:30]
    token_ids = torch.tensor(words).repeat_interleave(2)
    senses = torch.tensor([1, 4]).repeat(len(words))
    deltas = torch.randn(len(senses), 256, generator=torch.Generator().manual_seed(0))
    return SenseEdit(token_ids, senses, 0.5 * deltas, torch.zeros(len(senses)))
