"""What the table of runs says of itself: its keys on its lower edge, and its help."""

from __future__ import annotations

HINTS = (
    "? help", "/ filter", "enter opens", "space marks", "o overlay", "c compare", "x export", "s sort", "r name", "t tags", "n note",
    "p pin", "d delete", "u undo",
)  # fmt: skip

HELP = """\
## Runs

Every run that was trained here, newest first, whoever trained it; those that train are followed. Where runs of one name
differ in a hyper-parameter, the last column says in which. Columns for which there is no room are left out.

`/` filters. Words are looked for in name, title, tags and state, each a regular expression: `^spiral fin`. A text with a
comparison is a condition: `val_accuracy > 0.9 and layers < 5`, `optimizer == "adam" and not pinned`, `"good" in tags`,
`0.001 < learning_rate <= 0.1`, `"spiral" in name or steps / seconds > 1000`. `s` lists every name that can stand there, and
sorts by it. A run that doesn't have a value never meets a condition on it.

Deleted runs lie in a trash folder beside the others: `u` has the last one back, `nntui trash` shows and empties it.

| key | |
|:--|:--|
| `enter` | open the run on the bench, live or finished |
| `space` | mark it, to overlay or to compare |
| `o` | lay the marked runs' curves over the bench's; without marks, take them away |
| `c` | compare the two marked runs, or the marked one with this one |
| `x` | write it as CSV, JSON or Parquet |
| `/` `s` `S` | filter, sort by a value, the other way round |
| `r` `t` `n` `p` | another name, tags, a note, a pin that keeps it on top |
| `d` `u` | delete it, have it back |
| `j` `k` `g` `G` | down, up, first, last |
"""
