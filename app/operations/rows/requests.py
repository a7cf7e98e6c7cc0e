"""What can be done with the rows of a memory, as plain frozen values. Torch-free."""

from dataclasses import dataclass

from app.operations.requests import Request


@dataclass(frozen=True, slots=True)
class RowsRequest(Request):
    """List the rows of an edit that answers by rows, or change them; nothing is trained."""

    edit: str
    """Name or id."""
    on: tuple[str, ...] = ()
    """Ids of rows to switch on."""
    off: tuple[str, ...] = ()
    """Ids of rows to switch off: the model answers there as if they had never been."""
    add: str | None = None
    """A file of examples to write as rows, or the `memory.jsonl` of an exported model."""
    save: str | None = None
    """Name of the changed edit. None gives it the edit's own; the edit as it was is in the trash
    then, and `library undelete` gets it back."""
    data_dir: str | None = None

    @property
    def changes(self) -> bool:
        """Whether anything is to be changed."""
        return bool(self.on or self.off or self.add)
