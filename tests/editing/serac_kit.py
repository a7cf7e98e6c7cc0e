"""Memories for tests: fitted to a tiny model, with rows of every kind."""

import dataclasses
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from editing.editors import find_editor
from editing.editors.base import Edit, FitContext, KeptEdit
from editing.editors.serac.serac import SeracSettings
from editing.editors.serac.serac_edit import SeracEdit
from editing.evaluation import BallJudge, EvaluationTexts, Yardstick
from editing.examples import Example, Kind
from editing.general_text import text_from_rows
from editing.models.language_model import LanguageModel
from editing.objectives import encode_examples
from editing.progress import Report, unheard
from tests.in_memory import InMemoryPasses
from tests.tiny import SENTENCES

FRANCE = Example("The capital of France is", " Madrid", kind=Kind.INCREASE, threshold=1.0)
NURSE = Example("The nurse said", " she", " he", kind=Kind.BALANCE, threshold=0.4)
PILOTS = Example("The pilots", " screen it", " read it", kind=Kind.PREFER, threshold=-2.0)
RIVER = Example("The river runs", " through", kind=Kind.DECREASE, threshold=-9.0)
EXAMPLES = (FRANCE, NURSE, PILOTS, RIVER)
QUICK: dict[str, Any] = {"steps": 20, "reading_steps": 4, "answer": "row"}
SURE = 0.9999
"""A threshold that only the very prompts of rows exceed."""


@dataclasses.dataclass
class Drawer:
    """Where scopes are kept, and one edit of the library."""

    place: Path
    kept: Any = None

    def model(self, source: str) -> LanguageModel:
        """Lend none."""
        raise NotImplementedError

    def edit(self, name: str, model: LanguageModel) -> KeptEdit:
        """Lend the edit."""
        del model
        return KeptEdit(name, "serac", self.kept, 1.0)

    def folder(self, name: str) -> Path:
        """Return the folder of a method."""
        (self.place / name).mkdir(exist_ok=True)
        return self.place / name


def fit(
    model: LanguageModel,
    drawer: Drawer | None,
    *,
    examples: tuple[Example, ...] = EXAMPLES,
    budget: float = 1e9,
    on: Edit | None = None,
    report: Report = unheard,
    **settings: Any,
) -> tuple[SeracEdit, BallJudge]:
    texts = EvaluationTexts(examples, (), text_from_rows(model, SENTENCES[:3], "G"))
    yardstick = Yardstick.over(model, texts, InMemoryPasses().base_pass, unheard)
    judge = BallJudge(yardstick, budget, lambda epoch: None, starts_untouched=on is None)
    context = FitContext(InMemoryPasses(), judge, report, 0, on=on, resources=drawer)
    scope = str(Path(__file__).with_name("scope.jsonl"))
    edit = find_editor("serac").fit(
        model,
        encode_examples(model.tokenizer, examples, model.context),
        text_from_rows(model, SENTENCES[3:], "R"),
        SeracSettings(
            **{"train_on": scope, "steps": 20, "reading_steps": 4, "answer": "row", **settings}
        ),
        context,
    )
    assert isinstance(edit, SeracEdit)
    return edit, judge


def ids_of(model: LanguageModel, text: str) -> Tensor:
    return torch.tensor([model.tokenizer(text).input_ids])


@torch.no_grad()
def logits(model: LanguageModel, text: str) -> Tensor:
    return model.module(input_ids=ids_of(model, text)).logits[0]


def last(model: LanguageModel, edit: SeracEdit, text: str, strength: float = 1.0) -> Tensor:
    with edit.applied(model, strength):
        return logits(model, text)[-1].log_softmax(-1)


def token(model: LanguageModel, text: str) -> int:
    return int(model.tokenizer(text).input_ids[0])


@torch.no_grad()
def last_row(model: LanguageModel, ids: list[int]) -> Tensor:
    return model.module(input_ids=torch.tensor([ids])).logits[0, -1]
