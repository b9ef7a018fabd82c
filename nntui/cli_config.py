"""nntui config: what is set, and where; set and unset."""

from __future__ import annotations

import click

from nntui.config import Config, change, load, names, path, shown


@click.group(invoke_without_command=True)
@click.pass_context
def config(ctx: click.Context) -> None:
    """Show the settings and their file; change them with set and unset."""
    if ctx.invoked_subcommand is None:
        settings = _sound(load())
        click.echo(str(path()))
        _show(settings)


@config.command("set")
@click.argument("key")
@click.argument("value")
def set_(key: str, value: str) -> None:
    """Set KEY to VALUE: nntui config set theme textual-light, nntui config set keys.reset R."""
    if not value.strip():
        from nntui.config import ConfigError

        raise ConfigError(f"{key}: a value is missing; nntui config unset {key} makes it as usual")
    _change(key, value)


@config.command()
@click.argument("key")
def unset(key: str) -> None:
    """Make KEY as usual again."""
    _change(key, "")


def _change(key: str, value: str) -> None:
    """Change it if what is set then is sound."""
    now = change(key, value, sound=lambda settings: _sound(settings, strict=bool(value) and key.startswith("keys.")))
    told = shown(now)
    if key in told:
        click.echo(f"{key} = {told[key] or 'as usual'}")
    else:
        click.echo(f"{key} = {now.keys.get(key.removeprefix('keys.'), 'as usual')}")


def _sound(settings: Config, strict: bool = False) -> Config:
    """The same, if theme and keys are ones that there are. strict: no key may be another action's usual one. Raises ConfigError."""
    if settings.theme is not None:
        from nntui.tui.themes import known

        known(settings.theme)
    if settings.keys:
        from nntui.tui.keymap import keymap

        keymap(settings.keys, strict)
    return settings


def _show(settings: Config) -> None:
    values, about = shown(settings), names()
    usual = shown(Config())
    names_wide = max(map(len, values))
    values_wide = min(max(len(value) for value in values.values()), 40)
    for name, value in values.items():
        mark = "*" if value != usual[name] else " "
        click.echo(f"{mark} {name:<{names_wide}}  {value or '-':<{values_wide}}  {about[name]}")
