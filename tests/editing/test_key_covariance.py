"""Covariances of keys: the direct mean, kept on disk by content, no hook left behind."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from editing.base_passes import BasePassCache, cache, compute_key_covariances
from editing.batches import TokenSequence
from editing.general_text import text_from_rows
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.models.projections import Projection, down_projection, layer_count
from editing.progress import Cancelled, Progress, unheard
from tests.tiny import SENTENCES, STOCK, tiny_backpack, tiny_transformer

ROOMY = 10**9


@pytest.fixture(scope="module", params=["Backpack", *STOCK])
def model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> LanguageModel:
    folder = tmp_path_factory.mktemp("tiny")
    if request.param == "Backpack":
        return load_model(tiny_backpack(folder), dtype=torch.float64)
    return load_model(tiny_transformer(folder, request.param), dtype=torch.float64)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The projections of each computation."""
    calls: list[list[str]] = []

    def counting(model, projections, sequences, **rest):
        calls.append([projection.name for projection in projections])
        return compute_key_covariances(model, projections, sequences, **rest)

    monkeypatch.setattr(cache, "compute_key_covariances", counting)
    return calls


def projections_of(model: LanguageModel) -> list[Projection]:
    return [down_projection(model, layer) for layer in range(layer_count(model))]


def text_of(model: LanguageModel) -> tuple[TokenSequence, ...]:
    return text_from_rows(model, SENTENCES, "R").sequences


def direct(model: LanguageModel, projection: Projection, sequences) -> Tensor:
    """The mean of k k^T, one key after another."""
    keys: list[Tensor] = []
    hook = projection.module.register_forward_pre_hook(
        lambda module, inputs: keys.append(inputs[0])
    )
    with torch.no_grad():
        for sequence in sequences:
            model.module(input_ids=torch.tensor([sequence.ids]))
    hook.remove()
    every = [key for batch in keys for key in batch[0]]
    total = torch.zeros(len(every[0]), len(every[0]), dtype=torch.float64)
    for key in every:
        total += torch.outer(key, key)
    return total / len(every)


def test_a_covariance_is_the_mean_over_all_tokens(model: LanguageModel) -> None:
    found = compute_key_covariances(model, projections_of(model), text_of(model), report=unheard)
    for projection in projections_of(model):
        covariance = found[projection.name]
        assert covariance.count == sum(len(s.ids) for s in text_of(model))
        expected = direct(model, projection, text_of(model))
        assert torch.allclose(covariance.mean, expected, rtol=1e-10, atol=1e-12)


def test_layers_that_do_not_fit_together_take_more_passes(
    model: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = compute_key_covariances(model, projections_of(model), text_of(model), report=unheard)
    monkeypatch.setattr("editing.base_passes.covariance.SUMMED_NUMBERS", 1)
    reports: list[Progress] = []
    apart = compute_key_covariances(
        model, projections_of(model), text_of(model), report=reports.append
    )
    assert all(torch.equal(apart[name].mean, together[name].mean) for name in together)
    assert reports[-1].done == reports[-1].total == 2 * len(text_of(model))


def test_it_is_computed_once_a_layer(
    model: LanguageModel, tmp_path: Path, computed: list[list[str]]
) -> None:
    first, second = projections_of(model)
    for wanted in ([first], [first, second], [second, first]):
        passes = BasePassCache(tmp_path, ROOMY)
        found = passes.key_covariances(model, wanted, text_of(model), report=unheard)
        assert found.keys() == {projection.name for projection in wanted}
    assert computed == [[first.name], [second.name]]
    expected = compute_key_covariances(model, [first], text_of(model), report=unheard)[first.name]
    assert torch.equal(found[first.name].mean, expected.mean)
    assert found[first.name].count == expected.count


def test_another_text_is_another_covariance(
    model: LanguageModel, tmp_path: Path, computed: list[list[str]]
) -> None:
    passes = BasePassCache(tmp_path, ROOMY)
    wanted = projections_of(model)[:1]
    for sequences in (text_of(model), text_of(model)[1:], text_of(model)):
        passes.key_covariances(model, wanted, sequences, report=unheard)
    assert len(computed) == 2


def test_a_cancelled_computation_leaves_nothing(model: LanguageModel, tmp_path: Path) -> None:
    hooks_seen: list[int] = []

    def cancel(progress: Progress) -> None:
        hooks_seen.append(
            sum(len(m._forward_pre_hooks) + len(m._forward_hooks) for m in model.module.modules())
        )
        raise Cancelled

    passes = BasePassCache(tmp_path, ROOMY)
    with pytest.raises(Cancelled):
        passes.key_covariances(model, projections_of(model), text_of(model), report=cancel)
    assert hooks_seen == [0]
    assert not list(tmp_path.iterdir())
