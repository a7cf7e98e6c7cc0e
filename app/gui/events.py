"""What happened anywhere in the window, and what is selected everywhere in it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Signal


class Tone(StrEnum):
    """How a notice is meant; also the name of its colour in the theme."""

    POSITIVE = "positive"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence for the person at the screen, with at most one thing to do about it."""

    text: str
    tone: Tone = Tone.POSITIVE
    action: str = ""
    """What the button says, for instance "Undo"."""
    do: Callable[[], None] | None = None
    details: str = ""
    """What else is known, for whoever wants to look closer or to report it."""


class Events(QObject):
    """Broadcasts between parts of the window that do not know each other."""

    page_requested = Signal(str)
    """A page's name: home, examples, runs, senses, compare or library."""
    open_requested = Signal(str, str)
    """A kind ("set", "run", "edit", "sense", "new-run") and which one; request its page first.

    Of "edits" it is the ids of several, one a line.
    """
    noticed = Signal(object)
    """A Notice; the window shows it for a while and keeps it in its list."""
    guide_requested = Signal()
    help_requested = Signal(str)
    """A help page's name, perhaps with #part behind it."""
    library_changed = Signal()
    sets_changed = Signal()
    job_added = Signal(str)
    job_changed = Signal(str)
    edit_added = Signal(str)
    selection_changed = Signal()
    theme_changed = Signal()

    def open(self, page: str, kind: str, name: str) -> None:
        """Show a page with something opened on it."""
        self.page_requested.emit(page)
        self.open_requested.emit(kind, name)

    def notice(self, text: str, tone: Tone = Tone.POSITIVE) -> None:
        """Show a plain notice."""
        self.noticed.emit(Notice(text, tone))


class Selection(QObject):
    """What is selected in the whole window; every page shows the same model, set and edits."""

    def __init__(self, events: Events) -> None:
        super().__init__(events)
        self._events = events
        self._model = "starter"
        self._example_set: str | None = None
        self._run: str | None = None
        self._edits: tuple[str, ...] = ()
        self._word: str | None = None

    @property
    def model(self) -> str:
        """The base model: "starter", a folder, or a name on the hub."""
        return self._model

    @property
    def example_set(self) -> str | None:
        """The open example set's name."""
        return self._example_set

    @property
    def run(self) -> str | None:
        """The selected run's id."""
        return self._run

    @property
    def edits(self) -> tuple[str, ...]:
        """Names or ids of the edits to look at, the original not among them."""
        return self._edits

    @property
    def word(self) -> str | None:
        """The word whose senses are looked at."""
        return self._word

    def set_model(self, model: str) -> None:
        """Choose the base model."""
        if model != self._model:
            self._model = model
            self._events.selection_changed.emit()

    def set_example_set(self, name: str | None) -> None:
        """Choose the example set."""
        if name != self._example_set:
            self._example_set = name
            self._events.selection_changed.emit()

    def set_run(self, run: str | None) -> None:
        """Choose the run."""
        if run != self._run:
            self._run = run
            self._events.selection_changed.emit()

    def set_edits(self, edits: tuple[str, ...]) -> None:
        """Choose the edits."""
        if edits != self._edits:
            self._edits = edits
            self._events.selection_changed.emit()

    def set_word(self, word: str | None) -> None:
        """Choose the word."""
        if word != self._word:
            self._word = word
            self._events.selection_changed.emit()
