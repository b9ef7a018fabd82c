"""The trainer's own process: `python -m nntui.training.process RUN_DIR`.

It trains the run until the end, or until a command or a signal stops it. Exit code 0: ended as wished; 1: failed, the
run's trainer.log has the traceback; 2: refused.
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
    """Train the run whose folder is the only argument."""
    if len(arguments) != 1:
        print("usage: python -m nntui.training.process RUN_DIR", file=sys.stderr)
        return 2
    path = Path(arguments[0]).absolute()
    try:
        check_trainable(path)
        with (path / LOG).open("a", encoding="utf-8") as log:
            faulthandler.enable(log)
            try:
                Loop(path).run()
            except NntuiError:
                raise
            except BaseException:
                # The run's folder may be all that is left of this process: whoever looks for the reason looks there.
                print(time.strftime("%Y-%m-%d %H:%M:%S"), traceback.format_exc(), sep="\n", file=log, flush=True)
                return 1
            finally:
                faulthandler.disable()
    except OSError as error:
        print(RunError(f"can't write {path / LOG}: {error.strerror or error}"), file=sys.stderr)
        return 2
    except NntuiError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
