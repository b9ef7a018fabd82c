"""What each action does: a method of `Commands` for every id in the table of actions."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from nntui.errors import NntuiError
from nntui.lookup import Found, preset, preset_names, presets
from nntui.nn.catalogue import BY_TAG
from nntui.nn.layer import Layer
from nntui.tui import forms
from nntui.tui.actions import key
from nntui.tui.fields import fields
from nntui.tui.parts import Part
from nntui.tui.remarks import Notice
from nntui.tui.travel import moved

if TYPE_CHECKING:
    from nntui.tui.screens.bench import Bench

RATE_STEP = 1.5

SMOOTHINGS = (0.0, 0.6, 0.9, 0.97)

CLOSEST = 10

ALL = 1_000_000
"""More rows than there are."""


class Commands:
    """The actions of one bench screen. Any of them may raise NntuiError; who calls it shows the sentence."""

    def __init__(self, screen: Bench) -> None:
        self.screen = screen
        self.bench = screen.bench

    # Train

    def train(self) -> None:
        self.screen.start(self.bench.train())

    def step(self) -> None:
        self.screen.start(self.bench.train_some("step"))

    def epoch(self) -> None:
        self.screen.start(self.bench.train_some("epoch"))

    def reset(self) -> None:
        self.bench.reset()

    def faster(self) -> None:
        self.bench.scale_rate(RATE_STEP)

    def slower(self) -> None:
        self.bench.scale_rate(1.0 / RATE_STEP)

    def hurry(self) -> None:
        self.bench.hurry()

    def find_rate(self) -> None:
        from nntui.tui.rate_search import find

        find(self.screen)

    def seeds(self) -> None:
        from nntui.tui.several import seeds

        seeds(self.screen)

    def race(self) -> None:
        from nntui.tui.several import race

        race(self.screen)

    def backend(self) -> None:
        self.bench.next_backend()

    # Build

    def add(self) -> None:
        from nntui.tui.screens.choose import Choose
        from nntui.tui.screens.form import listing

        def chosen(tag: str | None) -> None:
            if tag is None:
                return
            kind = BY_TAG[tag]
            if not fields(kind):
                self.screen.attempt(lambda: self.bench.add(_bare(kind)))
                return
            ask = forms.new_layer(self.bench.draft, kind)
            self.screen.app.push_screen(ask, self._then(self.bench.add))

        self.screen.app.push_screen(Choose("add a layer", listing(BY_TAG)), chosen)

    def edit(self) -> None:
        if self._at_findings:
            self.explain()
            return
        draft = self.bench.draft
        if draft.part is not None:
            self.edit_part(draft.part)
            return
        layer = draft.layer
        assert layer is not None
        self.screen.app.push_screen(forms.old_layer(draft, layer), self._then(self.bench.edit))

    def edit_part(self, part: Part) -> None:
        """The form of another row than a layer's."""
        self.screen.app.push_screen(forms.part(self.bench.draft, part), self._then(lambda value: self.bench.put(part, value)))

    def _then(self, act: Callable[[Any], None]) -> Callable[[Any], None]:
        """Do something with an answer, if there is one."""

        def answered(answer: object) -> None:
            if answer is not None:
                self.screen.attempt(lambda: act(answer))

        return answered

    def delete(self) -> None:
        self.bench.delete()

    def move_down(self) -> None:
        self.bench.move(down=True)

    def move_up(self) -> None:
        self.bench.move(down=False)

    @property
    def _at_findings(self) -> bool:
        """Whether the keys that select and explain are meant for findings."""
        return self.screen.gallery.focused_name == "findings"

    def _select(self, by: int) -> None:
        (self.bench.consultation if self._at_findings else self.bench.draft).select(by)

    def select_down(self) -> None:
        self._select(1)

    def select_up(self) -> None:
        self._select(-1)

    def select_first(self) -> None:
        self._select(-ALL)

    def select_last(self) -> None:
        self._select(ALL)

    def undo(self) -> None:
        self.bench.undo()
        self._go_back()

    def redo(self) -> None:
        self.bench.redo()
        self._go_back()

    def _go_back(self) -> None:
        """To the run that what is on the bench now was trained as, if it was left for a change that was tried."""
        path = self.bench.left()
        if path is not None:
            self.screen.reattach(path)

    # What is wrong

    def fix(self) -> None:
        self.screen.start(self.bench.fix())

    def explain(self) -> None:
        """The selected finding: theory, source, and everything that can be done about it."""
        from nntui.tui.screens.card import Card

        found = self.bench.findings
        if found.finding is None:
            raise NntuiError("Nothing is wrong as far as the rules see.")
        # Findings go on changing behind the card: what was chosen is what was read.
        offered = found.remedies

        def chosen(which: int) -> None:
            now = self.bench.findings.remedies
            if which >= len(offered) or offered[which] not in now:
                raise NntuiError("What was found has changed meanwhile: look again.")
            self.screen.start(self.bench.fix(now.index(offered[which])))

        self.screen.app.push_screen(Card(found.finding, offered), self._then(chosen))

    def presets(self) -> None:
        from nntui.tui.screens.choose import Choice, Choose

        found: dict[str, Found] = {one.name: one for one in presets()}
        if not found:
            raise NntuiError("There are no presets here.")
        choices = [Choice(name, one.experiment.title, story=_paragraphs(one.experiment.story)) for name, one in found.items()]

        def chosen(name: str | None) -> None:
            if name is not None:
                self.screen.attempt(lambda: self.bench.open(found[name].experiment, name))

        start = self.bench.name if self.bench.name in preset_names() else ""
        self.screen.app.push_screen(Choose("presets", choices, start), chosen)

    def pair(self) -> None:
        name = self.bench.experiment.pair
        if not name:
            raise NntuiError(f"This experiment has no pair to be compared with: {key('presets')} lists the presets.")
        self.bench.open(preset(name).experiment, name)

    def save(self) -> None:
        from nntui.tui.saving import save
        from nntui.tui.screens.save import Save

        def write(path: Path) -> None:
            save(self.bench.experiment, path)
            self.bench.notices.append(Notice(f"Saved: nntui {shlex.quote(str(path))} opens it."))

        self.screen.app.push_screen(Save(self.bench.name, self.screen.settings.confirm.replace), self._then(write))

    # Look

    def pane_network(self) -> None:
        self.screen.gallery.focus_pane("network")

    def pane_loss(self) -> None:
        self.screen.gallery.focus_pane("loss")

    def pane_flow(self) -> None:
        self.screen.gallery.focus_pane("flow")

    def pane_activations(self) -> None:
        self.screen.gallery.focus_pane("activations")

    def pane_boundary(self) -> None:
        self.screen.gallery.focus_pane("boundary")

    def pane_run(self) -> None:
        self.screen.gallery.focus_pane("run")

    def pane_findings(self) -> None:
        self.screen.gallery.focus_pane("findings")

    def pane_metrics(self) -> None:
        self.screen.gallery.focus_pane("metrics")

    def pane_rates(self) -> None:
        self.screen.gallery.focus_pane("rates")

    def pane_course(self) -> None:
        self.screen.gallery.focus_pane("course")

    def quantity(self) -> None:
        self._turn(quantity=_after(self.bench.ways.quantity, ("delta", "gradient", "update", "std", "histogram")))

    def zoom(self) -> None:
        self.screen.gallery.zoomed = not self.screen.gallery.zoomed

    def back(self) -> None:
        if self.screen.gallery.zoomed:
            self.screen.gallery.zoomed = False
        else:
            self._turn(at=None, zoom=0)

    def axis(self) -> None:
        self._turn(x_axis=_after(self.bench.ways.x_axis, ("epoch", "step", "time")))

    def scale(self) -> None:
        self._turn(scale=_after(self.bench.ways.scale, ("auto", "log", "linear")))

    def smooth(self) -> None:
        self._turn(smoothing=_after(self.bench.ways.smoothing, SMOOTHINGS))

    def mean(self) -> None:
        if not self.bench.view().others:
            raise NntuiError("There is only one run: N trains from several seeds, and runs marked in the table (l) lie over it.")
        self._turn(mean=not self.bench.ways.mean)

    def closer(self) -> None:
        self._turn(zoom=min(self.bench.ways.zoom + 1, CLOSEST))

    def wider(self) -> None:
        self._turn(zoom=max(self.bench.ways.zoom - 1, 0))

    def earlier(self) -> None:
        self._travel(-1)

    def later(self) -> None:
        self._travel(1)

    def much_earlier(self) -> None:
        self._travel(-10)

    def much_later(self) -> None:
        self._travel(10)

    def _travel(self, strides: int) -> None:
        history, ways = self.bench.view().history, self.bench.ways
        if history is None or not history.steps:
            raise NntuiError(f"There are no steps to look at yet: {key('train')} trains.")
        self._turn(at=moved(history, ways.at, ways.zoom, strides))

    def _turn(self, **ways: Any) -> None:
        self.bench.ways = replace(self.bench.ways, **ways)

    def bins(self) -> None:
        self._turn(histogram_range=_after(self.bench.ways.histogram_range, ("layer", "common")))

    # Program

    def runs(self) -> None:
        from nntui.tui.run_commands import choose

        choose(self.screen)

    def copy(self) -> None:
        from nntui.tui.taking import copy

        copy(self.screen)

    def picture(self) -> None:
        from nntui.tui.taking import picture

        picture(self.screen)

    def help(self) -> None:
        from nntui.tui.screens.help import Help

        pane = self.screen.gallery.focused_pane
        self.screen.app.push_screen(Help(f"{pane.KEY} {pane.NAME}", pane.HELP))

    def palette(self) -> None:
        self.screen.app.action_command_palette()

    def quit(self) -> None:
        from nntui.tui.screens.quit import Quit, question

        if self.screen.leaving or not (self.bench.live or self.bench.starting):
            self.screen.app.exit()
            return
        if (way := self.screen.settings.confirm.quit) != "ask":
            self.screen.leave(way)
            return
        self.screen.app.push_screen(Quit(lambda: question(self.bench)), self.screen.leave)


Value = TypeVar("Value")


def _after(value: Value, circle: Sequence[Value]) -> Value:
    """The next one round."""
    return circle[(circle.index(value) + 1) % len(circle)]


def _paragraphs(story: str) -> str:
    """A story with line breaks between its paragraphs only."""
    return "\n".join(" ".join(paragraph.split()) for paragraph in story.strip().split("\n\n"))


def _bare(kind: type[Layer]) -> Layer:
    """A layer without fields."""
    return kind()
