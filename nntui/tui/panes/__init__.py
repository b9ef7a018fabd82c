"""The panes of the workbench, one a file: pure functions from a `View` to lines, and the one widget that shows them."""
