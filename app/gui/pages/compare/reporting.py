"""Gathers what the compare page shows into a report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from app.gui.errors import told
from app.gui.events import Events, Notice
from app.gui.pages.compare.report import CompareReport, ReportTable, ReportText, as_html
from app.gui.plots.edits_plot import EditsPlot
from app.gui.plots.themed_plot import ended
from app.gui.widgets.table_menu import lines_of
from editing.errors import EditingError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QTableView

    from app.gui.pages.compare.columns import ColumnHeads
    from app.gui.pages.compare.frontier import FrontierPanel
    from app.gui.pages.compare.generations import GenerationsPanel
    from app.gui.pages.compare.measures import ExamplesPanel, MeasuresPanel, SideBySidePanel
    from app.gui.pages.compare.sense_changes import SenseChangesPanel

translate = QCoreApplication.translate
PLOT_SIZE = (960, 520)


@dataclass(frozen=True, slots=True)
class Panels:
    """What a compare page shows."""

    heads: ColumnHeads
    generations: GenerationsPanel
    measures: MeasuresPanel
    settings: SideBySidePanel
    examples: ExamplesPanel
    senses: SenseChangesPanel
    frontier: FrontierPanel


def ask_for_report(parent: QWidget, events: Events, write: Callable[[Path], None]) -> None:
    """Ask where the report is to be, write it there, and offer to open it."""
    title, kinds = translate("compare", "Save report"), translate("compare", "Report (*.html)")
    path, _ = QFileDialog.getSaveFileName(parent, title, "comparison.html", kinds)
    if not path:
        return
    target = ended(Path(path), "html")
    with told(events):
        write(target)
        said = translate("compare", "The report is written to {}.").format(target)
        show = partial(_open_file, target)
        events.noticed.emit(Notice(said, action=translate("compare", "Open"), do=show))


def _open_file(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def write_report(path: Path, page: Panels) -> None:
    """Write a comparison as one HTML file.

    Raises:
        EditingError: It cannot be written there.
    """
    try:
        path.write_text(report_of(page), encoding="utf-8")
    except OSError as error:
        raise EditingError(f"{path} cannot be written. Choose another folder.") from error


def report_of(page: Panels) -> str:
    """Write what a compare page shows as HTML."""
    labels = [choice.label for choice in page.heads.choices()]
    texts = zip(["Original", *labels], page.generations.texts, strict=True)
    shown = page.generations.table.written(page.generations.shown)
    prompt = page.generations.bar.prompt()
    plot, caption = _plot(page)
    return as_html(
        CompareReport(
            title="Original and " + ", ".join(labels),
            facts=(
                f"Base model: {page.heads.model.currentText()}",
                f"Written {datetime.now().astimezone():%Y-%m-%d %H:%M} by Exemplar; "
                f"texts with temperature {prompt.temperature:g} and seed {prompt.seed}.",
            ),
            prompt="" if shown is None else shown.prompt,
            texts=tuple(ReportText(label, text.continuation) for label, text in texts),
            tables=(
                _table("Measures", page.measures.view),
                _table("Settings", page.settings.view),
                _table("All edits of this model", page.frontier.view, is_folded=True),
                _table(f"Examples: {page.examples.edit.currentText()}", page.examples.view),
                _table("What was changed in senses", page.senses.view, is_folded=True),
                _prompts(page.generations),
            ),
            plot=plot,
            plot_caption=caption,
        )
    )


def _table(title: str, view: QTableView, *, is_folded: bool = False) -> ReportTable:
    lines = tuple(tuple(line) for line in lines_of(view, only_chosen=False))
    return ReportTable(title, lines, is_folded)


def _prompts(panel: GenerationsPanel) -> ReportTable:
    """Every prompt, where there are more than the one that is shown at length."""
    title = "What they write, prompt by prompt"
    if panel.table.rowCount() < 2:
        return ReportTable(title, ())
    return _table(title, panel.view, is_folded=True)


def _plot(page: Panels) -> tuple[str, str]:
    """Draw the edits of the base at a size of the report's own, whatever the window shows."""
    points = page.frontier.points()
    if not points:
        return "", ""
    plot = EditsPlot()
    plot.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    plot.resize(*PLOT_SIZE)
    plot.show()
    plot.show_points(points)
    plot.choose([part.edit.id for choice in page.heads.choices() for part in choice.parts])
    svg, caption = plot.to_svg(), plot.summary()
    plot.close()
    plot.deleteLater()
    return svg, caption
