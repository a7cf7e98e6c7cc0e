"""Arrays of a pass: in memory, or memory-mapped where a folder is given."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor


def empty_array(
    folder: Path | None, name: str, shape: tuple[int, ...], dtype: torch.dtype
) -> Tensor:
    """Make an uninitialised float32 or float64 tensor; `folder` puts it into `name`.npy there."""
    if folder is None or 0 in shape:
        return torch.empty(shape, dtype=dtype)
    kind = np.float64 if dtype == torch.float64 else np.float32
    return torch.from_numpy(np.lib.format.open_memmap(folder / f"{name}.npy", "w+", kind, shape))
