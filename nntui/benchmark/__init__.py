"""How fast the engine trains, beside others, on this machine: measured in one run, in turns, so that the ratio can be trusted."""
