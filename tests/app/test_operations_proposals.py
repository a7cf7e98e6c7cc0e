"""Smaller ways to make a run: named before it starts, each with an estimate of its own."""

import dataclasses

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from app.cli.main import main
from app.cli.texts import warnings_of
from app.operations.edit import run_edit
from app.operations.models import LoadedModels
from app.operations.preflight import memory, preflight, proposals
from app.operations.preflight.memory import memory_needed, usual_work
from app.operations.preflight.preflight import run_preflight
from app.operations.preflight.proposals import check_memory
from app.operations.requests import EditRequest
from editing.editors import find_editor
from editing.editors.memory import loading, sampling
from editing.errors import EditingError
from editing.models.footprint import parameter_count
from tests.tiny import tiny_transformer


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return str(tiny_transformer(tmp_path_factory.mktemp("gpt2"), "GPT-2"))


@pytest.fixture
def run(model, tmp_path):
    row = '{"prefix": "The capital of France is", "suffix": " Paris"}\n'
    (tmp_path / "rows.jsonl").write_text(row)
    for name in ("general", "other"):
        (tmp_path / f"{name}.txt").write_text("An old river runs through the city. " * 100)
    return EditRequest(
        model,
        examples=str(tmp_path / "rows.jsonl"),
        method="full-finetuning",
        kind="increase",
        general_text=str(tmp_path / "general.txt"),
        regularisation_text=str(tmp_path / "other.txt"),
        data_dir=str(tmp_path),
    )


@pytest.fixture
def with_free(monkeypatch):
    def _with_free(count):
        for module in (proposals, preflight):
            monkeypatch.setattr(module, "memory_there", lambda: count)

    return _with_free


def test_a_run_that_fits_needs_no_other_way(run, with_free):
    with_free(10**12)
    assert run_preflight(run)["proposals"] == []
    check_memory(run)


def test_every_way_is_smaller_and_can_be_taken(run, with_free, monkeypatch):
    monkeypatch.setattr(memory, "PROGRAM_BYTES", 0)
    monkeypatch.setattr(memory, "LOADING_BYTES", 0)
    monkeypatch.setattr(proposals, "SHORTEST_WINDOW", 16)
    with_free(1)
    said = run_preflight(run, models=LoadedModels())
    ways = {way["option"]: way for way in said["proposals"]}
    assert "--dtype bfloat16" in ways
    assert said["seconds"] > 0  # guessed, since nothing was loaded
    outline = memory.outline_from(run.model, None)
    for way in proposals.smaller_ways(run, outline, said["memory_bytes"]):
        taken = way.applied(run)
        assert proposals.needed_for(taken, outline) == way.memory_bytes < said["memory_bytes"]
        assert not way.fits
        assert taken.examples == run.examples


def test_recomputing_and_a_smaller_method_are_named_where_they_help(run, with_free, monkeypatch):
    monkeypatch.setattr(memory, "PROGRAM_BYTES", 0)
    monkeypatch.setattr(memory, "LOADING_BYTES", 0)
    with_free(1)

    def needed(request, model):
        is_full = request.method == "full-finetuning"
        again = bool(request.settings.get("gradient_checkpointing"))
        return 1000 * (1 + is_full) // (1 + again)

    monkeypatch.setattr(proposals, "needed_for", needed)
    outline = memory.outline_from(run.model, None)
    ways = proposals.smaller_ways(run, outline, 2000)
    assert [way.option for way in ways] == [
        "--set gradient_checkpointing=true",
        "--method lora",
    ]
    assert ways[0].applied(run).settings == {"gradient_checkpointing": True}
    assert ways[1].applied(run).method == "lora"


@pytest.fixture
def larger(run):
    """Shapes alone of a model whose activations count, behind a tiny one's tokenizer."""
    outline = memory.outline_from(run.model, None)
    config = GPT2Config(
        vocab_size=outline.vocab_size,
        n_embd=256,
        n_layer=6,
        n_head=8,
        n_positions=512,
        bos_token_id=0,
        eos_token_id=0,
    )
    with torch.device("meta"):
        module = GPT2LMHeadModel(config)
    return dataclasses.replace(outline, module=module, context=512)


def test_every_way_that_is_promised_is_found_from_shapes_alone(run, larger, with_free, tmp_path):
    for name in ("general", "other"):
        (tmp_path / f"{name}.txt").write_text("An old river runs through the city. " * 200 + "\n")
    needed = proposals.needed_for(run, larger)
    program = memory.PROGRAM_BYTES + memory.LOADING_BYTES
    with_free(program + (needed - program) // 2)
    ways = {way.option: way for way in proposals.smaller_ways(run, larger, 2 * needed)}
    assert list(ways)[:4] == [
        "--set gradient_checkpointing=true",
        "--window 128",
        "--method lora",
        "--dtype bfloat16",
    ]
    assert all(way.memory_bytes < needed for way in ways.values())


def test_a_longer_general_text_takes_no_more_memory(run, larger, tmp_path):
    """It is read a window at a time; `--window` makes these shorter."""
    needed = []
    for times in (200, 2_000):
        (tmp_path / "general.txt").write_text("An old river runs through the city. " * times)
        needed.append(proposals.needed_for(run, larger))
    assert needed[1] == needed[0]
    shorter = dataclasses.replace(run, window=128)
    assert proposals.needed_for(shorter, larger) < needed[0]


def test_files_in_other_numbers_count_while_they_are_loaded(run):
    outline = memory.outline_from(run.model, None)
    work = dataclasses.replace(usual_work(outline), dtype=torch.bfloat16)
    numbers = parameter_count(outline)
    assert loading(outline, dataclasses.replace(work, stored=4 * numbers)) == 6 * numbers
    assert loading(outline, dataclasses.replace(work, stored=2 * numbers)) == 2 * numbers
    wide = dataclasses.replace(work, dtype=torch.float32, stored=2 * numbers)
    assert loading(outline, wide) == 6 * numbers


def test_what_serac_learns_counts_unless_a_memory_is_added_to(run):
    outline = memory.outline_from(run.model, None)
    serac = dataclasses.replace(run, method="serac", settings={})
    added = dataclasses.replace(serac, settings={"memory": "Kept"})
    row = dataclasses.replace(serac, settings={"answer": "row"})
    taken = [proposals.needed_for(each, outline) for each in (added, row, serac)]
    assert taken[0] < taken[1] < taken[2]


def test_a_run_that_does_not_fit_is_refused_with_what_would(run, with_free):
    with_free(1)
    with pytest.raises(EditingError, match=r"needs about \d+\.\d GB .* --anyway"):
        check_memory(run)


def test_bfloat16_halves_the_weights_and_longer_texts_take_more(run):
    outline = memory.outline_from(run.model, None)
    editor, work = find_editor("grace"), usual_work(outline)

    half = dataclasses.replace(work, dtype=torch.bfloat16)
    longer = dataclasses.replace(work, scored=10 * work.scored)
    assert memory_needed(outline, editor, half) < memory_needed(outline, editor, work)
    assert memory_needed(outline, editor, longer) > memory_needed(outline, editor, work)


def test_the_command_line_refuses_before_anything_is_loaded(run, with_free, capsys, monkeypatch):
    with_free(1)
    monkeypatch.setenv("EXEMPLAR_DATA_DIR", run.data_dir)
    flags = ["--examples", run.examples, "--method", "grace", "--data-dir", run.data_dir]
    texts = ["--general-text", run.general_text, "--kind", "increase"]
    code = main(["edit", "--model", run.model, *flags, *texts])
    assert code == 1
    said = capsys.readouterr().err
    assert "The run needs about" in said
    assert "--anyway" in said


def test_a_run_in_bfloat16_leaves_the_strictest_ball_open(run):
    request = dataclasses.replace(
        run, method="grace", settings={"steps": 2}, dtype="bfloat16", budget=1e-5
    )
    result = run_edit(request)
    assert result["dtype"] == "bfloat16"
    assert result["degradation"] is not None
    assert result["inside_ball"] is None
    assert any("too coarse to tell" in line for line in warnings_of(result))
    wider = run_edit(dataclasses.replace(request, budget=1e-2))
    assert wider["inside_ball"] is not None


def test_a_text_that_the_model_has_to_write_takes_its_keys_and_values(run):
    outline = memory.outline_from(run.model, None)
    sampled = dataclasses.replace(run, method="grace", settings={}, general_text="sampled")
    of_file = dataclasses.replace(sampled, general_text=run.general_text)
    assert memory.work_of(of_file, outline).sampled == 0
    work = memory.work_of(sampled, outline)
    assert work.sampled == outline.context
    config = outline.module.config
    cached = 32 * work.sampled * 2 * config.num_hidden_layers * config.hidden_size * 4
    assert cached < sampling(outline, work) < 3 * cached + 32 * config.vocab_size * 32
    short = dataclasses.replace(sampled, window=8)
    assert sampling(outline, memory.work_of(short, outline)) < sampling(outline, work)
