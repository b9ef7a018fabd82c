"""The command line: `nntui` opens the workbench, its subcommands do without it. Nothing heavy is imported before it is used."""

from __future__ import annotations

import difflib
import gc
import os
import sys
from importlib import import_module
from typing import Any

import click

from nntui import __version__
from nntui.errors import NntuiError

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("nntui.cli_run:run", "Train without the workbench."),
    "resume": ("nntui.cli_run:resume", "Go on with a run that was stopped or killed."),
    "presets": ("nntui.cli_lists:presets", "List the experiments that come with nntui."),
    "runs": ("nntui.cli_runs:runs", "List runs, newest first; filter and sort them."),
    "diff": ("nntui.cli_diff:diff", "Say what differs between two experiments, and between what came of them."),
    "fork": ("nntui.cli_fork:fork", "Make a new run that goes on from an earlier step of another."),
    "export": ("nntui.cli_export:export", "Write a run as CSV, JSON or Parquet."),
    "label": ("nntui.cli_runs:label", "Name, tag, pin or annotate a run."),
    "delete": ("nntui.cli_runs:delete", "Move runs to the trash."),
    "trash": ("nntui.cli_runs:trash", "List what was deleted, have it back, or remove it for good."),
    "inspect": ("nntui.cli_inspect:inspect", "Look into a network: weights, units, the chain rule, mistakes."),
    "show": ("nntui.cli_show:show", "Show one run, and what came of it; or what an experiment would cost."),
    "doctor": ("nntui.cli_doctor:doctor", "Say what is wrong with an experiment or a run, and repair it."),
    "explain": ("nntui.cli_explain:explain", "Say what a layer, a loss, an optimizer or a word means."),
    "sample": ("nntui.cli_sample:sample", "Let a trained language model speak."),
    "config": ("nntui.cli_config:config", "Show and change settings: theme, keys, where runs are kept."),
    "lr-find": ("nntui.cli_rate:find", "Say which learning rate to begin with."),
    "check": ("nntui.cli_check:check", "Check gradients, the start, and whether it learns at all, and from what."),
    "bench": ("nntui.cli_bench:bench", "Measure how fast this machine trains, beside PyTorch."),
}
"""Name, where its click command is, and its line in the help; a command is imported only when it is called."""


class Program(click.Group):
    """The commands, loaded on demand. A first word that is none of them is what the workbench opens with."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS:
            return "open", workbench, args
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what it refuses is said in one sentence on stderr, with exit code 2."""
        try:
            return super().invoke(ctx)
        except NntuiError as error:
            sentence = str(error)
        except BrokenPipeError:
            raise  # whoever read our output has seen enough: click ends quietly
        except OSError as error:
            named = [str(name) for name in (error.filename, error.filename2) if name is not None]
            sentence = ": ".join([*named, error.strerror or str(error)])
        click.echo(f"nntui: {sentence}", err=True)
        ctx.exit(2)


@click.group(
    cls=Program,
    invoke_without_command=True,
    subcommand_metavar="[PRESET | FILE.toml | RUN] | COMMAND ...",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="nntui")
@click.pass_context
def program(ctx: click.Context) -> None:
    """See why a network learns, or doesn't.

    Without a command, opens the workbench on a preset, an experiment's TOML file or a run (its folder or a part of its name).
    """
    if ctx.invoked_subcommand is None:
        ctx.exit(_open(None))


@click.command(name="nntui")
@click.argument("words", nargs=-1, required=True)
@click.pass_context
def workbench(ctx: click.Context, words: tuple[str, ...]) -> None:
    """Open the workbench on a preset, a file or a run."""
    target, *rest = words
    if rest:
        from nntui.lookup import preset_names

        close = difflib.get_close_matches(target, COMMANDS, n=1) if target not in preset_names() else []
        hint = f": did you mean nntui {close[0]} {' '.join(rest)}?" if close else f" after {target}: the workbench opens one experiment"
        raise click.UsageError(f"unexpected {' '.join(rest)}{hint}", ctx.parent)
    ctx.exit(_open(target))


def _open(target: str | None) -> int:
    # A name that means nothing is worth saying before the lack of a terminal.
    found = None
    if target is not None:
        from nntui.lookup import find

        try:
            found = find(target)
        except NntuiError as error:
            close = difflib.get_close_matches(target, COMMANDS, n=1)
            if not close:
                raise
            raise type(error)(f"{error}; or the command {close[0]}?") from None
    instead = f"use nntui run {target or 'PRESET'} --plain, or nntui --help"
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise NntuiError(f"the workbench needs a terminal; without one, {instead}")
    if os.environ.get("TERM", "") in ("dumb", "unknown") and sys.platform != "win32":
        raise NntuiError(f"the workbench needs a terminal that can move its cursor, but TERM is {os.environ['TERM']}: {instead}")
    if found is not None and found.origin == "run":
        from nntui.runs.run import Run

        Run(found.path).close()  # a run that can't be read is refused before the screen changes
    # Nothing of what is imported is garbage, and looking for some takes an eighth of the start: not before the first picture.
    gc.disable()
    from nntui.tui.app import launch

    return launch(found)


def main() -> None:
    """What the command `nntui` does."""
    program(prog_name="nntui")
