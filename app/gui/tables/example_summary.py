"""What is said of all rows of a list together, whichever of them are on the screen."""

from collections import Counter
from dataclasses import dataclass

from app.gui.tables.example_cells import Cells
from app.gui.tables.example_flags import Severity
from app.gui.tables.readings import kind_of
from editing.examples import Example, ExampleSet, Kind, Role, tags_of


@dataclass(frozen=True, slots=True)
class RowSummary:
    """The rows of one list as they stand now."""

    rows: tuple[Example, ...]
    examples: ExampleSet
    """For the kind of rows without their own."""
    role: Role
    cells: Cells

    def successes(self) -> tuple[int, int]:
        """Count the rows that count as success now, and those of which it is known."""
        gauges = [self.cells.gauge(row) for row in self.rows]
        judged = [gauge.holds for gauge in gauges if gauge and gauge.holds is not None]
        return sum(judged), len(judged)

    def remarks(self) -> Counter[Severity]:
        """Count the remarks of all rows by how much they matter."""
        return Counter(flag.severity for row in self.rows for flag in self.cells.flags(row))

    def can_mend(self) -> bool:
        """Whether a row has a remark that can be mended without asking."""
        return any(flag.can_mend for row in self.rows for flag in self.cells.flags(row))

    def uses_other(self) -> bool:
        """Whether any row needs the column of what is unwanted."""
        if self.role is Role.HARD_NEGATIVE:
            return any(row.is_pair for row in self.rows)
        return any(kind_of(row, self.examples) is not Kind.INCREASE for row in self.rows)

    def kinds(self) -> list[Kind]:
        """List the kinds that occur."""
        found = {kind_of(row, self.examples) for row in self.rows}
        return [kind for kind in Kind if kind in found]

    def tags(self) -> list[str]:
        """List the tags that occur."""
        return sorted({tag for row in self.rows for tag in tags_of(row)}, key=str.casefold)
