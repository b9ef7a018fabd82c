"""The workbench: a Textual app over plain state, and panes that turn values into lines."""
