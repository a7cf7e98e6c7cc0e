"""Strength sliders: one for a whole edit, one for each of its senses that reach the prediction."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QWidget

from app.gui.metrics import characters, gap
from app.gui.tables import figures
from app.gui.what_if import EditTerms, SenseTerm
from app.gui.widgets.fields import leave_wheel_to_page
from app.gui.widgets.labels import caption, heading
from app.gui.widgets.layouts import column

_STEPS = 100
"""Of a slider for one unit of strength."""
_MOST = 2
"""How far a slider goes, in units."""
MOST_SENSES = 12
"""Senses with a slider of their own, those that move most first."""


class StrengthSlider(QSlider):
    """From nothing to twice, in hundredths."""

    def __init__(self, name: str, value: float, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._usual = value
        self.setRange(0, round(max(_MOST, 2 * value) * _STEPS))
        self.setPageStep(_STEPS // 4)
        self.setSingleStep(_STEPS // 20)
        self.setValue(round(value * _STEPS))
        self.setAccessibleName(name)
        self.setMinimumWidth(characters(18))
        leave_wheel_to_page(self)

    @property
    def strength(self) -> float:
        """Where it stands."""
        return self._usual if self.value() == round(self._usual * _STEPS) else self.value() / _STEPS

    def put_back(self) -> None:
        """Put it where it began."""
        self.setValue(round(self._usual * _STEPS))


class SliderGrid(QWidget):
    """Sliders below each other, each with its name and where it stands."""

    moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.all: list[StrengthSlider] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(gap(3))
        self._grid.setVerticalSpacing(gap(1))
        self._grid.setColumnStretch(1, 1)

    def put_back(self) -> None:
        """Put every slider where it began."""
        for slider in self.all:
            slider.put_back()

    def _add(self, text: str, name: str, value: float, tip: str = "") -> StrengthSlider:
        slider, label, said = StrengthSlider(name, value), QLabel(text), QLabel("")
        label.setBuddy(slider)
        label.setToolTip(tip)
        slider.setToolTip(tip or name)
        said.setMinimumWidth(characters(6))
        said.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

        def follow() -> None:
            said.setText(f"{slider.strength:.2f} \N{MULTIPLICATION SIGN}")
            slider.setAccessibleDescription(said.text())

        slider.valueChanged.connect(follow)
        slider.valueChanged.connect(self.moved)
        follow()
        self.all.append(slider)
        at = self._grid.rowCount()
        for place, widget in enumerate((label, slider, said)):
            self._grid.addWidget(widget, at, place)
        return slider


class OwnSliders(SliderGrid):
    """Senses of the model itself, which can be left out or made to count twice."""

    def __init__(self, terms: Sequence[SenseTerm], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.terms = tuple(terms)
        for term in terms:
            self._add(
                _name(term),
                self.tr("{word}, sense {sense} of the model itself").format(
                    word=term.word.strip(), sense=term.sense
                ),
                1.0,
                self.tr("Mixed in with weight {}").format(f"{term.weight:.3f}"),
            )
        remark = caption(
            self.tr("What this prediction mixes most of. 0 leaves a sense out, 2 counts it twice.")
        )
        self.setLayout(column(self._grid, remark, spacing=1))

    def strengths(self) -> list[float]:
        """Give how strongly each counts."""
        return [slider.strength for slider in self.all]

    def turned(self) -> list[tuple[int, int, float]]:
        """Give those that do not count as they are: token id, sense, strength."""
        pairs = zip(self.terms, self.strengths(), strict=True)
        return [(t.token_id, t.sense, strength) for t, strength in pairs if strength != 1.0]


class EditSliders(SliderGrid):
    """The sliders of one edit; the whole edit's multiplies the others'."""

    def __init__(self, terms: EditTerms, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.terms = terms
        whole = self.tr("Strength of {}").format(terms.name)
        self.whole = self._add(self.tr("Whole edit"), whole, terms.strength)
        self.senses = [
            self._add(
                _name(term),
                self.tr("{word}, sense {sense} of {name}").format(
                    word=term.word.strip(), sense=term.sense, name=terms.name
                ),
                1.0,
                self.tr("Mixed in with weight {}").format(f"{term.weight:.3f}"),
            )
            for term in terms.senses[:MOST_SENSES]
        ]
        self.remark = caption(self._remark())
        self.setLayout(column(heading(terms.name), self._grid, self.remark, spacing=1))

    def strengths(self) -> list[float]:
        """Give each sense's strength, those without a slider included."""
        whole = self.whole.strength
        own = [slider.strength for slider in self.senses]
        rest = len(self.terms.senses) - len(own)
        return [whole * each for each in (*own, *([1.0] * rest))]

    def turned_senses(self) -> list[tuple[int, int, float]]:
        """Give the senses that do not simply follow the whole edit: token id, sense, strength."""
        pairs = zip(self.terms.senses, self.senses, strict=False)
        return [(t.token_id, t.sense, s.strength) for t, s in pairs if s.strength != 1.0]

    def _remark(self) -> str:
        if self.terms.answers_by_rows:
            return self.tr(
                "Its rows answer only where they apply; where none does, the slider moves nothing."
            )
        if not self.terms.moves_senses:
            return self.tr("It moves the model as a whole, so no part of it has a slider.")
        return self._remark_on_senses()

    def _remark_on_senses(self) -> str:
        hidden = max(0, len(self.terms.senses) - MOST_SENSES)
        parts: Sequence[str] = [
            self.tr("No sense of this edit reaches this prediction.")
            if not self.terms.senses
            else "",
            self.tr("{} weaker senses follow the whole edit.").format(hidden) if hidden else "",
            self.tr("{} other senses do not reach this prediction.").format(self.terms.others)
            if self.terms.others and self.terms.senses
            else "",
        ]
        return " ".join(part for part in parts if part)


def _name(term: SenseTerm) -> str:
    return f"{figures.visible_spaces(term.word)} · {term.sense}"
