"""Turn a training state into the bundled folder: weights, tokenizer, sampled texts, model card."""

import json
import logging
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template

import torch
from transformers import PreTrainedModel

from editing.batches import TokenSequence, batched, pad, text_windows
from editing.general_text import (
    GENERAL,
    REGULARISATION,
    SEEDS,
    USUAL_TOKENS,
    sampled_text,
    save_samples,
)
from editing.models.language_model import LanguageModel, backpack_of
from editing.models.loading import load_model
from editing.models.pretraining.corpus import corpus_file, read_articles
from editing.models.pretraining.mix_check import check_mix
from editing.models.starter import SAMPLES_FILE
from editing.progress import unheard

logger = logging.getLogger(__name__)

MAX_SHARD = "14MB"
CHECKED_DOCUMENTS = 40_000


FACTS_FILE = "training.json"


@dataclass(frozen=True, slots=True)
class TrainingFacts:
    """What the model card says of the training, all its parts added up."""

    steps: int = 0
    tokens: int = 0
    hours: float = 0.0

    @classmethod
    def read(cls, folder: Path) -> "TrainingFacts":
        """Read what `save` left beside published weights."""
        return cls(**json.loads((folder / FACTS_FILE).read_text(encoding="utf-8")))

    def save(self, folder: Path) -> None:
        """Keep the facts beside the weights, for a training that starts from them."""
        text = json.dumps(asdict(self), indent=2) + "\n"
        (folder / FACTS_FILE).write_text(text, encoding="utf-8")

    def plus(self, other: "TrainingFacts") -> "TrainingFacts":
        """Add a later part of the training."""
        return TrainingFacts(
            self.steps + other.steps, self.tokens + other.tokens, self.hours + other.hours
        )


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a model card says beside the numbers measured."""

    template: str
    """File name of the card's text, beside this module."""
    own_share: float
    """Share of the windows that are text of our own."""
    muon_lr: float
    adam_lr: float


def publish(
    model: PreTrainedModel,
    tokenizer_folder: Path,
    corpus: Path,
    folder: Path,
    facts: TrainingFacts,
    told: CardFacts,
) -> None:
    """Write the bundled model; what stood in `folder` is replaced.

    Args:
        facts: Written beside the weights, for a training that starts from them.
        told: What else the card says.
    """
    shutil.rmtree(folder, ignore_errors=True)
    model.bfloat16().save_pretrained(folder, max_shard_size=MAX_SHARD)
    for path in tokenizer_folder.iterdir():
        shutil.copy(path, folder)
    loaded = load_model(folder)
    texts = {
        role: sampled_text(loaded, role, USUAL_TOKENS[role], seed=SEEDS[role], report=unheard)
        for role in (GENERAL, REGULARISATION)
    }
    save_samples(loaded, texts, folder / SAMPLES_FILE)
    losses = {split: corpus_loss(loaded, corpus, split) for split in ("valid", "test")}
    facts.save(folder)
    card = _card(loaded, losses, facts, told)
    (folder / "README.md").write_text(card, encoding="utf-8")
    logger.info("published to %s: losses %s", folder, losses)


@torch.no_grad()
def corpus_loss(model: LanguageModel, corpus: Path, split: str) -> float:
    """Mean NLL (nats) per scored token of a split, each paragraph a sequence of its own."""
    windows: list[TokenSequence] = []
    for article in read_articles(corpus_file(corpus, split)):
        for paragraph in article:
            windows += text_windows(model.tokenizer, paragraph, model.context)
    windows.sort(key=lambda window: len(window.ids))
    total, scored = 0.0, 0
    for batch in batched(windows, 4096):
        ids, mask = pad(batch, device=model.device)
        logits = model.module(input_ids=ids, attention_mask=mask, use_cache=False).logits
        losses = torch.nn.functional.cross_entropy(
            logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten(), reduction="none"
        )
        real = mask[:, 1:].flatten().bool()
        total += float(losses[real].double().sum())
        scored += int(real.sum())
    return total / scored


def _card(
    model: LanguageModel, losses: dict[str, float], facts: TrainingFacts, told: CardFacts
) -> str:
    template = Path(__file__).with_name(told.template).read_text(encoding="utf-8")
    check = json.dumps(asdict(check_mix(CHECKED_DOCUMENTS)), indent=2, default=str)
    return Template(template).substitute(
        date=time.strftime("%Y-%m-%d"),
        parameters=f"{sum(p.numel() for p in model.module.parameters()) / 1e6:.1f}",
        width=model.module.config.hidden_size,
        layers=model.module.config.num_hidden_layers,
        senses=backpack_of(model).config.num_senses if model.is_backpack else 0,
        vocabulary=model.vocab_size,
        context=model.context,
        steps=f"{facts.steps:,}",
        tokens=f"{facts.tokens / 1e6:.1f}",
        hours=f"{facts.hours:.1f}",
        own=f"{100 * told.own_share:.0f}",
        muon=told.muon_lr,
        adam=told.adam_lr,
        valid=f"{losses['valid']:.4f}",
        test=f"{losses['test']:.4f}",
        check=check,
    )
