"""The card of an exported model: what it is, what was changed, how to load it."""

from collections.abc import Sequence

from editing.library.stacks import StackedEdit
from editing.models.language_model import LanguageModel


def model_card(model: LanguageModel, stack: Sequence[StackedEdit], *, dtype: str, name: str) -> str:
    """Write the README.md of an exported model folder."""
    edits = "\n".join(_edit_lines(item) for item in stack) or "None: this is the untouched base."
    return f"""# {name}

A language model edited with Exemplar from canonical examples.

* Base: `{model.source}` ({model.layout.family}), fingerprint `{model.fingerprint}`
* Weights: {dtype}, safetensors; context {model.context} tokens, {model.vocab_size} words
* The licence of the base holds for this model too.

## Edits

{edits}

A sense edit changes a few sense vectors of single words. They cannot be folded into the network
that all words share, so the model carries the differences as buffers (`sense_edits`).

## Use

The architecture's code lies in this folder; read it before you trust it.

```python
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("{name}")
model = AutoModelForCausalLM.from_pretrained("{name}", trust_remote_code=True, dtype="auto")
ids = tokenizer("The capital of", return_tensors="pt")
print(tokenizer.decode(model.generate(**ids, max_new_tokens=20)[0]))
```

`SHA256SUMS` lists the hash of every file: `sha256sum --check SHA256SUMS`.
"""


def _edit_lines(item: StackedEdit) -> str:
    record = item.record
    result = record["result"]
    lines = [
        f"### {item.name}, at strength {item.strength:g}",
        "",
        f"* Method: {record['method']}, budget {result['budget']:g}, seed {result['seed']}",
        *(f"* No weight of the base is changed. {told}" for told in item.edit.beside()),
        f"* Examples: {record['data']['name']}, {record['data']['canonical']['rows']} canonical",
        f"* Success: {_change(result['success_rate'])}",
        f"* Degradation on {_text(result)}: {_number(result['degradation'])}",
        f"* Loss on hard negatives: {_change(result['hard_negatives'])}",
        f"* Measured at strength {result['strength']:g}, made {record['created']}",
        "",
    ]
    return "\n".join(lines)


def _text(result: dict[str, dict[str, object]]) -> str:
    text = result["general_text"]
    return "no general text" if not text else f"{text['name']} ({text['tokens']} tokens)"


def _change(values: dict[str, float | None]) -> str:
    return f"{_number(values['before'])} before, {_number(values['after'])} after"


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.4g}"


def adapter_card(model: LanguageModel, item: StackedEdit, *, name: str) -> str:
    """Write the README.md of an exported PEFT adapter."""
    return f"""# {name}

A PEFT adapter made with Exemplar from canonical examples.

* Base: `{model.source}` ({model.layout.family}), fingerprint `{model.fingerprint}`
* Its folder or name stands in `adapter_config.json` under `base_model_name_or_path`
* The licence of the base holds for the adapter too.

## Edit

{_edit_lines(item)}

## Use

```python
from peft import PeftModel
from transformers import AutoModelForCausalLM

base = AutoModelForCausalLM.from_pretrained(BASE, trust_remote_code=True, dtype="float32")
model = PeftModel.from_pretrained(base, "{name}")
```

A base whose folder carries its own code, as Exemplar's starter does, needs
`trust_remote_code=True`; read that code first. `SHA256SUMS` lists the hash of every file:
`sha256sum --check SHA256SUMS`.
"""
