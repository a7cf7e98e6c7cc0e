"""Requests travel as JSON and come back equal."""

import json
import subprocess
import sys

import pytest

from app.operations.requests import (
    EditRequest,
    EvaluateRequest,
    ExportRequest,
    GenerateRequest,
    ImportRequest,
    ProbabilitiesRequest,
    Request,
    RowToScore,
    SensesRequest,
)
from editing.errors import EditingError

REQUESTS = [
    EditRequest("starter", task="country-capital", split="val", settings={"epochs": 3}),
    EvaluateRequest("starter", edits=("a", "b@0.5")),
    GenerateRequest("starter", "The", edits=("a",), temperature=0.0),
    SensesRequest("starter", word="river"),
    ExportRequest("a@2", "/tmp/out", form="edit"),
    ImportRequest("/tmp/out"),
    ProbabilitiesRequest("starter", (RowToScore("1", "The", " river", " sea"),), ("a@2",)),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=[type(each).__name__ for each in REQUESTS])
def test_a_request_comes_back_equal_from_json(request_: Request) -> None:
    text = json.dumps(request_.to_json())
    assert type(request_).from_json(json.loads(text)) == request_


def test_a_request_of_a_newer_version_is_refused() -> None:
    with pytest.raises(EditingError, match="no colour; it comes from a newer Exemplar"):
        EditRequest.from_json({"model": "starter", "colour": "red"})


def test_a_request_without_a_model_is_refused() -> None:
    with pytest.raises(EditingError, match="incomplete"):
        EvaluateRequest.from_json({})


def test_requests_and_examples_need_no_torch() -> None:
    code = "import sys, app.operations.requests, editing.examples; print('torch' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
