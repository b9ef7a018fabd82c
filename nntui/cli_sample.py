"""nntui sample: a trained language model speaks."""

from __future__ import annotations

import click


@click.command()
@click.argument("run")
@click.option("--prompt", default="", help="What it goes on with; nothing: the beginning of a line.")
@click.option("--length", type=click.IntRange(min=1), default=300, show_default=True, help="Tokens: characters or words.")
@click.option("--temperature", type=click.FloatRange(0.0), default=1.0, show_default=True, help="Below 1: likely ones; 0: the likeliest.")
@click.option("--top-k", type=click.IntRange(min=0), default=0, show_default=True, help="Only from so many of the likeliest; 0: from all.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Another one, another text.")
@click.option("--json", "as_json", is_flag=True, help="Print nothing but one JSON object.")
def sample(run: str, prompt: str, length: int, temperature: float, top_k: int, seed: int, as_json: bool) -> None:
    """Let a language model speak as it was last saved; RUN is its folder or a part of its name."""
    import json

    from nntui.runs.directory import find_run
    from nntui.training.sampling import sample

    path = find_run(run)
    text = sample(path, prompt, length, temperature, top_k, seed)
    if as_json:
        told = {"run": path.name, "prompt": prompt, "text": text, "temperature": temperature, "top_k": top_k, "seed": seed}
        click.echo(json.dumps(told))
    else:
        click.echo(f"{prompt}{text}")
