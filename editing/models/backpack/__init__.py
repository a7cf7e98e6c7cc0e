"""The Backpack architecture as a native transformers model, known to the Auto classes.

Beside it, the ensemble that lends a Backpack's edit (or any small model's) to a larger model, and
the memory of edits that any model may have beside it.

Only torch, transformers and this package's own files (relatively) are imported here: transformers
copies those files into a saved folder, so that it opens where Exemplar is not installed.
"""

from transformers import AutoConfig, AutoModelForCausalLM

from .configuration_backpack import BackpackGPT2Config
from .configuration_grace import GraceConfig
from .configuration_logit_ensemble import LogitEnsembleConfig
from .configuration_serac import SeracConfig
from .modeling_answers import DELTA, MODEL, READING, ROW, Answering
from .modeling_backpack import BackpackGPT2LMHeadModel, BackpackModel, SenseEdits
from .modeling_grace import Codebook, GraceForCausalLM, WithCodebook
from .modeling_logit_ensemble import Ensemble, LogitEnsembleForCausalLM, LogRatio, moved_logits
from .modeling_memory import (
    BEFORE_TEXT,
    KINDS,
    NO_TOKEN,
    Gate,
    Gates,
    Memory,
    Past,
    Scope,
    last_embedding,
    last_windows,
    scope_scores,
    seen_output,
    squared_distances,
    token_features,
)
from .modeling_reading import Counterfactual, Reader
from .modeling_serac import GatedModel, SeracForCausalLM
from .modeling_texts import (
    EXACT,
    SHORTLIST,
    STRIDE,
    TEXTS_AT_ONCE,
    WINDOW,
    CrossHead,
    Said,
    TextEncoder,
    TextParts,
    TextReading,
    embedded_texts,
    text_gate,
    what_is_read,
)

BackpackGPT2Config.register_for_auto_class()
BackpackGPT2LMHeadModel.register_for_auto_class("AutoModelForCausalLM")
LogitEnsembleConfig.register_for_auto_class()
LogitEnsembleForCausalLM.register_for_auto_class("AutoModelForCausalLM")
GraceConfig.register_for_auto_class()
GraceForCausalLM.register_for_auto_class("AutoModelForCausalLM")
SeracConfig.register_for_auto_class()
SeracForCausalLM.register_for_auto_class("AutoModelForCausalLM")
AutoConfig.register(BackpackGPT2Config.model_type, BackpackGPT2Config)
AutoModelForCausalLM.register(BackpackGPT2Config, BackpackGPT2LMHeadModel)

__all__ = [
    "BEFORE_TEXT",
    "DELTA",
    "EXACT",
    "KINDS",
    "MODEL",
    "NO_TOKEN",
    "READING",
    "ROW",
    "SHORTLIST",
    "STRIDE",
    "TEXTS_AT_ONCE",
    "WINDOW",
    "Answering",
    "BackpackGPT2Config",
    "BackpackGPT2LMHeadModel",
    "BackpackModel",
    "Codebook",
    "Counterfactual",
    "CrossHead",
    "Ensemble",
    "Gate",
    "GatedModel",
    "Gates",
    "GraceForCausalLM",
    "LogRatio",
    "LogitEnsembleForCausalLM",
    "Memory",
    "Past",
    "Reader",
    "Said",
    "Scope",
    "SenseEdits",
    "SeracForCausalLM",
    "TextEncoder",
    "TextParts",
    "TextReading",
    "WithCodebook",
    "embedded_texts",
    "last_embedding",
    "last_windows",
    "moved_logits",
    "scope_scores",
    "seen_output",
    "squared_distances",
    "text_gate",
    "token_features",
    "what_is_read",
]
