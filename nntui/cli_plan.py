"""An experiment before it is trained: its layers with what they cost and how far they see, for nntui show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nntui.experiment import Experiment


def described(experiment: Experiment) -> str:
    """Layer by layer: output, parameters, multiply-adds, memory of the output, receptive field; and all together."""
    from nntui.cli_lists import table
    from nntui.nn.layer import Shape
    from nntui.tui.numbers import count, si, size
    from nntui.tui.panes.costs import of, sees

    def shape(axes: Shape) -> str:
        return "x".join(map(str, axes)) or "1"

    plan = experiment.check()
    found = of(plan)
    rows = [("input", shape(plan.input_shape), "", "", "", "")]
    for site in plan.walk():
        cost = found[site.path]
        work, output = (si(n).strip() if n else "" for n in (cost.multiply_adds, cost.activations))
        rows.append((f"{'  ' * site.depth}{site.path}", shape(site.y), count(site.size) if site.size else "", work, output, sees(cost)))
    totals = as_json(experiment)
    batch, memory = experiment.training.batch_size, size(totals["training_bytes"], 1)
    return "\n".join([
        table(("layer", "out", "params", "mult-adds", "numbers", "sees"), rows), "",
        f"{count(plan.size)} parameters, {si(totals['multiply_adds']).strip()} multiply-adds per example; "
        f"training takes about {memory} with batches of {batch}, besides the data",
    ])  # fmt: skip


def as_json(experiment: Experiment) -> dict[str, Any]:
    """The same as an object: a layer's numbers are per example, `sees` is null for what is no image or sequence."""
    from nntui.nn.costs import training_bytes
    from nntui.tui.panes.costs import of

    plan = experiment.check()
    found = of(plan)
    layers = [
        {
            "layer": site.path, "output": list(site.y), "parameters": site.size, "multiply_adds": found[site.path].multiply_adds,
            "activations": found[site.path].activations, "sees": [field.size for field in found[site.path].field] or None,
        }
        for site in plan.walk()
    ]  # fmt: skip
    batch = min(experiment.training.batch_size, experiment.data.facts().examples)
    return {
        "input": list(plan.input_shape), "layers": layers, "parameters": plan.size,
        "multiply_adds": sum(cost.multiply_adds for cost in found.values()),
        "training_bytes": training_bytes(plan, batch, len(experiment.optimizer.slots)),
    }  # fmt: skip
