"""Canonical examples: what one is, how sets of them are read from files and written back.

Torch-free: the window and the command line use it before a model is loaded.
"""

from editing.examples.example import JSON, Example, ExampleSet, Kind, Role
from editing.examples.reading import ReadResult, read_examples, read_texts
from editing.examples.resolving import resolved, resolved_rows
from editing.examples.rows import example_from_row, row_from_example
from editing.examples.subjects import Span, propose_subject, subject_span
from editing.examples.thresholds import DEFAULT_ENTERED, entered_from_nats, nats_from_entered
from editing.examples.writing import write_examples

__all__ = [
    "DEFAULT_ENTERED",
    "JSON",
    "Example",
    "ExampleSet",
    "Kind",
    "ReadResult",
    "Role",
    "Span",
    "entered_from_nats",
    "example_from_row",
    "nats_from_entered",
    "propose_subject",
    "read_examples",
    "read_texts",
    "resolved",
    "resolved_rows",
    "row_from_example",
    "subject_span",
    "write_examples",
]
