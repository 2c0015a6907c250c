"""A demonstration that is served while pictures are taken of it: made, peopled, looked through, ended."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.pictured import NOBODY, OFFICER, OVERSIGHT, TRACER

PASSWORD = "a lantern by the river"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NAMES = {OFFICER: "Ms Osprey", OVERSIGHT: "Mr Bittern", TRACER: "Mr Magpie"}
COLLEAGUES = {"plover": "Ms Plover", "heron": "Worker Heron", "wagtail": "Worker Wagtail"}
# A clinic's list as one comes: a title, a mark for "as above", two forms of date, two telephones in one cell.
LIST = """\
Riverside clinic: patients of 15 March
姓名,性别,年龄,电话,住址,发病日期,备注
Lan Shi-01,F,34,555 0101 / 555 0102,3 Willow Lane,2020-03-11,fever 38.4
Mei Shi-02,F,61,555 0103,同上,11/03/2020,mother of Lan Shi-01
Tao Wu-03,M,,555 0104,17 Ferry Street,2020-03-12,
"""


@contextmanager
def demonstration(home: Path | None) -> Iterator[str]:
    """The address of a demonstration that is served; `home` an existing one's folder, else one is made and removed."""
    if home is not None:
        with _served(home) as address:
            yield address
        return
    with tempfile.TemporaryDirectory(prefix="mainstay-pictures-") as folder:
        subprocess.run(_mainstay("demo", "--no-serve", "--home", folder), check=True, stdout=subprocess.DEVNULL)
        with _served(Path(folder)) as address:
            yield address


def _mainstay(*words: str) -> list[str]:
    return [sys.executable, "-m", "mainstay", *words]


@contextmanager
def _served(home: Path) -> Iterator[str]:
    from mainstay.cli.common import open_instance

    os.environ["DJANGO_SETTINGS_MODULE"] = "mainstay.web.settings"
    open_instance(str(home))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(_mainstay("serve", "--home", str(home), "--port", str(port)), stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _await(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def _await(address: str, server: subprocess.Popen[bytes]) -> None:
    for _try in range(120):
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode}")
        try:
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{address}/sign-in/", timeout=5).close()
            return
        except OSError:
            time.sleep(0.25)
    raise RuntimeError("the server does not answer")


# --- who is there -----------------------------------------------------------------------------------------


def people() -> None:
    """Accounts for three holders of posts, and some colleagues; a second time nothing."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    from mainstay.accounts import services
    from mainstay.accounts.models import Account
    from mainstay.accounts.rules import WHOLE_CITY, Role
    from mainstay.platform import ledger
    from mainstay.platform.clock import now

    if Account.objects.exists():
        return
    start, at = ledger.actor("guided start", "system"), now()
    officer = services.open_first_account(username=OFFICER, name=NAMES[OFFICER], by=start, at=at)
    services.set_password(account=officer, password=PASSWORD, by=officer.actor, at=at)
    roles = {
        OVERSIGHT: (Role.AUDITOR, Role.OBJECTIONS_OFFICER),
        TRACER: (Role.TRACER, Role.EPIDEMIOLOGIST),
        **dict.fromkeys(COLLEAGUES, (Role.TRACER,)),
    }
    for username, given in roles.items():
        name = (NAMES | COLLEAGUES)[username]
        account = services.open_account(username=username, name=name, by=officer.actor, at=at)
        services.set_password(account=account, password=PASSWORD, by=account.actor, at=at)
        for role in given:
            services.give_role(account=account, role=role, jurisdiction=WHOLE_CITY, by=officer.actor, at=at)
        if username == TRACER:
            TOTP.activate(account, SECRET)
            RecoveryCodes.activate(account)
    services.open_account(username="swallow", name="Ms Swallow", by=officer.actor, at=at)


def code() -> str:
    """A recovery code of the tracer's that was not used: a telephone's code serves once in its half minute."""
    from allauth.mfa.models import Authenticator

    kept = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES, user__username=TRACER)
    return str(kept.wrap().get_unused_codes()[0])


# --- what is shown ----------------------------------------------------------------------------------------


def things() -> dict[str, str]:
    """What the addresses name: a case with most contacts, an open objection, somebody owed an order, and so on."""
    from django.db.models import Count

    from mainstay.accounts import services
    from mainstay.accounts.models import Account
    from mainstay.cases.models import Classification
    from mainstay.duties.models import Duty, DutyState
    from mainstay.intake.models import Receipt
    from mainstay.isolation.models import Objection
    from mainstay.organisations.models import Post
    from mainstay.platform.clock import now
    from mainstay.tracing.models import Contact

    ill = Classification.objects.filter(value="confirmed").values("person_id")
    met = Contact.objects.filter(index_id__in=ill).values("index_id").annotate(number=Count("id"))
    person = met.order_by("-number", "index_id").first()["index_id"]
    decided = Objection.objects.exclude(decision="").values("root")
    objection = Objection.objects.exclude(root__in=decided).order_by("became_known_at").first()
    late = DutyState.objects.filter(status="open", subject_type="person").order_by("due_at", "subject_id")
    owed = late.filter(duty__kind__in=("seek_quarantine_order", "offer_quarantine")).first()
    duty = Duty.objects.filter(kind="offer_quarantine").order_by("id").first()
    swallow, officer = Account.objects.get(username="swallow"), Account.objects.get(username=OFFICER)
    return {
        "person": str(person),
        "called": str(late.first().subject_id),
        "owed_order": str(owed.subject_id),
        "door": f"p{late.first().subject_id.hex}",
        "order": str(objection.order_root),
        "objection": str(objection.root),
        "edition": duty.edition,
        "clause": duty.clause,
        "delivery": str(Receipt.objects.order_by("-received").first().delivery_id),
        "secret": services.invite(account=swallow, by=officer.actor, at=now()),
        "colleague": TRACER,
        "post": str(Post.objects.get(code="tracing").id),
    }


def signed_in(page: Any, address: str, who: str) -> None:
    """Through the form; the tracer stays at the question for the code."""
    if who == NOBODY:
        return
    page.goto(f"{address}/sign-in/")
    page.fill("[name=login]", who)
    page.fill("[name=password]", PASSWORD)
    page.locator("form:has([name=password]) button").last.click()
    page.wait_for_load_state("networkidle")


def sent(page: Any, address: str) -> str:
    """Send the clinic's list; the digest under which it waits to be checked."""
    page.goto(f"{address}/files/new/")
    file = {"name": "riverside-clinic.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
    page.set_input_files("[type=file]", file)
    page.locator("form:has([type=file]) button[type=submit], form:has([type=file]) button").last.click()
    page.wait_for_url("**/files/new/*/**")
    return page.url.split("/files/new/")[1].split("/")[0]
