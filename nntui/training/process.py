"""The trainer's own process: `python -m nntui.training.process RUN_DIR [LOCK]`.

It trains the run until the end, or until a command or a signal stops it. LOCK: the descriptor of the run's lock, if the
parent holds it for this process. Exit code 0: ended as wished; 1: failed, the run's trainer.log has the traceback if it is
a fault of the program; 2: refused before it was trained.
"""

from __future__ import annotations

import faulthandler
import sys
import time
import traceback
from pathlib import Path

from nntui.errors import NntuiError, RunError
from nntui.runs.directory import LOG
from nntui.training.loop import Loop, check_trainable


def main(arguments: list[str]) -> int:
    """Train the run whose folder is the first argument."""
    if len(arguments) not in (1, 2) or not all(descriptor.isdecimal() for descriptor in arguments[1:]):
        print("usage: python -m nntui.training.process RUN_DIR [LOCK]", file=sys.stderr)
        return 2
    path = Path(arguments[0]).absolute()
    loop = Loop(path, lock=int(arguments[1]) if len(arguments) == 2 else None)
    try:
        check_trainable(path)
        with (path / LOG).open("a", encoding="utf-8") as log:
            faulthandler.enable(log)
            try:
                loop.run()
            except NntuiError:
                raise
            except BaseException:
                # The run's folder may be all that is left of this process: whoever looks for the reason looks there.
                print(time.strftime("%Y-%m-%d %H:%M:%S"), traceback.format_exc(), sep="\n", file=log, flush=True)
                return 1
            finally:
                faulthandler.disable()
    except OSError as error:
        print(RunError(f"can't write in {path}: {error.strerror or error}"), file=sys.stderr)
        return 2
    except NntuiError as error:
        print(error, file=sys.stderr)
        return 1 if loop.begun else 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
