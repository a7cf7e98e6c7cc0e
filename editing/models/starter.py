"""The bundled starter model: where it lies and the texts sampled from it."""

from importlib.resources import files
from pathlib import Path

from editing.errors import EditingError

STARTER = "starter"
SAMPLES_FILE = "samples.safetensors"


def starter_folder() -> Path:
    """Return the folder of the bundled model.

    Raises:
        EditingError: This installation lacks it.
    """
    folder = Path(str(files("resources") / "starter"))
    if not (folder / "config.json").is_file():
        raise EditingError(
            f"The starter model is missing from {folder}. Install Exemplar again, or choose "
            "another model folder."
        )
    return folder
