"""The Backpack once more, written from its formulas with plain tensors: the module's parity oracle.

Takes a state dict and a few numbers; knows nothing of transformers' modules.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

FAR = -10000.0
"""Added to the scores of positions that come later."""


@dataclass(frozen=True)
class Shape:
    """What the tensors' own shapes do not say."""

    layers: int
    heads: int
    senses: int
    eps: float = 1e-5


def logits(state: Mapping[str, Tensor], shape: Shape, ids: Tensor) -> Tensor:
    """Predict the next token after each of `ids` (seq,): (seq, vocab)."""
    words = state["backpack.gpt2_model.wte.weight"]
    return mixture(state, shape, ids) @ words.T


def mixture(state: Mapping[str, Tensor], shape: Shape, ids: Tensor) -> Tensor:
    """Sum the senses of all earlier words by their weights, position by position: (seq, dim)."""
    alpha = weights(state, shape, ids)
    senses = sense_vectors(state, shape, ids)
    rows = []
    for t in range(len(ids)):
        row = torch.zeros(senses.shape[-1], dtype=senses.dtype)
        for sense in range(shape.senses):
            row = row + alpha[sense, t] @ senses[:, sense]
        rows.append(row)
    return torch.stack(rows)


def weights(state: Mapping[str, Tensor], shape: Shape, ids: Tensor) -> Tensor:
    """The contextualization map of each sense: (senses, seq, seq)."""
    hidden = _trunk(state, shape, ids)
    name = "backpack.sense_weight_net.c_attn"
    both = hidden @ state[f"{name}.weight"].T + state[f"{name}.bias"]
    half = both.shape[1] // 2
    each = half // shape.senses
    maps = []
    for sense in range(shape.senses):
        query = both[:, sense * each : (sense + 1) * each]
        key = both[:, half + sense * each : half + (sense + 1) * each]
        maps.append(_causal(query @ key.T / math.sqrt(each)))
    return torch.stack(maps)


def sense_vectors(state: Mapping[str, Tensor], shape: Shape, ids: Tensor) -> Tensor:
    """The sense vectors of each word: (seq, senses, dim)."""
    name = "backpack.sense_network"
    word = state["backpack.gpt2_model.wte.weight"][ids]
    residual = word
    hidden = _norm(state, f"{name}.ln", residual, shape.eps)
    residual = hidden + residual
    hidden = _norm(state, f"{name}.block.ln_1", residual, shape.eps)
    residual = _mlp(state, f"{name}.block.mlp", hidden) + residual
    hidden = _norm(state, f"{name}.block.ln_2", residual, shape.eps)
    flat = _mlp(state, f"{name}.final_mlp", hidden)
    return flat.reshape(len(ids), shape.senses, -1)


def _trunk(state: Mapping[str, Tensor], shape: Shape, ids: Tensor) -> Tensor:
    prefix = "backpack.gpt2_model"
    hidden = state[f"{prefix}.wte.weight"][ids] + state[f"{prefix}.wpe.weight"][: len(ids)]
    for layer in range(shape.layers):
        name = f"{prefix}.h.{layer}"
        normed = _norm(state, f"{name}.ln_1", hidden, shape.eps)
        hidden = hidden + _attention(state, name, normed, shape.heads, layer)
        normed = _norm(state, f"{name}.ln_2", hidden, shape.eps)
        hidden = hidden + _mlp(state, f"{name}.mlp", normed)
    return _norm(state, f"{prefix}.ln_f", hidden, shape.eps)


def _attention(state: Mapping[str, Tensor], name: str, x: Tensor, heads: int, layer: int) -> Tensor:
    query, key, value = _affine(state, f"{name}.attn.c_attn", x).chunk(3, dim=1)
    width = x.shape[1] // heads
    outputs = []
    for head in range(heads):
        part = slice(head * width, (head + 1) * width)
        scores = query[:, part] @ key[:, part].T / math.sqrt(width) / (layer + 1)
        outputs.append(_causal(scores) @ value[:, part])
    return _affine(state, f"{name}.attn.c_proj", torch.cat(outputs, dim=1))


def _causal(scores: Tensor) -> Tensor:
    later = torch.ones_like(scores).triu(1)
    scores = scores + FAR * later
    exponentials = (scores - scores.max(dim=1, keepdim=True).values).exp()
    return exponentials / exponentials.sum(dim=1, keepdim=True)


def _mlp(state: Mapping[str, Tensor], name: str, x: Tensor) -> Tensor:
    hidden = _affine(state, f"{name}.c_fc", x)
    inner = math.sqrt(2 / math.pi) * (hidden + 0.044715 * hidden**3)
    return _affine(state, f"{name}.c_proj", 0.5 * hidden * (1 + inner.tanh()))


def _affine(state: Mapping[str, Tensor], name: str, x: Tensor) -> Tensor:
    return x @ state[f"{name}.weight"] + state[f"{name}.bias"]


def _norm(state: Mapping[str, Tensor], name: str, x: Tensor, eps: float) -> Tensor:
    centred = x - x.mean(dim=-1, keepdim=True)
    variance = (centred**2).mean(dim=-1, keepdim=True)
    scaled = centred / (variance + eps).sqrt()
    return scaled * state[f"{name}.weight"] + state[f"{name}.bias"]
