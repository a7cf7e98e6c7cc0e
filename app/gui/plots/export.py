"""A plot as a file or as text: PNG at twice the size, SVG, PDF.

pyqtgraph brings no exporter that works with every Qt; its canvas can be painted on anything.
"""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QCoreApplication,
    QIODevice,
    QMarginsF,
    QRectF,
    QSizeF,
)
from PySide6.QtGui import (
    QColor,
    QPageLayout,
    QPageSize,
    QPaintDevice,
    QPainter,
    QPdfWriter,
    QPixmap,
)
from PySide6.QtSvg import QSvgGenerator

from editing.errors import EditingError

PNG_SCALE = 2
_DOTS_PER_INCH = 96
_POINTS_PER_INCH = 72
Canvas = Any
"""A pyqtgraph GraphicsLayoutWidget; that package carries no types."""


def save_png(canvas: Canvas, path: Path, ground: QColor) -> None:
    """Write a picture at twice the size on screen.

    Raises:
        EditingError: It cannot be written there.
    """
    picture = QPixmap(canvas.size() * PNG_SCALE)
    picture.setDevicePixelRatio(PNG_SCALE)
    picture.fill(ground)
    _paint(canvas, picture)
    if not picture.save(str(path), "PNG"):  # pyright: ignore[reportCallIssue, reportArgumentType]
        raise unwritable(path)


def svg_of(canvas: Canvas, title: str) -> bytes:
    """Draw the plot as SVG: lines and text, nothing rastered."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(canvas.size())
    generator.setViewBox(canvas.rect())
    generator.setResolution(_DOTS_PER_INCH)
    generator.setTitle(title)
    _paint(canvas, generator)
    buffer.close()
    return bytes(data.data())


def save_svg(canvas: Canvas, path: Path, title: str) -> None:
    """Write the plot as SVG.

    Raises:
        EditingError: It cannot be written there.
    """
    try:
        path.write_bytes(svg_of(canvas, title))
    except OSError as error:
        raise unwritable(path) from error


def save_pdf(canvas: Canvas, path: Path, title: str) -> None:
    """Write the plot on a PDF page of its own size.

    Raises:
        EditingError: It cannot be written there.
    """
    try:
        path.open("wb").close()
    except OSError as error:
        raise unwritable(path) from error
    writer = QPdfWriter(str(path))
    writer.setTitle(title)
    writer.setResolution(_DOTS_PER_INCH)
    scale = _POINTS_PER_INCH / _DOTS_PER_INCH
    size = QSizeF(canvas.width() * scale, canvas.height() * scale)
    page = QPageSize(size, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF()))
    _paint(canvas, writer)


def unwritable(path: Path) -> EditingError:
    """Say that a file cannot be written."""
    return EditingError(
        QCoreApplication.translate("plots", "{} cannot be written. Choose another folder.").format(
            path
        )
    )


def _paint(canvas: Canvas, device: QPaintDevice) -> None:
    painter = QPainter(device)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    target = QRectF(0, 0, canvas.width(), canvas.height())
    with _as_vectors(canvas, painter):
        canvas.render(painter, target, canvas.rect())
    painter.end()


@contextmanager
def _as_vectors(canvas: Canvas, painter: QPainter) -> Generator[None]:
    """Let every item draw itself instead of stamping pictures it keeps for the screen."""
    options = {"antialias": True, "painter": painter, "resolutionScale": 1.0}
    items = [item for item in canvas.scene().items() if hasattr(item, "setExportMode")]
    for item in items:
        item.setExportMode(True, options)
    try:
        yield
    finally:
        for item in items:
            item.setExportMode(False)
