"""Makes the README's picture: the real workbench, on a real run, at 140 x 42.

    python docs/picture.py            # writes docs/workbench.svg
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

from nntui.lookup import preset
from nntui.tui.app import NntuiApp

OUT = Path(__file__).with_name("workbench.svg")


async def main() -> None:
    app = NntuiApp(preset("spiral"))
    async with app.run_test(size=(140, 42)) as pilot:
        await pilot.press("space")
        for _ in range(400):
            await pilot.pause(0.05)
            history = app.bench.history if hasattr(app.bench, "history") else None
            if history is not None and history.status.epoch > 150:
                break
        OUT.write_text(app.export_screenshot(title="nntui"))
        await pilot.press("q")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["NNTUI_HOME"] = home
        asyncio.run(main())
