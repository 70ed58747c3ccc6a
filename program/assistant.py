"""The first-run assistant behind its page: one thread, one thing at a time, each step kept first."""

from __future__ import annotations

import logging
import queue
import re
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from core.assistant import STAGES, AssistantView, Busy, Named, Reached, Registration, Stage, Way
from core.config import is_proxy, load_config
from core.errors import (
    ConfigError,
    ConfigFault,
    CounterError,
    Fact,
    RuleError,
    RuleFault,
    StoreError,
    StoreFault,
)
from core.incident import place
from core.ledger.clock import business_date
from core.ports import Clock
from core.rules import load_rules
from core.technician import Told
from program import first_steps
from program.evidence_files import MOUNTS
from program.first_run import write_config
from program.first_steps import AUTHORITY_NAME
from program.first_words import REDEEMING, words
from program.handing import Handing
from program.machine import SystemClock
from program.terminal import RESOURCES, lockout
from storage import enrol, recover
from storage.enrol import EnrolRequest
from storage.files import read_small, write_atomic
from storage.link import Route
from storage.reach import QUICK, reach, what_for
from storage.recover import RecoverRequest
from storage.restore import RestoreRequest, restore
from storage.slots import Argon2Cost
from storage.vault import VAULT_NAME
from storage.vaultfile import load

_log = logging.getLogger(__name__)
_STAFF = re.compile(r"[A-Z]{2}\d{4,8}")
_LETTERS = "23456789abcdefghjkmnpqrstvwxyz"  # none that is read as another
_GROUPS, _GROUP = 5, 4
_CLOCK_OFF, _CLOCK_TOO_FAR = 60, 240  # seconds; headquarters takes requests within 300
_Job = Callable[[], None]


class FirstRun:
    """See :class:`core.assistant.Assistant`."""

    def __init__(
        self,
        data: Path,
        path: Path,
        *,
        clock: Clock | None = None,
        cost: Argon2Cost | None = None,
        mounts: tuple[str, ...] = MOUNTS,
        handing: Handing | None = None,
    ) -> None:
        """``path``: the configuration, which need not be there; ``cost``: of a password, for tests.

        ``handing``: through the counter that will stand; None where there is no window to put one together.
        """
        self._data, self._path = data, path
        self._clock, self._cost, self._mounts = clock or SystemClock(), cost, mounts
        self._handing = handing
        self._book = load_rules(RESOURCES / "rules")
        self._rules = self._book.at(business_date(self._clock.wall()))
        self._lock = threading.Lock()
        self._code = ""  # what was named; on no disk
        self._serial = 0
        self._unsigned = False  # somebody went on to the log-in, and nobody signed for the counter
        self._steps = first_steps.read(data)
        self._view = AssistantView(
            self._steps.stage,
            way=self._steps.way,
            url=self._steps.url,
            operator=self._steps.operator,
            proxy=self._steps.proxy,
        )
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._resume()
        self._thread = threading.Thread(target=self._run, name="assistant", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """What is being done ends by itself, within the limits of the line; nobody waits for it."""
        self._jobs.put(None)
        self._thread.join(2)

    # -- from the main thread: nothing here waits ------------------------------------------------------

    def look(self) -> AssistantView:
        """See the protocol; so with all that follow."""
        with self._lock:
            return self._view

    def go(self, stage: Stage) -> None:
        """Back as long as no counter stands; forward where what comes before is there."""
        view = self.look()
        if view.busy is not Busy.NOTHING or not self._may(view, stage):
            return
        self._show(stage=stage, told=None, handed=None)
        # Behind the devices nothing changes any more of what is handed over; before, all of it may.
        kept = {"delivered": None} if stage is Stage.DEVICES else {}
        self._unsigned = stage is Stage.DONE and view.handed is None
        stands = Stage.HANDOVER if self._unsigned else stage  # nobody signed: the next start asks again
        self._jobs.put(lambda: self._settle(stage=stands, **kept))

    def choose(self, way: Way) -> None:
        """What this machine becomes; the code of another way counts no longer."""
        if self.look().busy is Busy.NOTHING:
            self._code = ""
            self._show(way=way, named=None, told=None)
            self._jobs.put(lambda: self._settle(way=way))

    def reach(self, url: str, authority: str, proxy: str = "") -> None:
        """What was reached before counts no longer."""
        self._show(reached=None, url=url, authority=authority, proxy=proxy)
        asked = url.strip().rstrip("/"), authority.strip(), proxy.strip()
        self._do(Busy.REACHING, lambda: self._reach(*asked))

    def name(self, code: str) -> None:
        """Letters and groups as people type them."""
        self._show(named=None)
        self._do(Busy.NAMING, lambda: self._name(code.strip().upper()))

    def offer(self) -> str:
        """Twenty letters and figures, about 98 bits."""
        while True:
            made = "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
            with suppress(RuleError):
                self._rules.password.check(made, "")
                return made

    def register(self, typed: Registration) -> None:
        """From here on codes are used up; what can be checked was checked first."""
        self._do(Busy.ENROLLING, lambda: self._register(typed))

    def hand_over(self, operator: str, password: str, language: str) -> None:
        """What is there is counted, kept, and signed by her."""
        self._do(Busy.HANDING, lambda: self._hand_over(operator.strip().upper(), password, language))

    def slip(self, language: str) -> None:
        """Of what was signed since the start."""
        self._do(Busy.HANDING, lambda: self._slip(language))

    def anew(self) -> None:
        """What was begun is forgotten."""
        self._do(Busy.NAMING, self._forget)

    def finish(self) -> None:
        """The log-in stands: nothing of the first run is kept, but that somebody still has to sign."""
        if not self._unsigned:
            self._jobs.put(lambda: first_steps.finish(self._data))

    # -- the assistant's thread ------------------------------------------------------------------------

    def _do(self, busy: Busy, job: Callable[[], None]) -> None:
        """One thing at a time: what comes meanwhile was pressed twice."""
        with self._lock:
            if self._view.busy is not Busy.NOTHING:
                return
            self._view = replace(self._view, busy=busy, told=None)

        def whole() -> None:
            try:
                job()
            except CounterError as error:
                self._tell(*words(error))
            finally:
                self._show(busy=Busy.NOTHING)

        self._jobs.put(whole)

    def _run(self) -> None:
        with suppress(OSError, CounterError):
            self._find()
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except CounterError as error:
                self._tell(*words(error))
            except Exception as error:  # noqa: BLE001 - the assistant's boundary: what stands can be tried again
                where = place(error.__traceback__)
                _log.error("assistant: %s at %s", type(error).__name__, where)
                self._tell("msg.workshop_bug", {"bug": type(error).__name__, "place": where})

    def _show(self, **changes: object) -> None:
        with self._lock:
            self._view = replace(self._view, **changes)  # type: ignore[arg-type]

    def _tell(self, code: str, facts: dict[str, Fact] | None = None, level: str = "error") -> None:
        with self._lock:
            self._serial += 1
            self._view = replace(self._view, told=Told(code, facts or {}, level, self._serial))

    def _settle(self, **changes: object) -> None:
        """What stands from now on, also after a cut."""
        self._steps = replace(self._steps, **changes)  # type: ignore[arg-type]
        first_steps.keep(self._data, self._steps)

    def _find(self) -> None:
        """Files that may be headquarters' authority; a single one is taken, to be looked at."""
        folders = dict.fromkeys((self._path.parent, self._data))
        found = tuple(str(path) for path in first_steps.authorities(folders, self._mounts))
        alone = found[0] if len(found) == 1 else ""
        self._show(found=found, authority=self.look().authority or alone)

    def _may(self, view: AssistantView, stage: Stage) -> bool:
        at, to = STAGES.index(view.stage), STAGES.index(stage)
        if at >= STAGES.index(Stage.DEVICES):
            return to >= STAGES.index(Stage.DEVICES)
        begun = view.begun
        return (
            to <= at
            or stage is Stage.HEADQUARTERS
            or (stage is Stage.CODE and view.reached is not None)
            or (
                stage is Stage.OPERATOR and (view.named is not None or (begun is not None and begun.answered))
            )
        )

    def _resume(self) -> None:
        """Where a cut left it.  What is said about a code is said again."""
        view, begun = self._view, first_steps.begun(self._data)
        url, proxy = view.url, view.proxy
        if not url:
            url, proxy = self._configured()
        if (self._data / VAULT_NAME).exists() and begun is None:
            with suppress(CounterError):
                self._founded()
            return
        stage = Stage.CODE if STAGES.index(view.stage) > STAGES.index(Stage.CODE) else view.stage
        if not (self._data / AUTHORITY_NAME).exists() and stage is Stage.CODE:
            stage = Stage.HEADQUARTERS
        authority = str(self._data / AUTHORITY_NAME) if (self._data / AUTHORITY_NAME).exists() else ""
        self._show(stage=stage, url=url, proxy=proxy, begun=begun, authority=authority)
        if begun is None:
            return
        way = view.way if not begun.recovery or view.way is not Way.NEW else Way.REPLACES
        self._show(way=way, operator=begun.operator or view.operator)
        if begun.answered and authority:
            self._show(stage=Stage.OPERATOR)
            self._tell("first.begun_answered", {"operator": begun.operator or view.operator}, "warning")
        else:
            self._tell("first.begun", {"operator": begun.operator or view.operator}, "warning")

    def _configured(self) -> tuple[str, str]:
        """Address and proxy of a configuration that was prepared."""
        with suppress(ConfigError):
            headquarters = load_config(self._path).headquarters
            return headquarters.url, headquarters.proxy
        return "", ""

    def _route(self) -> Route:
        return Route(proxy=self.look().proxy.strip())

    # -- what takes time -------------------------------------------------------------------------------

    def _reach(self, url: str, authority: str, proxy: str) -> None:
        if "://" not in url and url:
            url = f"https://{url}"
        if "://" not in proxy and proxy:
            proxy = f"http://{proxy}"
        self._show(url=url, proxy=proxy)
        if proxy and not is_proxy(proxy):
            self._tell("first.reach_proxy_form", {})
            return
        try:
            pem = read_small(Path(authority).expanduser()) if authority else b""
            found = reach(url, pem, self._clock, replace(QUICK, proxy=proxy))
        except StoreError as error:
            missing = error.code is StoreFault.MISSING or not authority
            self._tell("first.reach_file_missing" if missing else "first.reach_file", {})
            return
        off = round(found.off.total_seconds())
        if abs(off) > _CLOCK_TOO_FAR:
            self._tell("first.reach_clock", {"minutes": max(1, round(abs(off) / 60))})
            return
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomic(self._data / AUTHORITY_NAME, pem)
        self._settle(url=url, proxy=proxy)
        self._show(reached=Reached(url, found.fingerprint, off))
        if abs(off) > _CLOCK_OFF:
            self._tell("first.reached_clock", {"seconds": abs(off)}, "warning")
        else:
            self._tell("first.reached", {}, "good")

    def _authority(self) -> bytes:
        return read_small(self._data / AUTHORITY_NAME)

    def _name(self, code: str) -> None:
        if not code:
            raise RuleError(RuleFault.FIELD_EMPTY, field="assistant.code")
        view = self.look()
        told = what_for(view.url, self._authority(), code, self._clock, replace(QUICK, proxy=view.proxy))
        if told is None:
            self._named(code, Named("", ""))
            self._tell("first.code_untold", {}, "warning")
            return
        named = Named(told.branch, told.terminal, told.follows, told.used)
        facts: dict[str, Fact] = {"branch": told.branch, "terminal": told.terminal}
        if told.follows != (view.way is not Way.NEW):
            self._tell("first.code_follows" if told.follows else "first.code_new", facts, "warning")
        elif told.used and view.begun is None:
            self._tell("first.code_used", facts)
        elif (wrong := self._other(told.branch, told.terminal)) is not None:
            raise wrong
        else:
            self._named(code, named)
            self._tell("first.code_named", facts, "good")

    def _named(self, code: str, named: Named) -> None:
        self._code = code
        self._show(named=named)

    def _other(self, branch: str, terminal: str) -> ConfigError | None:
        """A configuration that was prepared for another counter; said before anything is used up."""
        if not self._path.exists():
            return None
        station = load_config(self._path).station  # a wrong file too
        for key, value, found in (
            ("terminal", station.terminal, terminal), ("branch", station.branch, branch)
        ):  # fmt: skip
            if value != found:
                file = str(self._path)
                return ConfigError(
                    ConfigFault.WRONG_VALUE, file=file, key=f"station.{key}", value=value, expected=found
                )
        return None

    def _forget(self) -> None:
        enrol.forget(self._data)
        recover.forget(self._data)
        self._code = ""
        self._settle(stage=Stage.CODE, operator="")
        self._show(begun=first_steps.begun(self._data), named=None, stage=Stage.CODE, operator="")
        self._tell("first.begun_forgotten", {}, "warning")

    def _register(self, typed: Registration) -> None:
        view, operator = self.look(), typed.operator.strip().upper()
        again = view.begun is not None
        self._show(operator=operator)
        self._check(view, typed, operator, again=again)
        self._settle(operator=operator)
        try:
            self._redeem(view, replace(typed, operator=operator))
        except CounterError as error:
            begun = first_steps.begun(self._data)
            self._show(begun=begun)
            code = REDEEMING.get((error.code, begun is not None and begun.answered, view.way is Way.NEW))
            if code is None:
                raise
            self._tell(code, {"operator": begun.operator if begun is not None else operator})

    def _check(self, view: AssistantView, typed: Registration, operator: str, *, again: bool) -> None:
        """Everything that can be wrong before a code is used up; raises RuleError."""
        new = view.way is Way.NEW
        if not _STAFF.fullmatch(operator):
            raise RuleError(RuleFault.STAFF_FORM)
        if new and not typed.activation.strip():
            raise RuleError(RuleFault.FIELD_EMPTY, field="login.code")
        if not typed.password:
            raise RuleError(RuleFault.FIELD_EMPTY, field="login.password")
        if view.way is Way.BACKUP and not Path(typed.folder).expanduser().is_dir():
            raise StoreError(StoreFault.BACKUP_MISSING, what="folder")
        if new and not again:
            self._rules.password.check(typed.password, operator)

    def _redeem(self, view: AssistantView, typed: Registration) -> None:
        """Raises what storage/enrol.py, recover.py, restore.py raise; each goes on where it was cut off."""
        authority, version = self._data / AUTHORITY_NAME, self._rules.version
        if view.way is Way.NEW:
            request = EnrolRequest(
                view.url, authority, self._code, typed.operator, typed.activation.strip(), typed.password,
                version, self._cost,
            )  # fmt: skip
            enrol.enrol(self._data, request, self._clock, route=self._route())
        else:
            if not (self._data / VAULT_NAME).exists() or recover.begun(self._data) is not None:
                back = RecoverRequest(
                    view.url, authority, self._code, typed.operator, typed.password, version, self._cost
                )
                recover.recover(self._data, back, self._clock, route=self._route())
            if view.way is Way.BACKUP:
                folder = Path(typed.folder).expanduser()
                asked = RestoreRequest(
                    folder, typed.operator, typed.password, view.url, lockout(self._book), self._route()
                )
                restore(self._data, asked, self._clock)
                self._settle(restored=True)
        self._founded()

    def _hand_over(self, operator: str, password: str, language: str) -> None:
        """Raises as a log-in does.  What an earlier try kept and recorded is that hand-over still."""
        if self._handing is None:
            return
        self._show(operator=operator, handed=None)
        kept, delivered = first_steps.delivered(self._steps), self._handing.count(self._steps.way.value)
        self._settle(delivered=delivered.as_json())
        taken = self._handing.take(operator, password, delivered, kept)
        self._settle(delivered=taken.as_json())
        self._slip(language)

    def _slip(self, language: str) -> None:
        if self._handing is not None:
            handed, said = self._handing.slip(language)
            self._show(handed=handed)
            self._tell(*said)

    def _founded(self) -> None:
        """A counter stands here: its configuration too, and the way back is closed."""
        grant = load(self._data / VAULT_NAME)[0].granted()
        if not self._path.exists():
            view = self.look()
            where = (view.url, view.proxy) if view.url else (self._steps.url, self._steps.proxy)
            write_config(self._path, grant.branch, grant.terminal, *where)
        self._show(branch=grant.branch, terminal=grant.terminal)
        if self._steps.way is Way.BACKUP and not self._steps.restored:
            self._show(stage=Stage.OPERATOR, begun=None)
            self._tell("first.backup_due", {"terminal": grant.terminal}, "warning")
            return
        at = max(STAGES.index(Stage.DEVICES), STAGES.index(self._steps.stage))
        self._settle(stage=STAGES[at])
        self._show(stage=STAGES[at], begun=None)
        self._tell("first.founded", {"branch": grant.branch, "terminal": grant.terminal}, "good")
