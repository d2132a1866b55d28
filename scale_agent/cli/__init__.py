"""The ``scale-agent`` command: one group, one module per family of commands."""

import click

from scale_agent.cli import reading, simulate, station


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wutong", prog_name="scale-agent")
def main() -> None:
    """Read the firmware of price scales over a serial line, and report what was read.

    Exit status: 0 done and good, 1 a finding, 2 wrong usage, 3 could not be done.
    """


for command in (*reading.COMMANDS, *simulate.COMMANDS, *station.COMMANDS):
    main.add_command(command)
