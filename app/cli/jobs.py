"""`wutong jobs`: the timetable and the server's tasks."""

from typing import Final

import click

from app.cli.context import open_installation
from app.jobs.kinds import KINDS
from app.jobs.process import JobsProcess
from app.web import logs


@click.command()
def jobs() -> None:
    """Keep the timetable and do long work; any number may run, one leads."""
    work = open_installation()
    logs.configure()
    JobsProcess(work, KINDS).run()


COMMANDS: Final = (jobs,)
