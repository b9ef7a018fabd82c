"""nntui explain: a card of the glossary, for those who read in the shell."""

from __future__ import annotations

import click


@click.command()
@click.argument("words", nargs=-1, metavar="[WORD]")
def explain(words: tuple[str, ...]) -> None:
    """Say what a layer, loss, optimizer or word means, and what to look at; without a word, list them all."""
    from nntui.errors import ExperimentError
    from nntui.glossary import cards
    from nntui.schema import shown, suggestion

    known = {word.lower().replace("_", " "): word for word in cards()}
    wanted = " ".join(words).lower().replace("_", " ").replace("-", " ")
    if not wanted:
        click.echo(click.wrap_text(", ".join(sorted(cards(), key=str.lower)), 100))
        return
    if wanted not in known:
        raise ExperimentError(f"there is no card for {shown(wanted)}: {suggestion(wanted, known)}")
    word = known[wanted]
    click.echo(word)
    for paragraph in cards()[word].replace("**", "").replace("`", "").replace("*", "").split("\n\n"):
        click.echo()
        click.echo(click.wrap_text(paragraph, 100))
