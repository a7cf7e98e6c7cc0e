"""What lies over a window or a page while something is dragged over it that it would take."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QFrame, QWidget

from app.gui.widgets.icon_label import IconLabel
from app.gui.widgets.labels import muted, title
from app.gui.widgets.layouts import column, row


class DropSheet(QFrame):
    """Says that what is dragged may be let go here, and what happens then."""

    def __init__(self, over: QWidget, icon: str = "import", about: str = "") -> None:
        super().__init__(over)
        self._over = over
        self.setProperty("role", "drop")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        files = self.tr("Examples come as .jsonl, .csv or .tsv. You see them first.")
        said = muted(about or files)
        said.setWordWrap(False)
        self._title = title("")
        lines = [IconLabel(icon, 12), self._title, said]
        whole = column(None, *(row(None, each, None) for each in lines), None, spacing=3)
        self.setLayout(whole)
        self.hide()

    def show_for(self, files: Sequence[Path]) -> None:
        """Cover the window and name what would be imported."""
        self.offer(self.tr("Drop “{file}” to import it").format(file=files[0].name))

    def offer(self, sentence: str) -> None:
        """Cover what lies below and say what a drop would do."""
        self._title.setText(sentence)
        self.setGeometry(self._over.rect().adjusted(8, 8, -8, -8))
        self.raise_()
        self.show()


def dropped_files(data: QMimeData) -> list[Path]:
    """Return the files among what is dragged."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if path.is_file()]
