"""How weights move: optimizers over flat buffers, schedules as pure functions of progress, clipping."""
