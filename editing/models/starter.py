"""The bundled models: where they lie and the texts sampled from them."""

from importlib.resources import files
from pathlib import Path

from editing.errors import EditingError

STARTER = "starter"
STARTER_LARGE = "starter-large"
BUNDLED = (STARTER, STARTER_LARGE)
"""Names that stand for a bundled model's folder."""
SAMPLES_FILE = "samples.safetensors"


def bundled_models() -> list[str]:
    """Name the bundled models that this installation has."""
    root = Path(str(files("resources")))
    return [name for name in BUNDLED if (root / name / "config.json").is_file()]


def bundled_folder(name: str) -> Path:
    """Return the folder of a bundled model.

    Raises:
        EditingError: This installation lacks it.
    """
    folder = Path(str(files("resources") / name))
    if not (folder / "config.json").is_file():
        raise EditingError(
            f"The bundled model {name} is missing from {folder}. Install Exemplar again, or choose "
            "another model folder."
        )
    return folder


def starter_folder() -> Path:
    """Return the folder of the starter.

    Raises:
        EditingError: This installation lacks it.
    """
    return bundled_folder(STARTER)
