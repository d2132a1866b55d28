"""The demo's station: three virtual scales on pseudo-terminals, read by the real agent.

Their programs lie under ``WUTONG_HOME/demo/programs``: overwrite one while the demo runs,
and the scale answers with the new program from its next reading on.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# The demo runs from a checkout, where the agent's own demo programs lie beside the server.
PROGRAMS: Final = Path(__file__).parents[2] / "scale_agent/simulator/images"
READ_EVERY_S: Final = 40


@dataclass(frozen=True, slots=True)
class VirtualScale:
    """One virtual scale: its port, the device that answers, and the program in its chip."""

    port: str
    device: str
    protocol: str
    program: str


VIRTUAL_SCALES: Final = (
    VirtualScale("honest", "demo-honest", "stk500v1", "price-scale-1.0.hex"),
    VirtualScale("cheating", "demo-cheating", "stk500v1", "price-scale-1.0-cheat.hex"),
    VirtualScale("protected", "demo-protected", "an3155", "price-scale-1.0.hex"),
)


@dataclass(frozen=True, slots=True)
class StationFiles:
    """Where the demo's station keeps its things."""

    folder: Path

    @property
    def config(self) -> Path:
        """The agent's configuration."""
        return self.folder / "agent.toml"

    @property
    def state(self) -> Path:
        """The agent's keys and spool."""
        return self.folder / "station"

    @property
    def second_factors(self) -> Path:
        """The demo accounts' TOTP secrets; the file tells that this installation is a demo."""
        return self.folder / "second-factors.json"

    def link(self, scale: VirtualScale) -> Path:
        """Return where the port of ``scale`` appears."""
        return self.folder / "ports" / scale.port

    def program(self, scale: VirtualScale) -> Path:
        """Return the file that is in the chip of ``scale``."""
        return self.folder / "programs" / f"{scale.port}.hex"

    def prepare(self) -> None:
        """Make the folders; put each scale's program there unless one was put before."""
        (self.folder / "ports").mkdir(parents=True, exist_ok=True)
        (self.folder / "programs").mkdir(exist_ok=True)
        for scale in VIRTUAL_SCALES:
            self.link(scale).unlink(missing_ok=True)
            if not self.program(scale).exists():
                shutil.copyfile(PROGRAMS / scale.program, self.program(scale))

    def write_config(self, server: str, scales: Mapping[str, str]) -> None:
        """Write the agent's configuration; ``scales`` tells which uid stands on which port."""
        # A JSON string is a TOML basic string.
        quoted = json.dumps
        lines = [f"server = {quoted(server)}", f"state = {quoted(str(self.state))}"]
        for scale in VIRTUAL_SCALES:
            lines += [
                "",
                "[[port]]",
                f"name = {quoted(scale.port)}",
                f"url = {quoted(str(self.link(scale)))}",
                f"protocol = {quoted(scale.protocol)}",
                f"scale = {quoted(scales[scale.port])}",
                f"every_s = {READ_EVERY_S}",
            ]
        self.config.write_text("\n".join(lines) + "\n")
