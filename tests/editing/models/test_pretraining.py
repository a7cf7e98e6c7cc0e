"""Training a Backpack from a stream: loss, optimisers, schedule, going on after an interruption."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from editing.models.backpack import BackpackGPT2LMHeadModel
from editing.models.pretraining import training
from editing.models.pretraining.loss import OutputLoss
from editing.models.pretraining.optimiser import Muon, optimisers_for, orthogonalised
from editing.models.pretraining.training import (
    Schedule,
    TrainingState,
    train,
    validation_loss,
    window_loss,
)
from editing.models.pretraining.windows import (
    Mixture,
    TokenStream,
    draw_batches,
    draw_windows,
    read_stream,
    write_stream,
)
from tests.tiny import SENTENCES
from tests.tokenizers import byte_level

LENGTH = 24


def gaussian(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shape", [(32, 96), (96, 32), (16, 48)], ids=str)
def test_orthogonalised_singular_values_are_near_one(shape: tuple[int, int]) -> None:
    values = torch.linalg.svdvals(orthogonalised(1e-3 * gaussian(*shape)))
    assert 0.6 < float(values.min()) < float(values.max()) < 1.25


def test_orthogonalising_keeps_the_directions() -> None:
    matrix = gaussian(32, 96)
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    nearest, own = left @ right, orthogonalised(matrix)
    assert float((nearest * own).sum() / nearest.norm() / own.norm()) > 0.97


def test_orthogonalising_nothing_gives_nothing() -> None:
    assert not orthogonalised(torch.zeros(4, 8)).any()


def stepped(shape: tuple[int, int], gradient: Tensor, *, weight_decay: float = 0.0) -> Tensor:
    """What one step of Muon makes of a matrix of ones."""
    parameter = nn.Parameter(torch.ones(shape))
    parameter.grad = gradient
    Muon([parameter], lr=0.1, momentum=0.95, weight_decay=weight_decay).step()
    return parameter.detach()


def test_muon_goes_against_the_gradient_by_its_rate() -> None:
    gradient = gaussian(32, 40)
    step = (stepped((32, 40), gradient) - 1) / 0.1
    assert float((step * gradient).sum()) < 0
    values = torch.linalg.svdvals(step)
    assert 0.5 < float(values.min()) < float(values.max()) < 1.4


def test_muon_carries_its_momentum_on() -> None:
    parameter = nn.Parameter(torch.zeros(16, 16))
    muon = Muon([parameter], lr=1.0, momentum=0.9, weight_decay=0.0)
    first, second = gaussian(16, 16, seed=1), gaussian(16, 16, seed=2)
    buffer = torch.zeros(16, 16)
    for gradient in (first, second):
        before = parameter.detach().clone()
        parameter.grad = gradient
        muon.step()
        buffer = 0.9 * buffer + 0.1 * gradient
        expected = orthogonalised(0.1 * gradient + 0.9 * buffer)
        assert torch.allclose(before - parameter, expected, atol=0.02)


def test_muon_takes_concatenated_projections_as_matrices_of_their_own() -> None:
    query, key = gaussian(32, 32, seed=1), 100 * gaussian(32, 32, seed=2)
    together = stepped((32, 64), torch.cat([query, key], dim=1))
    apart = torch.cat([stepped((32, 32), query), stepped((32, 32), key)], dim=1)
    assert torch.allclose(together, apart, atol=1e-6)


def test_muon_shrinks_weights_where_it_is_told() -> None:
    assert torch.allclose(stepped((8, 8), torch.zeros(8, 8), weight_decay=0.5), torch.tensor(0.95))


def test_every_parameter_has_one_optimiser(module: BackpackGPT2LMHeadModel) -> None:
    muon, adam = optimisers_for(module, muon_lr=0.02, adam_lr=0.004)
    of_muon = {id(p) for group in muon.param_groups for p in group["params"]}
    of_adam = {id(p) for group in adam.param_groups for p in group["params"]}
    parameters = dict(module.named_parameters())
    assert not of_muon & of_adam
    assert of_muon | of_adam == {id(p) for p in parameters.values()}
    names = {name for name, p in parameters.items() if id(p) in of_muon}
    assert {p.ndim for name, p in parameters.items() if name in names} == {2}
    assert not any("wte" in name or "wpe" in name for name in names)
    assert "backpack.sense_network.final_mlp.c_proj.weight" in names
    assert "backpack.sense_weight_net.c_attn.weight" in names
    assert [o.param_groups[0]["peak"] for o in (muon, adam)] == [0.02, 0.004]


def losses_and_gradients(loss_of, *, factor: float = 1.0) -> tuple[float, Tensor, Tensor]:
    hidden = gaussian(300, 32).requires_grad_()
    output = (0.3 * gaussian(320, 32, seed=1)).requires_grad_()
    targets = torch.randint(320, (300,), generator=torch.Generator().manual_seed(2))
    loss = loss_of(hidden, output, targets)
    (factor * loss).backward()
    assert hidden.grad is not None
    assert output.grad is not None
    return loss.item(), hidden.grad, output.grad


def cross_entropy(hidden: Tensor, output: Tensor, targets: Tensor) -> Tensor:
    return nn.functional.cross_entropy(hidden @ output.T, targets)


@pytest.mark.parametrize("factor", [1.0, 3.0])
def test_the_output_loss_is_cross_entropy_and_its_gradient(factor: float) -> None:
    own = losses_and_gradients(OutputLoss.apply, factor=factor)
    expected = losses_and_gradients(cross_entropy, factor=factor)
    assert own[0] == pytest.approx(expected[0], rel=1e-3)
    for gradient, wanted in zip(own[1:], expected[1:], strict=True):
        assert float((gradient - wanted).norm() / wanted.norm()) < 0.01


def test_the_window_loss_is_the_models_own(module: BackpackGPT2LMHeadModel) -> None:
    batch = torch.arange(3 * LENGTH).view(3, LENGTH) * 11 % 320
    with torch.no_grad():
        logits = module(input_ids=batch).logits[:, :-1]
        expected = nn.functional.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
        own = window_loss(module, batch)
    assert float(own) == pytest.approx(float(expected), rel=3e-3)


def test_the_rate_rises_holds_and_falls_to_zero() -> None:
    schedule = Schedule(minutes=10, warmup_steps=4, decay_share=0.5)
    assert [schedule.factor(step, 0.0) for step in range(5)] == [0.25, 0.5, 0.75, 1.0, 1.0]
    falling = [schedule.factor(100, 60.0 * minute) for minute in (5, 6, 7.5, 9.5, 10, 11)]
    assert falling == pytest.approx([1.0, 0.8, 0.5, 0.1, 0.0, 0.0])


@pytest.fixture
def stream(tmp_path: Path) -> TokenStream:
    write_stream([[s, s] for s in SENTENCES] * 20, byte_level(), tmp_path, "train")
    return read_stream(tmp_path, "train")


def test_a_stream_holds_the_documents_parted_by_the_end_of_text(stream: TokenStream) -> None:
    tokenizer = byte_level()
    text = tokenizer.decode(stream.ids.tolist())
    documents = text.split("<|endoftext|>")
    assert documents == [f"{s}\n{s}" for s in SENTENCES] * 20 + [""]
    starts = [
        tokenizer.decode(stream.ids[int(i) : int(i) + 3].tolist()) for i in stream.paragraph_starts
    ]
    assert len(starts) == 2 * 20 * len(SENTENCES)
    assert all(any(s.startswith(start) for s in SENTENCES) for start in starts)


def test_windows_cover_the_stream_and_often_begin_with_a_paragraph() -> None:
    ids = np.arange(10_000, dtype=np.uint16)
    stream = TokenStream(ids, np.arange(0, 10_000, 50, dtype=np.int64))
    one_pass = list(itertools.islice(draw_windows(stream, 20, seed=3), 490))
    assert {len(window) for window in one_pass} == {20}
    assert all(np.array_equal(w, np.arange(w[0], w[0] + 20)) for w in one_pass)
    at_paragraphs = sum(window[0] % 50 == 0 for window in one_pass) / len(one_pass)
    assert 0.4 < at_paragraphs < 0.65
    assert len({int(window[0]) for window in one_pass}) > 300


def test_batches_mix_both_texts(stream: TokenStream) -> None:
    own = TokenStream(np.full(500, 7, dtype=np.uint16), np.zeros(1, dtype=np.int64))
    batch = next(draw_batches(stream, own, Mixture(corpus=3, own=2), LENGTH, seed=1))
    assert batch.shape == (5, LENGTH)
    assert (batch == 7).all(dim=1).tolist() == [False, False, False, True, True]
    alone = next(draw_batches(stream, None, Mixture(corpus=3, own=2), LENGTH, seed=1))
    assert alone.shape == (5, LENGTH)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that goes on one second at every look."""
    seconds = itertools.count()
    fake = SimpleNamespace(monotonic=lambda: float(next(seconds)))
    monkeypatch.setattr(training, "time", fake)


def batches_of(stream: TokenStream) -> Iterator[Tensor]:
    return draw_batches(stream, None, Mixture(corpus=4, own=0), LENGTH, seed=1)


def validation_of(stream: TokenStream) -> Tensor:
    return torch.from_numpy(stream.ids[: 8 * LENGTH].astype(np.int64)).view(8, LENGTH)


QUICK = Schedule(minutes=0.5, warmup_steps=2, log_steps=2, measure_steps=4)
"""Half a minute of the fake clock: two seconds a step."""


@pytest.mark.usefixtures("clock")
def test_training_lowers_the_loss_until_its_time_is_over(
    module: BackpackGPT2LMHeadModel, stream: TokenStream, tmp_path: Path
) -> None:
    validation = validation_of(stream)
    before = validation_loss(module, validation)
    state = TrainingState.fresh(module, QUICK)
    train(state, batches_of(stream), validation, QUICK, tmp_path / "state")
    assert validation_loss(module, validation) < before - 0.5
    assert 10 < state.step < 20
    assert state.tokens == state.step * 4 * LENGTH
    assert state.seconds >= 30
    assert [entry["step"] for entry in state.log] == list(range(2, state.step + 1, 2))
    measured = [entry["step"] for entry in state.log if "validation_loss" in entry]
    assert measured == list(range(4, state.step + 1, 4))


@pytest.mark.usefixtures("clock")
def test_the_time_of_earlier_sessions_counts(
    module: BackpackGPT2LMHeadModel, stream: TokenStream, tmp_path: Path
) -> None:
    state = TrainingState.fresh(module, QUICK)
    state.seconds = 20.0
    train(state, batches_of(stream), validation_of(stream), QUICK, tmp_path / "state")
    assert 2 < state.step < 7
    assert state.seconds >= 30


def test_each_step_is_taken_at_the_schedules_rate(
    module: BackpackGPT2LMHeadModel, stream: TokenStream, tmp_path: Path
) -> None:
    schedule = Schedule(minutes=60, warmup_steps=4)
    state = TrainingState.fresh(module, schedule)
    two = itertools.islice(batches_of(stream), 2)
    with pytest.raises(StopIteration):
        train(state, two, validation_of(stream), schedule, tmp_path / "state")
    rates = [o.param_groups[0]["lr"] for o in state.optimisers]
    assert rates == [schedule.muon_lr / 2, schedule.adam_lr / 2]


@pytest.mark.usefixtures("clock")
def test_an_interrupted_training_is_saved_and_goes_on_from_there(
    module: BackpackGPT2LMHeadModel, stream: TokenStream, tmp_path: Path
) -> None:
    path, validation = tmp_path / "state", validation_of(stream)
    state = TrainingState.fresh(module, QUICK)
    three = itertools.islice(batches_of(stream), 3)
    with pytest.raises(StopIteration):
        train(state, three, validation, QUICK, path)
    assert (state.step, state.tokens) == (3, 3 * 4 * LENGTH)
    again = TrainingState.fresh(BackpackGPT2LMHeadModel(module.config), QUICK)
    again.restore(path)
    assert (again.step, again.tokens, again.seconds) == (3, state.tokens, state.seconds)
    assert again.log == state.log
    rest = list(itertools.islice(batches_of(stream), 2))
    for one in (state, again):
        one.model.train()
        with pytest.raises(StopIteration):
            train(one, iter(rest), validation, QUICK, path)
    assert again.step == 5
    for name, parameter in again.model.named_parameters():
        assert torch.equal(parameter, state.model.get_parameter(name)), name


def test_a_state_is_written_whole_or_not_at_all(
    module: BackpackGPT2LMHeadModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state"
    state = TrainingState.fresh(module, QUICK)
    state.save(path)
    state.step = 9

    def full_disk(record: object, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(torch, "save", full_disk)
    with pytest.raises(OSError, match="no space"):
        state.save(path)
    state.restore(path)
    assert state.step == 0
