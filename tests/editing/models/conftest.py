"""A Backpack for the tests of the module itself."""

import copy

import pytest
import torch

from editing.models.backpack import BackpackGPT2LMHeadModel
from tests.tiny import tiny_backpack


@pytest.fixture(scope="session")
def shaken_once(tmp_path_factory: pytest.TempPathFactory) -> BackpackGPT2LMHeadModel:
    folder = tiny_backpack(tmp_path_factory.mktemp("tiny"))
    model = BackpackGPT2LMHeadModel.from_pretrained(folder)
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.1 * torch.randn(parameter.shape, generator=generator)
    return model.eval()


@pytest.fixture
def module(shaken_once: BackpackGPT2LMHeadModel) -> BackpackGPT2LMHeadModel:
    """A tiny Backpack none of whose parameters has its initial value; the test may change it."""
    return copy.deepcopy(shaken_once)
