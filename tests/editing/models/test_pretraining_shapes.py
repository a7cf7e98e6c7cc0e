"""The bundled models' shapes, and the trunk that the larger one borrows."""

import pytest
import torch

from editing.models.pretraining.shapes import (
    SHAPES,
    borrow_trunk,
    hidden_states,
    output_weight,
    starter,
    starter_large,
)

IDS = torch.randint(16_384, (2, 12), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", SHAPES)
def test_the_output_embedding_reads_the_hidden_states(name: str) -> None:
    model = SHAPES[name]().eval()
    with torch.no_grad():
        expected = model(input_ids=IDS).logits
        found = hidden_states(model, IDS) @ output_weight(model).T
    assert torch.allclose(found, expected, atol=1e-5)


def test_a_borrowed_trunk_computes_the_same() -> None:
    backpack, large = starter().eval(), starter_large().eval()
    trunk = backpack.backpack.gpt2_model
    with torch.no_grad():
        for parameter in backpack.parameters():
            parameter.normal_(std=0.05)
        borrow_trunk(large, backpack)
        trunk.wpe.weight.zero_()  # the one knows where a word stands,
        large.gpt_neox.rotary_emb.inv_freq.zero_()  # the other turns it: neither may, here
        expected = trunk(input_ids=IDS).last_hidden_state
        found = large.gpt_neox(input_ids=IDS).last_hidden_state
    assert expected.std() > 0.01
    assert torch.allclose(found, expected, atol=1e-4)
