"""What the terminal can show, and the theme's colours by what they mean.

Panes ask a `Look` for "the style of a warning" or "the glyph of a healthy layer" and never for a colour, so every theme,
NO_COLOR and terminals without braille or block characters are served by the same code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color

from nntui.diagnosis.thresholds import Severity
from nntui.tui.ascii import in_ascii

if TYPE_CHECKING:
    from textual.app import App

LEVELS = 17
"""Steps of the field's ramp: odd, so that one of them is exactly undecided."""

HEATS = 33
"""Steps of the pictures' ramp."""

_HEAT = 0.95
"""How much of its hue the strongest of them has."""

_TINT_DARK, _TINT_LIGHT = 0.45, 0.30
"""How much of a class's colour the surest spot of the field has; points still stand out on it."""

_READABLE = 3.0
"""Least contrast of a colour with the background (WCAG 2.2, 1.4.11: what has to be seen, not read)."""

MUTED = (0.72, 0.8, 0.9)
"""Shares of the foreground in what is muted, the first that can be read."""

_CLASS_VARIABLES = ("primary", "accent", "success", "error", "secondary", "warning")


@dataclass(frozen=True)
class Look:
    """Styles by meaning, and what the terminal can draw."""

    text: Style = Style()
    muted: Style = Style()
    faint: Style = Style()
    """For what must not draw the eye: bands, axes, unfilled parts of bars."""
    title: Style = Style(bold=True)
    train: Style = Style()
    validation: Style = Style()
    healthy: Style = Style()
    note: Style = Style()
    warning: Style = Style(bold=True)
    error: Style = Style(bold=True)
    selected: Style = Style(bold=True)
    classes: tuple[Style, ...] = (Style(bold=True),)
    """One per class, in order; more classes than styles start over, told apart by their glyphs."""
    ramp: tuple[RichColor, ...] = ()
    """Backgrounds from "surely the first class" over undecided to "surely the second"; empty without colour."""
    heat: tuple[RichColor, ...] = ()
    """The same hues in full strength, for pictures of numbers: lowest, nothing in the middle, highest; empty without colour."""
    tints: tuple[RichColor, ...] = ()
    """Backgrounds of regions, one per class; empty without colour."""
    unicode: bool = True
    """Whether box and block characters can be shown; else everything is ASCII."""
    braille: bool = True
    color: bool = False

    @classmethod
    def from_theme(cls, variables: Mapping[str, str], env: Mapping[str, str]) -> Look:
        """Resolve the variables of a Textual theme; `env` is the environment (NO_COLOR, TERM, LANG, NNTUI_GLYPHS).

        NNTUI_GLYPHS says what the terminal can draw when guessing is wrong: braille, blocks or ascii.
        """
        blocks, braille = glyphs(env)
        if "NO_COLOR" in env:
            return cls.plain(unicode=blocks, braille=braille)

        def color(name: str) -> Color:
            return Color.parse(variables[name])

        background = color("background")

        def style(name: str, strength: float = 1.0, bold: bool | None = None) -> Style:
            return Style(color=background.blend(color(name), strength).rich_color, bold=bold)

        def readable(name: str, bold: bool | None = None) -> Style:
            return style(name if _contrast(color(name), background) >= _READABLE else f"text-{name}", bold=bold)

        hues = [color(name) for name in _CLASS_VARIABLES]
        classes = tuple(style(f"text-{name}", bold=True) for name in _CLASS_VARIABLES)
        if background.ansi is not None:  # the terminal's own colours: nobody knows them, so they can't be mixed
            return cls(
                muted=Style(dim=True), faint=Style(dim=True), train=style("primary"), validation=Style(),
                healthy=style("success"), note=style("warning"), warning=style("warning", bold=True),
                error=style("error", bold=True), selected=Style(bold=True), classes=classes,
                unicode=blocks, braille=braille, color=True,
            )  # fmt: skip
        tint = _TINT_DARK if background.brightness < 0.5 else _TINT_LIGHT
        return cls(
            muted=style("foreground", _strength(color("foreground"), background, color("panel"))),
            faint=style("foreground", 0.30),
            title=style("foreground", bold=True),
            train=style("text-primary"),
            validation=style("foreground"),
            healthy=readable("success"),
            note=style("text-warning"),
            warning=readable("warning", bold=True),
            error=style("text-error", bold=True),
            selected=Style(bgcolor=background.blend(color("primary"), 0.32).rich_color, bold=True),
            classes=classes,
            ramp=tuple(_diverging(hues[0], background, hues[1], step / (LEVELS - 1), tint) for step in range(LEVELS)),
            heat=tuple(_diverging(hues[0], background, hues[1], step / (HEATS - 1), _HEAT) for step in range(HEATS)),
            tints=tuple(background.blend(hue, 0.8 * tint).rich_color for hue in hues),
            unicode=blocks,
            braille=braille,
            color=True,
        )

    @classmethod
    def of(cls, app: App[object], env: Mapping[str, str]) -> Look:
        """The look of a running app, whose own reading of NO_COLOR counts (Textual takes it out of the environment)."""
        return cls.from_theme(app.theme_variables, {**env, "NO_COLOR": "1"} if app.no_color else env)

    @classmethod
    def plain(cls, unicode: bool = True, braille: bool = True) -> Look:
        """Without any colour: meaning is carried by glyphs, weight and words."""
        dim = Style(dim=True)
        return cls(muted=dim, faint=dim, unicode=unicode, braille=braille)

    def severity(self, severity: Severity) -> Style:
        """The style of a verdict."""
        return {"healthy": self.healthy, "note": self.note, "warning": self.warning, "error": self.error}[severity]

    def mark(self, severity: Severity) -> str:
        """The glyph of a verdict, one cell; told apart without colour."""
        marks = {"healthy": "●", "note": "○", "warning": "▲", "error": "×"}
        plain = {"healthy": "+", "note": "o", "warning": "!", "error": "X"}
        return (marks if self.unicode else plain)[severity]

    def class_style(self, index: int) -> Style:
        """The style of a class."""
        return self.classes[index % len(self.classes)]

    def class_glyph(self, index: int) -> str:
        """The glyph of a class, one cell."""
        shapes = "○×△□◇+★▽" if self.unicode else "ox^#%+*v"
        return shapes[index % len(shapes)]

    def shown(self, text: str) -> str:
        """Text from elsewhere - names, sentences - as far as this terminal has the letters."""
        return text if self.unicode else in_ascii(text)

    @property
    def pointer(self) -> str:
        """What stands before the selected row."""
        return "▸" if self.unicode else ">"

    @property
    def gap(self) -> str:
        """What marks a missing value."""
        return "×" if self.unicode else "x"

    @property
    def delta(self) -> str:
        """The letter of the back-propagated signal."""
        return "δ" if self.unicode else "d"

    @property
    def update_ratio(self) -> str:
        """What stands over the size of an update beside the weights' own."""
        return "ΔW/W" if self.unicode else "upd/W"

    @property
    def more(self) -> str:
        """Stands for what had no room."""
        return "…" if self.unicode else "~"

    @property
    def times(self) -> str:
        """Between the sides of a shape."""
        return "×" if self.unicode else "x"


ASCII_TERMINALS = frozenset({"dumb", "vt100", "vt102", "vt220", "linux"})
"""Terminals without the glyphs that are drawn with. The Linux console's fonts have some blocks, but neither eighths nor marks."""

PLAIN_LOCALES = frozenset({"C", "POSIX"})

COERCED = frozenset({"C.UTF-8", "C.utf8", "UTF-8"})
"""What Python puts into LC_CTYPE where the locale is C (PEP 538): it says nothing about the terminal."""


def glyphs(env: Mapping[str, str]) -> tuple[bool, bool]:
    """Whether block characters, and whether braille, can be expected to show. Raises nothing: in doubt, yes."""
    asked = env.get("NNTUI_GLYPHS", "").strip().lower()
    if asked in ("ascii", "blocks", "braille"):
        return asked != "ascii", asked == "braille"
    names = [name for name in ("LC_ALL", "LC_CTYPE", "LANG") if env.get(name)]
    if names[:1] == ["LC_CTYPE"] and env["LC_CTYPE"] in COERCED and env.get("LANG") in PLAIN_LOCALES:
        names = ["LANG"]
    locale = env[names[0]] if names else ""
    _, dot, charset = locale.partition(".")
    plain = locale in PLAIN_LOCALES or (bool(dot) and "utf" not in charset.lower())
    capable = env.get("TERM", "") not in ASCII_TERMINALS and not plain
    return capable, capable


def _diverging(first: Color, middle: Color, second: Color, share: float, tint: float) -> RichColor:
    """From `first` (0) over `middle` (0.5) to `second` (1), never in full strength."""
    hue, sure = (first, 1.0 - 2.0 * share) if share < 0.5 else (second, 2.0 * share - 1.0)
    return middle.blend(hue, tint * sure).rich_color


def _strength(foreground: Color, *grounds: Color) -> float:
    """How much of the foreground what is muted needs, so that it can still be read on all of these grounds."""
    for strength in MUTED:
        if all(_contrast(grounds[0].blend(foreground, strength), ground) >= _READABLE for ground in grounds):
            return strength
    return 1.0


def _contrast(one: Color, other: Color) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""

    def luminance(color: Color) -> float:
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=4096)
def painted(foreground: RichColor | None, background: RichColor | None) -> Style:
    """The style of a cell with these colours; kept, because making a style costs more than drawing with it."""
    return Style(color=foreground, bgcolor=background)
