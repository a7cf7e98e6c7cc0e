"""A comparison as one HTML file that needs no other and no network: texts, tables, the plot."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from app.gui.pages.compare.diff import marked

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; } .quiet { color: #777; }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid #8886; padding: 0.25rem 0.75rem; text-align: left;
  vertical-align: top; white-space: pre-line; font-variant-numeric: tabular-nums; }
.texts { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem; }
.texts section { border: 1px solid #8886; border-radius: 8px; padding: 0.75rem 1rem; }
.texts p { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; } .texts h3 { margin: 0; }
mark { background: #0b6b6630; color: inherit; text-decoration: underline; }
figure { margin: 1rem 0; background: #fff; border: 1px solid #8886; border-radius: 8px;
  padding: 0.5rem; } figure svg { width: 100%; height: auto; display: block; }
figcaption { color: #555; }
"""


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table under a heading, its first line the head."""

    title: str
    lines: tuple[tuple[str, ...], ...]
    is_folded: bool = False
    """Long ones open on a click."""


@dataclass(frozen=True, slots=True)
class ReportText:
    """What one model made of the prompt."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class CompareReport:
    """Everything a report says."""

    title: str
    facts: tuple[str, ...]
    prompt: str
    texts: tuple[ReportText, ...]
    """The original's first; words the others do not share with it are marked."""
    tables: tuple[ReportTable, ...]
    plot: str
    """Inline SVG; empty where there is none."""
    plot_caption: str


def as_html(report: CompareReport) -> str:
    """Write the report."""
    facts = "".join(f'<p class="quiet">{escape(fact)}</p>\n' for fact in report.facts)
    plot = ""
    if report.plot:
        caption = f"<figcaption>{escape(report.plot_caption)}</figcaption>"
        plot = f"<figure>\n{report.plot}\n{caption}\n</figure>\n"
    body = (
        f"<h1>{escape(report.title)}</h1>\n{facts}{_texts(report)}"
        + "".join(_table(table) for table in report.tables[:2])
        + plot
        + "".join(_table(table) for table in report.tables[2:])
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(report.title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{body}</body>\n</html>\n"
    )


def _texts(report: CompareReport) -> str:
    if not any(each.text for each in report.texts):
        return ""
    base = report.texts[0].text
    cards = [
        f"<section><h3>{escape(each.label)}</h3><p>{escape(report.prompt)}"
        f"{escape(each.text) if place == 0 else _marked(each.text, base)}</p></section>"
        for place, each in enumerate(report.texts)
    ]
    grid = "\n".join(cards)
    return (
        "<h2>What they write</h2>\n"
        '<p class="quiet">Marked: words the original did not say.</p>\n'
        f'<div class="texts">\n{grid}\n</div>\n'
    )


def _marked(text: str, base: str) -> str:
    pieces = marked(text, base)
    return "".join(
        f"<mark>{escape(piece.text)}</mark>" if piece.differs else escape(piece.text)
        for piece in pieces
    )


def _table(table: ReportTable) -> str:
    if len(table.lines) < 2:
        return ""
    head, *rows = table.lines
    body = "\n".join(_row("td", line) for line in rows)
    drawn = f"<table>\n<thead>{_row('th', head)}</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
    if table.is_folded:
        return f"<details><summary><b>{escape(table.title)}</b></summary>\n{drawn}</details>\n"
    return f"<h2>{escape(table.title)}</h2>\n{drawn}"


def _row(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"
