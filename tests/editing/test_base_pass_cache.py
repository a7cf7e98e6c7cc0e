"""Base passes on disk: found by content, whole or not there, bounded."""

import os
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import pytest
import torch

from editing.base_passes import BasePassCache, SensePass, cache, compute_sense_pass
from editing.batches import TokenSequence
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.progress import Cancelled, Progress, unheard
from tests.tiny import tiny_backpack

ROOMY = 10**9


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_backpack(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def model(folder: Path) -> LanguageModel:
    return load_model(folder)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many sequences each computation had."""
    counts: list[int] = []

    def counting(model, sequences, **rest) -> SensePass:
        counts.append(len(sequences))
        return compute_sense_pass(model, sequences, **rest)

    monkeypatch.setattr(cache, "compute_sense_pass", counting)
    return counts


def text(*, seed: int = 0, count: int = 5) -> list[TokenSequence]:
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randint(320, (count, 20), generator=generator).tolist()
    return [TokenSequence(tuple(row[: 8 + n]), 1 + n) for n, row in enumerate(drawn)]


def entries(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def same(a: SensePass, b: SensePass) -> bool:
    return all(torch.equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(SensePass))


def opened(
    passes: BasePassCache, model: LanguageModel, sequences: Sequence[TokenSequence]
) -> SensePass:
    return passes.sense_pass(model, sequences, report=unheard)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_a_pass_on_disk_equals_one_in_memory(
    folder: Path, tmp_path: Path, dtype: torch.dtype
) -> None:
    wide = load_model(folder, dtype=dtype)
    passes = BasePassCache(tmp_path, ROOMY)
    expected = compute_sense_pass(wide, text(), report=unheard)
    assert same(opened(passes, wide, text()), expected)
    assert same(opened(passes, wide, text()), expected)


def test_the_same_text_is_never_passed_twice(
    model: LanguageModel, tmp_path: Path, computed: list[int]
) -> None:
    for _ in range(2):
        opened(BasePassCache(tmp_path, ROOMY), model, text())
    assert computed == [5]


def test_other_contents_are_other_passes(folder: Path, tmp_path: Path, computed: list[int]) -> None:
    model, wide = load_model(folder), load_model(folder, dtype=torch.float64)
    other = load_model(tiny_backpack(tmp_path / "other", seed=1))
    rescored = [TokenSequence(s.ids, s.first_scored + 1) for s in text()]
    joined = [TokenSequence((*text()[0].ids, *text()[1].ids), 1), *text()[2:]]
    passes = BasePassCache(tmp_path / "cache", ROOMY)
    for base in (model, wide, other):
        opened(passes, base, text())
    for sequences in (rescored, joined, text()[::-1], text()):
        opened(passes, model, sequences)
    assert len(computed) == 6
    assert len(entries(passes.folder)) == 6


def test_sequences_do_not_run_into_one_another(model: LanguageModel, tmp_path: Path) -> None:
    passes = BasePassCache(tmp_path, ROOMY)
    two = [TokenSequence((5, 6), 1), TokenSequence((7, 8), 1)]
    one = [TokenSequence((5, 6, 1, 7, 8), 1)]  # first_scored and ids follow in the same order
    assert (opened(passes, model, two).rows, opened(passes, model, one).rows) == (2, 4)


def test_a_broken_folder_is_ignored(
    model: LanguageModel, tmp_path: Path, computed: list[int]
) -> None:
    passes = BasePassCache(tmp_path, ROOMY)
    whole = opened(passes, model, text())
    (name,) = entries(tmp_path)
    (tmp_path / name / cache.MANIFEST).unlink()
    (tmp_path / f"{name}.17.partial").mkdir()
    (tmp_path / f"{name}.17.partial" / "hidden.npy").write_bytes(b"half")
    assert same(opened(passes, model, text()), whole)
    assert computed == [5, 5]


@pytest.mark.parametrize("name", ["hidden.npy", "ids.npy", "key.npy"])
def test_a_pass_whose_arrays_are_damaged_is_made_again(
    model: LanguageModel, tmp_path: Path, name: str
) -> None:
    passes = BasePassCache(tmp_path, ROOMY)
    opened(passes, model, text())
    (entry,) = tmp_path.iterdir()
    (entry / name).write_bytes((entry / name).read_bytes()[:-40])
    expected = compute_sense_pass(model, text(), report=unheard)
    assert same(opened(passes, model, text()), expected)
    (entry / name).unlink()
    assert same(opened(passes, model, text()), expected)


def test_a_cancelled_pass_leaves_nothing(
    model: LanguageModel, tmp_path: Path, computed: list[int]
) -> None:
    def cancel(progress: Progress) -> None:
        raise Cancelled

    passes = BasePassCache(tmp_path, ROOMY)
    with pytest.raises(Cancelled):
        passes.sense_pass(model, text(), report=cancel)
    assert entries(tmp_path) == set()
    opened(passes, model, text())
    assert computed == [5, 5]


def test_a_pass_of_a_text_with_nothing_scored_twice_over(
    model: LanguageModel, tmp_path: Path
) -> None:
    one = [TokenSequence((5, 6), 1)]
    assert opened(BasePassCache(tmp_path, ROOMY), model, one).rows == 1


def used_at(entry: Path, seconds: int) -> None:
    os.utime(entry / cache.MANIFEST, (seconds, seconds))


def entry_of(passes: BasePassCache, model: LanguageModel, seed: int) -> Path:
    before = entries(passes.folder) if passes.folder.exists() else set()
    opened(passes, model, text(seed=seed))
    (name,) = entries(passes.folder) - before
    return passes.folder / name


def test_the_least_recently_used_pass_is_dropped(
    model: LanguageModel, tmp_path: Path, computed: list[int]
) -> None:
    passes = BasePassCache(tmp_path, ROOMY)
    first, second = entry_of(passes, model, 1), entry_of(passes, model, 2)
    size = sum(path.stat().st_size for path in first.iterdir())
    used_at(first, 100)
    used_at(second, 200)
    opened(passes, model, text(seed=1))  # now the second is the one used longest ago
    passes.limit_bytes = int(2.5 * size)
    third = entry_of(passes, model, 3)
    assert entries(tmp_path) == {first.name, third.name}
    assert len(computed) == 3


def test_the_pass_just_made_is_kept_however_small_the_limit(
    model: LanguageModel, tmp_path: Path
) -> None:
    passes = BasePassCache(tmp_path, ROOMY)
    entry_of(passes, model, 1)
    passes.limit_bytes = 0
    expected = compute_sense_pass(model, text(seed=2), report=unheard)
    assert same(opened(passes, model, text(seed=2)), expected)
    assert len(entries(tmp_path)) == 1
    assert same(opened(passes, model, text(seed=2)), expected)


def test_a_pass_that_is_dropped_while_open_stays_readable(
    model: LanguageModel, tmp_path: Path
) -> None:
    passes = BasePassCache(tmp_path, 0)
    first = opened(passes, model, text(seed=1))
    opened(passes, model, text(seed=2))
    assert same(first, compute_sense_pass(model, text(seed=1), report=unheard))


def test_what_is_changed_in_an_open_pass_stays_out_of_the_file(
    model: LanguageModel, tmp_path: Path
) -> None:
    passes = BasePassCache(tmp_path, ROOMY)
    opened(passes, model, text()).hidden.zero_()
    again = opened(passes, model, text())
    assert bool(again.hidden.any())
