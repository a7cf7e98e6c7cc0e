"""Example files: read, written back, and every bad row named."""

import json
import math
from pathlib import Path

import pytest

from editing.errors import ExampleError, RowProblem
from editing.examples import Example, Kind, read_examples, read_texts, write_examples
from editing.examples.table_rows import header_of

PAIRS = (
    '{"prefix": "The nurse said", "suffix1": " he", "suffix2": " she"}\n'
    '{"prefix": "The clerk said", "suffix1": " she", "suffix2": " he"}\n'
)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def reasons(problems: tuple[RowProblem, ...]) -> dict[int, str]:
    return {problem.line: problem.reason for problem in problems}


def test_published_rows_come_back_byte_for_byte(tmp_path: Path) -> None:
    rows = [
        {"statement": "s", "prefix": "Ein Ort: ", "suffix": "Zürich", "country": "Ch", "n": 1.5},
        {"prefix": "a\u2028b", "suffix1": "  two spaces", "suffix2": "\ttab\n", "tags": ["x"]},
    ]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    source = write(tmp_path, "in.jsonl", text)
    read = read_examples(source)
    assert read.problems == ()
    write_examples(tmp_path / "out.jsonl", read.examples)
    assert (tmp_path / "out.jsonl").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("ending", [".csv", ".tsv"])
def test_a_table_keeps_spaces_newlines_and_quotes(tmp_path: Path, ending: str) -> None:
    examples = (
        Example(' He said "so,', " then\n there\t", kind=Kind.DECREASE, extra={"note": " n "}),
        Example("b", " c ", "  d", kind=Kind.BALANCE, threshold=math.log(1.7)),
    )
    write_examples(tmp_path / f"rows{ending}", examples)
    assert read_examples(tmp_path / f"rows{ending}").examples == examples


def test_every_cell_of_a_table_is_quoted(tmp_path: Path) -> None:
    write_examples(tmp_path / "rows.csv", [Example("a", " b")])
    assert (tmp_path / "rows.csv").read_text() == '"prefix","suffix"\n"a"," b"\n'


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"prefix": "a"}', "no suffix"),
        ('{"suffix": " b"}', "no prefix"),
        ('{"prefix": "a", "suffix": ""}', "suffix is empty"),
        ('{"prefix": "", "suffix": " b"}', "prefix is empty"),
        ('{"prefix": "a", "suffix": 3}', "suffix is not text"),
        ('{"prefix": "a", "suffix1": " b"}', "no suffix2"),
        ('{"prefix": "a", "suffix": " b", "suffix1": " c"}', "both suffix and suffix1"),
        ('{"text": "a b"}', "general text"),
        ('{"prefix": "a", "suffix": " b"', "not JSON"),
        ('["a", " b"]', "not an object"),
        ('{"prefix": "a", "suffix": " b", "suffix": " c"}', "suffix stands there twice"),
        ('{"prefix": "a", "suffix": "\\ud83d"}', "surrogate"),
        ('{"prefix": "a", "suffix": " b", "x": NaN}', "NaN"),
        ('{"prefix": "a", "suffix": " b", "x": 1e999}', "1e999"),
        ('{"prefix": "a", "suffix": " b", "kind": "more"}', "'more'; the kinds are increase"),
        ('{"prefix": "a", "suffix": " b", "kind": "prefer"}', "compares two"),
        ('{"prefix": "a", "suffix": " b", "threshold": "x"}', "not a number"),
        ('{"prefix": "a", "suffix": " b", "threshold": 2}', "no probability"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_a_bad_row_is_named_with_its_line(tmp_path: Path, line: str, reason: str) -> None:
    good = '{"prefix": "a", "suffix": " b"}'
    read = read_examples(write(tmp_path, "rows.jsonl", f"{good}\n\n{line}\n{good}\n"))
    assert len(read.examples) == 2
    assert [problem.line for problem in read.problems] == [3]
    assert reason in read.problems[0].reason


def test_a_line_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"prefix": "a", "suffix": " b"}\n{"prefix": "\xff", "suffix": " b"}\n')
    assert reasons(read_examples(path).problems) == {2: "it is not UTF-8 text"}


def test_all_good_names_every_bad_row(tmp_path: Path) -> None:
    read = read_examples(write(tmp_path, "rows.jsonl", '{"prefix": "a"}\n{"suffix": " b"}\n'))
    with pytest.raises(ExampleError, match=r"2 rows of rows.jsonl .*line 1: .*line 2: ") as caught:
        read.all_good("rows.jsonl")
    assert caught.value.problems == read.problems


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_as_spreadsheets_save_them_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("Prompt;Suffix\r\nÜber;  Zürich\r\n".encode(encoding))
    assert read_examples(path).examples == (Example("Über", "  Zürich"),)


def test_columns_of_other_names_are_read_as_told(tmp_path: Path) -> None:
    path = write(tmp_path, "rows.csv", "Question,Answer,note\na, b,n\n")
    assert header_of(path) == {"Question": "", "Answer": "", "note": ""}
    read = read_examples(path, columns={"Question": "prefix", "Answer": "suffix"})
    assert read.examples == (Example("a", " b", extra={"note": "n"}),)


def test_a_table_without_the_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExampleError, match=r"first line of rows.csv names no columns"):
        read_examples(write(tmp_path, "rows.csv", "a,b\nc,d\n"))


def test_bad_rows_of_a_table_are_named_with_the_line_they_begin_on(tmp_path: Path) -> None:
    text = 'prefix,suffix,threshold\n"two\nlines", b,\na, b,,,\na, b,x\na,,\n'
    read = read_examples(write(tmp_path, "rows.csv", text))
    assert read.examples == (Example("two\nlines", " b"),)
    assert reasons(read.problems) == {
        4: "it has 5 cells, and the header 3",
        5: "its threshold is 'x', which is not a number",
        6: "it has no suffix, the text the model should or should not say",
    }


def test_a_kind_given_for_the_file_holds_for_rows_without_one(tmp_path: Path) -> None:
    read = read_examples(write(tmp_path, "p.jsonl", PAIRS), kind=Kind.PREFER, threshold=1.0)
    assert {(row.kind, row.threshold) for row in read.examples} == {(Kind.PREFER, 0.0)}


@pytest.mark.parametrize(
    ("name", "message"),
    [("rows.txt", "no known kind"), ("none.jsonl", "cannot be read"), ("e.jsonl", "no examples")],
)
def test_a_file_that_is_no_example_file_is_refused(tmp_path: Path, name: str, message: str) -> None:
    write(tmp_path, "e.jsonl", "\n\n")
    with pytest.raises(ExampleError, match=message):
        read_examples(tmp_path / name)


def test_general_text_is_read_from_rows_or_lines(tmp_path: Path) -> None:
    rows = write(tmp_path, "g.jsonl", '{"text": "a\\n\\nb", "n": 1}\n{"text": "c"}\n')
    lines = write(tmp_path, "g.txt", "One.\n\n  Two.\n")
    assert read_texts(rows) == ["a\n\nb", "c"]
    assert read_texts(lines) == ["One.", "  Two."]


def test_general_text_without_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExampleError, match=r'Line 1 of g.jsonl has no "text"'):
        read_texts(write(tmp_path, "g.jsonl", PAIRS))


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = write(tmp_path, "rows.csv", "old")
    with pytest.raises(ExampleError, match="cannot be written"):
        write_examples(path / "below.csv", [Example("a", " b")])
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
