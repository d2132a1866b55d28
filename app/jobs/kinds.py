"""The table of server tasks: which function does which kind. Their words: `app.web.words.tasks`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.attest import work as attest_work
from app.configure import work as configure_work
from app.jobs.runner import Work
from app.manage import work as manage_work
from app.oversee import work as oversee_work
from app.verify import work as verify_work

KINDS: Final[Mapping[str, Work]] = MappingProxyType(
    {
        attest_work.REJUDGE: attest_work.rejudge,
        manage_work.BULK: manage_work.do_bulk,
        oversee_work.VERIFY: oversee_work.verify_ledger,
        configure_work.READ: configure_work.read_list,
        configure_work.APPLY: configure_work.write_list,
        configure_work.UNDO: configure_work.write_list,
        verify_work.LIST: verify_work.list_recall,
        verify_work.CLEAR: verify_work.clear_recall,
    }
)
