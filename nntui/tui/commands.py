"""What each action does: a method of `Commands` for every id in the table of actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from nntui.errors import NntuiError
from nntui.lookup import preset
from nntui.tui.actions import key
from nntui.tui.building import Building
from nntui.tui.travel import moved

RATE_STEP = 1.5

SMOOTHINGS = (0.0, 0.6, 0.9, 0.97)

CLOSEST = 10


class Commands(Building):
    """The actions of one bench screen. Any of them may raise NntuiError; who calls it shows the sentence."""

    # Train

    def train(self) -> None:
        self.screen.start(self.bench.train())

    def warm(self) -> None:
        from nntui.tui.warm import warm

        self.screen.start(warm(self.bench))

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

    def fork(self) -> None:
        from nntui.training.forking import fork

        run, at = self.bench.run, self.bench.ways.at
        if run is None:
            raise NntuiError(f"There is no run to go on from: {key('train')} trains, {key('runs')} lists runs.")
        self.screen.aside(lambda: fork(run.path, at), self.screen.open_run, "fork")

    def backend(self) -> None:
        self.bench.next_backend()

    # What is wrong

    def edit(self) -> None:
        if self._at_findings:
            self.explain()
        else:
            super().edit()

    def fix(self) -> None:
        self.screen.start(self.bench.fix())

    def checks(self, begin: Sequence[str] = ()) -> None:
        """The dialog of checks, some of which may begin at once."""
        from nntui.tui.checking import Checking
        from nntui.tui.screens.checks import Checks

        bench = self.bench
        if bench.draft.verdict.problem is not None:
            raise bench.draft.verdict.problem
        experiment = bench.experiment
        run = bench.run.path if bench.run is not None and not bench.edited else None
        self.screen.app.push_screen(Checks(lambda names: Checking(experiment, run, names), begin))

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

    def pane_units(self) -> None:
        self.screen.gallery.focus_pane("units")

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
            raise NntuiError(f"There is only one run: {key('seeds')} trains from several seeds, {key('runs')} marks runs to lie over it.")
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

    def checkpoint_before(self) -> None:
        self._to_checkpoint(-1)

    def checkpoint_after(self) -> None:
        self._to_checkpoint(1)

    def _to_checkpoint(self, direction: int) -> None:
        from nntui.tui.travel import next_saved

        run, history = self.bench.run, self.bench.view().history
        if run is None or history is None:
            raise NntuiError(f"There is no run with checkpoints to look at: {key('train')} trains.")
        self._turn(at=next_saved(run.path, history, self.bench.ways.at, direction))

    def hold(self) -> None:
        history = self.bench.view().history
        if history is None or not history.steps:
            raise NntuiError(f"There are no steps to hold yet: {key('train')} trains.")
        self._turn(at=history.steps[-1].last if self.bench.ways.at is None else None)

    def film(self) -> None:
        self.screen.film.toggle()

    def _travel(self, strides: int) -> None:
        history, ways = self.bench.view().history, self.bench.ways
        if history is None or not history.steps:
            raise NntuiError(f"There are no steps to look at yet: {key('train')} trains.")
        self._turn(at=moved(history, ways.at, ways.zoom, strides))

    def _turn(self, **ways: Any) -> None:
        self.bench.ways = replace(self.bench.ways, **ways)

    def bins(self) -> None:
        self._turn(histogram_range=_after(self.bench.ways.histogram_range, ("layer", "common")))

    def inspect(self, aspect: str = "") -> None:
        from nntui.tui.inspect.opening import inspect

        inspect(self.screen, aspect)

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
        from nntui.tui.explaining import about_row
        from nntui.tui.screens.help import Help

        pane = self.screen.gallery.focused_pane
        text = pane.HELP if self._at_findings else f"{about_row(self.bench.draft)}\n\n{pane.HELP}"
        self.screen.app.push_screen(Help(f"{pane.KEY} {pane.NAME}", text))

    def glossary(self) -> None:
        from nntui.tui.explaining import about, words
        from nntui.tui.screens.choose import Choose
        from nntui.tui.screens.help import Help

        def chosen(word: str | None) -> None:
            if word is not None:
                self.screen.app.push_screen(Help(word, about(word), keys=""))

        self.screen.app.push_screen(Choose("look a word up", words()), chosen)

    def tour(self) -> None:
        self.bench.open(preset("tour").experiment, "tour")

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
