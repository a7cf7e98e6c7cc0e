"""A scope that reads text with an encoder of its own: by embeddings, or row and text together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from torch import Tensor

from editing.editors.serac.encoder import OpenedEncoder, open_encoder
from editing.models.backpack import Counterfactual, CrossHead, TextEncoder, TextReading

OF_CROSS = "cross."
EMBEDDING, CROSS = "embedding", "cross"
"""The forms: a text and a row are embedded apart; one encoder reads both."""


def cross_tensors(head: CrossHead) -> dict[str, Tensor]:
    """The tensors of a head, by names of their own."""
    own = {OF_CROSS + name: tensor for name, tensor in head.encoder.named_buffers()}
    return {**own, OF_CROSS + "weight": head.weight}


def cross_of(names: Sequence[str], tensors: Mapping[str, Tensor]) -> CrossHead:
    """Make a head of what `cross_tensors` returned, and the names of the maps it changes."""
    pairs = [
        (tensors[f"{OF_CROSS}down_{n}"], tensors[f"{OF_CROSS}up_{n}"]) for n in range(len(names))
    ]
    return CrossHead(Counterfactual(names, pairs), tensors[OF_CROSS + "weight"])


@dataclass(frozen=True, slots=True)
class TextScope:
    """Where an encoder is and, in the cross form, its head."""

    folder: str
    fingerprint: str
    cross: CrossHead | None = None
    held: list[OpenedEncoder] = field(
        default_factory=list[OpenedEncoder], compare=False, repr=False
    )
    """The encoder, once it is opened."""

    @property
    def encoder(self) -> TextEncoder:
        """The encoder; an EditingError where it is not there any more."""
        if not self.held:
            self.held.append(open_encoder(self.folder, self.fingerprint))
        return self.held[0].encoder

    @property
    def reading(self) -> TextReading:
        """What a gate reads with; an EditingError as of `encoder`."""
        return TextReading(self.encoder, self.cross)
