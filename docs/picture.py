"""Makes the README's picture: the real workbench, on a real run, at 140 x 42.

    python docs/picture.py            # writes docs/workbench.svg
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from pathlib import Path

from nntui.lookup import preset
from nntui.tui.app import NntuiApp

OUT = Path(__file__).with_name("workbench.svg")
EPOCH = 230
"""When the picture is taken: the arms have been found, and there is still something to learn."""


async def main() -> None:
    app = NntuiApp(preset("spiral"))
    async with app.run_test(size=(140, 42)) as pilot:
        await pilot.press("space")
        while (status := app.bench.status) is None or status.epoch < EPOCH:
            await pilot.pause(0.05)
        # Fonts of the reader's own: a picture in a README can't fetch any.
        picture = re.sub(r"@font-face \{.*?\}", "", app.export_screenshot(title="nntui"), flags=re.DOTALL)
        OUT.write_text(picture.replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas"), encoding="utf-8")
        await pilot.press("q")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["NNTUI_HOME"] = home
        asyncio.run(main())
