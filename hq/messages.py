"""One sentence for each fault that an ``hq`` command can end with, and the exit code it ends in."""

from __future__ import annotations

from enum import StrEnum

from core.errors import ConfigError, ConfigFault, CounterError, EntryFault, HqFault, RuleFault, StoreFault

DONE, UNSOUND, USAGE, ENVIRONMENT = 0, 1, 2, 3

_SENTENCES: dict[StrEnum, str] = {
    StoreFault.MISSING: "there is no headquarters here ({what}): run init, or check --data and --database",
    StoreFault.EXISTS: "a headquarters is here already ({what})",
    StoreFault.TOO_NEW: "this was written by a newer version of this program",
    StoreFault.TOO_OLD: "this was written by an older version, and nothing converts it yet: go on with that "
    "version, or begin with an empty database (hq init); nothing was changed",
    StoreFault.WRONG_KEY: "this cannot be opened: {what}",
    StoreFault.DAMAGED: "this is damaged: {what}",
    StoreFault.UNSAFE: "this is not safe to use: {what}",
    StoreFault.IO: "the database or the disk does not answer: {what}",
    StoreFault.DISK_FULL: "the disk is full",
    StoreFault.READ_ONLY: "this cannot be written to",
    StoreFault.BUSY: "the database is busy; try again",
    HqFault.CONFLICT: "{what}",
    HqFault.UNREACHABLE: "{what} does not answer",
    HqFault.PROXY: "the proxy does not lead there",
    HqFault.PROXY_ASKS: "the proxy asks for a password",
    ConfigFault.MISSING_FILE: "{file} cannot be read",
    ConfigFault.SYNTAX: "{file}: line {line}: expected {expected}",
    **dict.fromkeys(
        (ConfigFault.UNKNOWN_KEY, ConfigFault.MISSING_KEY, ConfigFault.WRONG_TYPE, ConfigFault.WRONG_VALUE),
        "{file}: {key}: expected {expected}",
    ),
    RuleFault.DISCLOSURE_GONE: "nothing of that reference stands here: not sent, or its last day is past "
    "(disclosure list)",
    RuleFault.DISCLOSURE_BASIS: "recipient, basis and fields do not go together in the edition it was filed "
    "under: refuse it with --reason basis",
    RuleFault.DISCLOSURE_CONSENT: "the sender's consent to this partner does not stand: refuse it with "
    "--reason consent",
    RuleFault.ITEM_RESTRICTED: "the item is restricted on its person's request: never for a partner",
    RuleFault.APPROVAL_NEEDED: "nobody signed for it at the counter: request list shows it, approve decides",
    RuleFault.PAPER_UNSEEN: "paper form and screen are compared by two people at the counter: nobody signs "
    "for that here",
    EntryFault.FORM: "not a possible {what}",
    EntryFault.GAP: "there is no entry {seq}",
    EntryFault.KEY: "{what}",
    EntryFault.SIGNATURE: "a signature does not fit: {what}; hq admin verify says where",
    EntryFault.FORMAT_UNKNOWN: "this was written in a form that this version does not know",
    RuleFault.REQUEST_GONE: "no such request is open: it was decided, has lapsed, or was made at another "
    "counter; hq request list and hq persons list show what is open and where",
    RuleFault.BLOCK_GONE: "no such proposal waits: it was decided before, or made at another counter; "
    "hq block list shows what waits and where",
    RuleFault.RIGHT_GROUND: "outcome and ground do not fit: done takes no --ground, every other outcome "
    "takes one that the rule data in force name for this right",
    RuleFault.APPROVER_SELF: "nobody approves her own request, or gives out what she filed or signed, not "
    "under another staff number either: another supervisor (--by), another administrator",
    RuleFault.APPROVER_ROLE: "--by takes the staff number of a supervisor who works at that branch: "
    "hq operator list shows them",
    RuleFault.RULES_MISSING: "no edition of the rule data is in force on that day: hq directive publish one",
    RuleFault.WAYBILL_FORM: "this is not a waybill number as the rule data in force have them",
    RuleFault.WAYBILL_CHECK: "the waybill number's check digit does not fit: look for a mistyped digit",
}
_USAGE = (StoreFault.EXISTS, StoreFault.WRONG_KEY, HqFault.CONFLICT, EntryFault.FORM, *(
    fault for fault in _SENTENCES if isinstance(fault, RuleFault)
))  # fmt: skip
_UNSOUND = (StoreFault.DAMAGED, EntryFault.GAP)
_WHAT = {
    "another edition bears this version": "another edition was published under this version: "
    "old items name it, so give this one a version of its own",
    "another template bears this version": "another template was published under this version: "
    "labels were printed from it, so give this one a version of its own",
    "another notice bears this id": "another notice was published under this id: "
    "entries name it, so give this one an id of its own",
    "an authority waits already": "the next authority was made already: authority switch lets it sign",
    "no authority waits": "there is no next authority: authority begin makes one",
    "publication unknown or halted": "there is no such publication, or it was halted before",
    "enrolled": "that terminal's journal is here already: epoch grant gives a code for main.py recover",
    "not a demonstration": "only a demonstration store shows sealed parts here; "
    "a purpose and a second person's approval, which any other asks for, come with a later version",
    "operator unknown": "there is no such operator",
    "not a registration": "only an accepted item can be returned",
    "the opening service": "the opening service (python -m hq open serve)",
    "not the key that counters seal to": "this is not the opening key that counters seal to",
    "returned before": "this registration was returned before; its counter has it on its list",
    "numbers given out": "some of these numbers were given out before: pool list names the pool",
    "pool name used": "a pool of this name was issued before",
    "pool unknown or withdrawn": "there is no such pool, or it was withdrawn before",
    "terminals unheard": "this headquarters was restored and has not heard every terminal since: "
    "they may hold pools that it forgot (--unheard issues all the same)",
    "an administrator is needed": "say who you are: --administrator NUMBER and her password",
    "a second administrator is needed": "this takes a second administrator: --second NUMBER and her password",
    "not for this administrator to stand by": "another of security administration stands by this; "
    "one of audit where there is no other",
    "each administration needs somebody": "name an administrator for each of system, security and audit",
    "nobody holds two administrations": "nobody holds two administrations: this number is in use",
    "no administrators were founded": "there are no administrators yet: admin found names them",
    "administrators were founded before": "administrators were founded before: admin add makes one more",
    "administrator unknown": "there is no such administrator",
    "the last of her administration": "she is the last of her administration: add another one first",
    "terminal unknown": "there is no such terminal",
    "fsync": "the database's fsync is off, so it may lose what it committed",
    "full_page_writes": "the database's full_page_writes is off, so it may lose what it committed",
    "synchronous_commit": "the database's synchronous_commit is off, so it may lose what it committed",
    "passphrase needed": "its keys are sealed: give --passphrase-file",
    "database URL": "--database takes sqlite:///FILE or postgresql+psycopg://…",
}


_WHOLE = {
    "clock": "nothing was erased: no counter was heard within three days of this machine's clock",
    "write-ahead log": "erased, but whoever reads the database keeps old pages in its log: run it again",
    "citus": "this database cannot be distributed: it is not a PostgreSQL with the extension citus",
}


def sentence(error: CounterError) -> str:
    """For standard error, with the stable code at the end."""
    whole = _WHOLE.get(str(error.facts.get("what")))
    if whole is not None:
        return f"{whole} [{error.code}]"
    facts = {key: _WHAT.get(str(value), value) for key, value in error.facts.items()}
    form = _SENTENCES.get(error.code)
    text = str(error) if form is None else form.format_map(_Known(facts))
    return f"{text} [{error.code}]"


def exit_code(error: CounterError) -> int:
    """As outside.md has them."""
    if error.facts.get("what") == "database URL" or error.code in _USAGE or isinstance(error, ConfigError):
        return USAGE
    return UNSOUND if error.code in _UNSOUND else ENVIRONMENT


class _Known(dict[str, object]):
    """Facts for a sentence; one that is not told shows as a question mark."""

    def __missing__(self, key: str) -> str:
        return "?"
