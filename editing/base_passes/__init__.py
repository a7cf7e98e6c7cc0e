"""One pass of the base over a text: what later scoring of edits is held against and built on."""

from editing.base_passes.base_pass import BasePass, compute_base_pass, score_with_module
from editing.base_passes.cache import BasePassCache
from editing.base_passes.candidates import Candidates, candidate_losses
from editing.base_passes.choosing import FreshPasses, PassOver, pass_for
from editing.base_passes.contextualization import SenseIndex, sense_weights
from editing.base_passes.covariance import KeyCovariance, compute_key_covariances
from editing.base_passes.hidden_pass import HiddenPass, OutputHead, compute_hidden_pass
from editing.base_passes.scored_rows import scored_log_probs
from editing.base_passes.sense_pass import SensePass, compute_sense_pass

__all__ = [
    "BasePass",
    "BasePassCache",
    "Candidates",
    "FreshPasses",
    "HiddenPass",
    "KeyCovariance",
    "OutputHead",
    "PassOver",
    "SenseIndex",
    "SensePass",
    "candidate_losses",
    "compute_base_pass",
    "compute_hidden_pass",
    "compute_key_covariances",
    "compute_sense_pass",
    "pass_for",
    "score_with_module",
    "scored_log_probs",
    "sense_weights",
]
