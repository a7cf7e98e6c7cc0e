"""Generating with the cache gives what the whole text gives; the cache treats all layers alike."""

from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import DynamicCache, StaticCache

from editing.models.backpack import BackpackGPT2LMHeadModel, SenseEdits
from editing.models.backpack.modeling_backpack import ContextualizationLayer

NEW = 10
PAD = 0
TRUNK_LAYERS = 2


@pytest.fixture
def edited(module: BackpackGPT2LMHeadModel) -> BackpackGPT2LMHeadModel:
    """A Backpack with an edit on half of its words: what the cache remembers includes it."""
    generator = torch.Generator().manual_seed(4)
    words = torch.arange(0, 320, 2)
    deltas = torch.randn(len(words), 32, generator=generator)
    module.backpack.sense_edits = SenseEdits(words, words % 4, deltas)
    return module.requires_grad_(False)


def prompt(*shape: int, seed: int = 3) -> Tensor:
    return torch.randint(1, 320, shape, generator=torch.Generator().manual_seed(seed))


def left_padded(lengths: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    longest = max(lengths)
    ids = torch.full((len(lengths), longest), PAD)
    mask = torch.zeros_like(ids)
    for row, length in enumerate(lengths):
        ids[row, longest - length :] = prompt(length, seed=row)
        mask[row, longest - length :] = 1
    return ids, mask


def generated(
    edited: BackpackGPT2LMHeadModel, ids: Tensor, mask: Tensor | None = None, **options: Any
) -> tuple[Tensor, Tensor]:
    """The ids after the prompt, and the logits of each step (steps, batch, vocab)."""
    torch.manual_seed(9)
    out: Any = edited.generate(
        ids,
        attention_mask=torch.ones_like(ids) if mask is None else mask,
        max_new_tokens=NEW,
        min_new_tokens=NEW,
        pad_token_id=PAD,
        output_logits=True,
        return_dict_in_generate=True,
        **options,
    )
    return out.sequences[:, ids.shape[1] :], torch.stack(out.logits)


HOW = {
    "greedy": {"do_sample": False},
    "sampling": {"do_sample": True, "top_k": 0, "temperature": 1.3},
    "beams": {"do_sample": False, "num_beams": 4},
    "sampled beams": {"do_sample": True, "num_beams": 3, "num_return_sequences": 2},
}


@pytest.mark.parametrize("options", HOW.values(), ids=HOW.keys())
@pytest.mark.parametrize("lengths", [(6, 6), (3, 9, 1)], ids=["equal lengths", "left-padded"])
def test_cached_and_uncached_generation_agree(
    edited: BackpackGPT2LMHeadModel, options: dict[str, Any], lengths: tuple[int, ...]
) -> None:
    ids, mask = left_padded(lengths)
    cached, logits = generated(edited, ids, mask, use_cache=True, **options)
    uncached, expected = generated(edited, ids, mask, use_cache=False, **options)
    assert torch.equal(cached, uncached)
    assert float((logits - expected).abs().max()) <= 1e-5


def test_a_batch_generates_what_each_prompt_alone_does(edited: BackpackGPT2LMHeadModel) -> None:
    lengths = (3, 9, 1)
    ids, mask = left_padded(lengths)
    together, logits = generated(edited, ids, mask, do_sample=False)
    for row, length in enumerate(lengths):
        alone, expected = generated(edited, prompt(1, length, seed=row), do_sample=False)
        assert torch.equal(together[row], alone[0])
        assert float((logits[:, row] - expected[:, 0]).abs().max()) <= 1e-5


def test_a_batch_of_beams_gives_what_each_prompt_alone_does(
    edited: BackpackGPT2LMHeadModel,
) -> None:
    lengths = (2, 7)
    ids, mask = left_padded(lengths)
    together, _ = generated(edited, ids, mask, num_beams=3)
    for row, length in enumerate(lengths):
        alone, _ = generated(edited, prompt(1, length, seed=row), num_beams=3)
        assert torch.equal(together[row], alone[0])


def test_beams_are_scored_as_the_whole_text_is(edited: BackpackGPT2LMHeadModel) -> None:
    ids = prompt(2, 4)
    out: Any = edited.generate(
        ids, num_beams=5, num_return_sequences=3, do_sample=False, max_new_tokens=NEW,
        min_new_tokens=NEW, pad_token_id=PAD, eos_token_id=PAD, output_scores=True,
        return_dict_in_generate=True,
    )  # fmt: skip
    log_probs = edited(out.sequences).logits[:, 3:-1].log_softmax(-1)
    drawn = log_probs.gather(-1, out.sequences[:, 4:, None])[..., 0]
    assert torch.allclose(out.sequences_scores, drawn.mean(-1), atol=1e-5)
    assert len(set(map(tuple, out.sequences.tolist()))) == 6


def fed(
    edited: BackpackGPT2LMHeadModel, ids: Tensor, cache: DynamicCache, mask: Tensor | None = None
) -> Tensor:
    out = edited(ids, past_key_values=cache, attention_mask=mask, use_cache=True)
    return out.logits


@pytest.mark.parametrize("pieces", [(1, 1, 1, 1, 8), (5, 7), (11, 1)], ids=str)
def test_feeding_a_text_in_pieces_gives_its_logits(
    edited: BackpackGPT2LMHeadModel, pieces: tuple[int, ...]
) -> None:
    ids = prompt(2, 12)
    cache = DynamicCache()
    parts = [fed(edited, part, cache) for part in ids.split(list(pieces), dim=1)]
    assert float((torch.cat(parts, dim=1) - edited(ids).logits).abs().max()) <= 1e-5
    assert [layer.get_seq_length() for layer in cache.layers] == [12] * (TRUNK_LAYERS + 1)


def test_a_given_cache_is_used_though_none_is_asked_for(edited: BackpackGPT2LMHeadModel) -> None:
    ids = prompt(1, 8)
    cache = DynamicCache()
    fed(edited, ids[:, :6], cache)
    rest = edited(ids[:, 6:], past_key_values=cache, use_cache=False).logits
    assert torch.allclose(rest, edited(ids).logits[:, 6:], atol=1e-5)


def test_the_contextualization_layer_holds_keys_and_token_ids(
    edited: BackpackGPT2LMHeadModel,
) -> None:
    ids = prompt(2, 7)
    cache = DynamicCache()
    fed(edited, ids, cache)
    layer = cache.layers[TRUNK_LAYERS]
    assert isinstance(layer, ContextualizationLayer)
    assert layer.keys is not None
    assert layer.values is not None
    assert layer.keys.shape == (2, 4, 7, 8)
    assert torch.equal(layer.values[:, 0, :, 0], ids)
    assert layer.values.dtype == torch.long


def test_cropping_forgets_in_every_layer(edited: BackpackGPT2LMHeadModel) -> None:
    ids, other = prompt(2, 12), prompt(2, 4, seed=8)
    cache = DynamicCache()
    fed(edited, ids, cache)
    cache.crop(-5)
    rest = fed(edited, other, cache)
    whole = torch.cat([ids[:, :7], other], dim=1)
    assert torch.allclose(rest, edited(whole).logits[:, 7:], atol=1e-5)
    assert {layer.get_seq_length() for layer in cache.layers} == {11}


@pytest.mark.parametrize("how", ["reorder_cache", "batch_select_indices"])
def test_reordering_moves_the_rows_of_every_layer(
    edited: BackpackGPT2LMHeadModel, how: str
) -> None:
    ids, rest = prompt(3, 6), prompt(3, 2, seed=8)
    order = torch.tensor([2, 0, 2])
    cache = DynamicCache()
    fed(edited, ids, cache)
    getattr(cache, how)(order)
    logits = fed(edited, rest, cache)
    expected = edited(torch.cat([ids[order], rest], dim=1)).logits[:, 6:]
    assert torch.allclose(logits, expected, atol=1e-5)


def test_repeating_copies_the_rows_of_every_layer(edited: BackpackGPT2LMHeadModel) -> None:
    ids, rest = prompt(2, 6), prompt(4, 2, seed=8)
    cache = DynamicCache()
    fed(edited, ids, cache)
    cache.batch_repeat_interleave(2)
    whole = torch.cat([ids.repeat_interleave(2, dim=0), rest], dim=1)
    assert torch.allclose(fed(edited, rest, cache), edited(whole).logits[:, 6:], atol=1e-5)


def test_a_reset_cache_starts_anew(edited: BackpackGPT2LMHeadModel) -> None:
    cache, ids = DynamicCache(), prompt(2, 6)
    fed(edited, ids, cache)
    cache.reset()
    edited.backpack.sense_edits = None  # what words meant is to be forgotten too
    assert torch.equal(fed(edited, ids, cache), fed(edited, ids, DynamicCache()))


def test_padding_on_either_side_changes_no_logits(edited: BackpackGPT2LMHeadModel) -> None:
    ids = prompt(1, 6)
    plain = edited(ids).logits
    padding, ones = torch.full((1, 4), 77), torch.ones(1, 6)
    left = edited(
        torch.cat([padding, ids], 1), attention_mask=torch.cat([torch.zeros(1, 4), ones], 1)
    )
    right = edited(
        torch.cat([ids, padding], 1), attention_mask=torch.cat([ones, torch.zeros(1, 4)], 1)
    )
    assert torch.allclose(left.logits[:, 4:], plain, atol=1e-5)
    assert torch.allclose(right.logits[:, :6], plain, atol=1e-5)


def test_padded_prompts_go_on_with_a_growing_mask(edited: BackpackGPT2LMHeadModel) -> None:
    ids, mask = left_padded((2, 5))
    rest = prompt(2, 3, seed=8)
    longer = torch.cat([mask, torch.ones(2, 3, dtype=mask.dtype)], dim=1)
    cache = DynamicCache()
    fed(edited, ids, cache, mask)
    logits = fed(edited, rest, cache, longer)
    for row, length in enumerate((2, 5)):
        whole = torch.cat([ids[row, 5 - length :], rest[row]])[None]
        assert torch.allclose(logits[row], edited(whole).logits[0, length:], atol=1e-5)


def test_cached_bf16_generation_agrees_with_uncached(edited: BackpackGPT2LMHeadModel) -> None:
    narrow = edited.bfloat16()
    ids = prompt(2, 6)
    _, cached = generated(narrow, ids, use_cache=True, do_sample=False)
    _, uncached = generated(narrow, ids, use_cache=False, do_sample=False)
    assert torch.allclose(cached[0].float(), uncached[0].float(), atol=0.15)


def test_a_static_cache_serves_too(edited: BackpackGPT2LMHeadModel) -> None:
    ids = prompt(2, 8)
    cache = StaticCache(config=edited.config, max_cache_len=16)
    parts = [edited(part, past_key_values=cache).logits for part in ids.split(5, dim=1)]
    assert torch.allclose(torch.cat(parts, dim=1), edited(ids).logits, atol=1e-5)


def test_a_cache_of_another_model_is_refused(edited: BackpackGPT2LMHeadModel) -> None:
    cache = DynamicCache()
    keys = torch.zeros(1, 4, 0, 8)
    cache.update(keys, keys, TRUNK_LAYERS)
    with pytest.raises(TypeError, match="of another layout"):
        edited(prompt(1, 4), past_key_values=cache)


def test_nothing_is_remembered_beyond_the_cache(edited: BackpackGPT2LMHeadModel) -> None:
    ids = prompt(1, 6)
    with_edit, _ = generated(edited, ids, do_sample=False)
    edits, edited.backpack.sense_edits = edited.backpack.sense_edits, None
    without, _ = generated(edited, ids, do_sample=False)
    edited.backpack.sense_edits = edits
    assert not torch.equal(with_edit, without)
    assert torch.equal(generated(edited, ids, do_sample=False)[0], with_edit)
