"""One pass of the base over a text gives all that editing senses will ever need from it."""

from editing.base_passes.base_pass import BasePass, compute_base_pass
from editing.base_passes.cache import BasePassCache
from editing.base_passes.candidates import Candidates, candidate_losses
from editing.base_passes.contextualization import SenseIndex, sense_weights

__all__ = [
    "BasePass",
    "BasePassCache",
    "Candidates",
    "SenseIndex",
    "candidate_losses",
    "compute_base_pass",
    "sense_weights",
]
