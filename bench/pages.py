"""Pages and files for a city of 1.1 million people, asked of `mainstay serve`'s own server by several clients at once.

Beside each page stands an empty signed-in page of the same run (the form by which a person is added): what is more
than that is the page's own. A file is told as rows a second and as the server's memory before and after.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from bench.stage import median, on_each_database, show

EMPTY = "/list/add/"
BULK = 300
EXPORTED = 250_000


def measure(people: int, of_concern: int, clients: int, asks: int) -> dict[str, Any]:
    from bench import city

    begun = time.perf_counter()
    by = city.make(people, of_concern)
    figures: dict[str, Any] = {"people": people, "of concern": of_concern, "made in, s": time.perf_counter() - begun}
    return figures | measured(by, people, of_concern, clients, asks)


def measured(by: Any, people: int, of_concern: int, clients: int, asks: int) -> dict[str, Any]:
    """The figures of the city that is there."""
    from bench import city

    figures: dict[str, Any] = {}
    cookies, token = _signed_in(by)
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "Accept-Language": "en"}
    with _server() as (port, process):
        pages = Pages(port, headers, clients, asks)
        empty = pages.timed(lambda _n: EMPTY)
        figures |= _told("an empty signed-in page", empty, None)
        for name, address in _addresses(people).items():
            figures |= _told(name, pages.timed(address), empty)
        figures |= _bulk(port, token, people, empty)
        city.report_in(EXPORTED - of_concern, by)
        figures |= _export(port, headers, process)
    return figures


def _addresses(people: int) -> dict[str, Callable[[int], str]]:
    from bench.city import name_of

    def search(number: int) -> str:
        return "/find/?q=" + quote(name_of(number * 7919 % people))

    return {
        "the list, worst first": lambda _n: "/list/",
        "the list by category": lambda _n: "/list/?sort=category",
        "the list, filtered": lambda _n: "/list/?category=close_contact&placing=waiting",
        "Today": lambda _n: "/today/",
        "who to call": lambda _n: "/calls/",
        "a city's duties by door": lambda _n: "/duties/?all=1&by=door",
        "a name looked for": search,
        "a name by its sound": lambda n: "/find/?q=" + ("wangyi", "zhao jia", "qzi", "sunwu")[n % 4].replace(" ", "+"),
    }


# --- who asks -----------------------------------------------------------------------------------------


def _signed_in(by: Any) -> tuple[dict[str, str], str]:
    """A session of somebody who leads the city, and a token by which a program of theirs may write."""
    from datetime import timedelta

    from django.test import Client

    from mainstay.accounts import services
    from mainstay.accounts.rules import WHOLE_CITY, Role
    from mainstay.platform.clock import now

    account = services.open_account(username="bench", name="Bench", by=by, at=now())
    for role in (Role.COMMAND, Role.EPIDEMIOLOGIST):
        services.give_role(account=account, role=role, jurisdiction=WHOLE_CITY, by=by, at=now())
    secret = services.make_token(
        account=account, name="bench", read_only=False, holds=timedelta(days=1), by=by, at=now()
    )
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return {name: morsel.value for name, morsel in client.cookies.items()}, secret


@contextmanager
def _server() -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The server as `mainstay serve` begins it, on a free port of this machine."""
    from mainstay.cli.serve import server_command

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(server_command("127.0.0.1", port), env=os.environ)
    try:
        _wait(port)
        yield port, process
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    for _try in range(600):
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server does not answer")


class Pages:
    """So many clients, each asking one page after another over a connection of its own."""

    def __init__(self, port: int, headers: dict[str, str], clients: int, asks: int) -> None:
        self.port, self.headers, self.clients, self.asks = port, headers, clients, asks

    def timed(self, address: Callable[[int], str]) -> list[float]:
        """Seconds of each answer; the first of each client is not counted."""
        with ThreadPoolExecutor(self.clients) as pool:
            found = pool.map(lambda client: self._client(client, address), range(self.clients))
            return [seconds for some in found for seconds in some]

    def _client(self, client: int, address: Callable[[int], str]) -> list[float]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        found = []
        for n in range(self.asks + 1):
            begun = time.perf_counter()
            connection.request("GET", address(client * self.asks + n), headers=self.headers)
            reply = connection.getresponse()
            reply.read()
            if reply.status != 200:
                raise SystemExit(f"{address(n)} answered {reply.status}")
            found.append(time.perf_counter() - begun)
        connection.close()
        return found[1:]


def _told(name: str, seconds: list[float], empty: list[float] | None) -> dict[str, Any]:
    found = {
        f"{name}, median ms": median(seconds) * 1000,
        f"  {name}, p95 ms": sorted(seconds)[int(len(seconds) * 0.95)] * 1000,
    }
    return found if empty is None else found | {f"  {name}, times the empty page": median(seconds) / median(empty)}


# --- much at once -------------------------------------------------------------------------------------


def _bulk(port: int, token: str, people: int, empty: list[float]) -> dict[str, Any]:
    """300 cases classified in one request, a fact each; as a program sends them."""
    from bench.people import DISEASE, LAST
    from mainstay.people.models import Person
    from mainstay.platform.identity import new_id

    whom = list(Person.objects.order_by("-id").values_list("id", flat=True)[: BULK * 3])
    seconds = []
    for some in (whom[:BULK], whom[BULK : 2 * BULK], whom[2 * BULK :]):
        facts = [
            {"fact": "classification", "id": str(new_id()), "person": str(one), "disease": DISEASE}
            | {"value": "suspected", "observed": LAST.isoformat()}
            for one in some
        ]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        begun = time.perf_counter()
        connection.request("POST", "/api/v1/facts", json.dumps({"facts": facts}), headers)
        reply = json.loads(connection.getresponse().read())
        seconds.append(time.perf_counter() - begun)
        if reply.get("done") != len(some):
            raise SystemExit(f"the bulk was answered {reply}")
    return {
        "300 cases at once, median ms": median(seconds) * 1000,
        "  300 cases at once, times the empty page": median(seconds) / median(empty),
    }


def _export(port: int, headers: dict[str, str], server: subprocess.Popen[bytes]) -> dict[str, Any]:
    """The whole list as CSV: rows a second, and how the server grew meanwhile."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3000)
    connection.request("GET", "/list/export/", headers=headers)
    page = connection.getresponse()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())
    if token is None:
        raise SystemExit(f"the page of the export answered {page.status}")
    kept = [one.partition(";")[0] for one in page.headers.get_all("Set-Cookie", []) if one.startswith("csrftoken=")]
    sent = {"Cookie": "; ".join([headers["Cookie"], *kept]), "Content-Type": "application/x-www-form-urlencoded"}
    form = {"csrfmiddlewaretoken": token[1], "form": "csv", "purpose": "investigation"}
    before, rows, begun = _resident(server.pid), 0, time.perf_counter()
    connection.request("POST", "/list/export/", urlencode(form), sent)
    reply = connection.getresponse()
    if reply.status != 200:
        raise SystemExit(f"the export answered {reply.status}")
    largest = before
    while chunk := reply.read(1 << 16):
        rows += chunk.count(b"\n")
        largest = max(largest, _resident(server.pid))
    seconds = time.perf_counter() - begun
    return {
        "export, rows": rows - 1,
        "  export, rows a second": round((rows - 1) / seconds),
        "  export, server before, MB": round(before),
        "  export, server at its largest, MB": round(largest),
    }


def _resident(pid: int) -> float:
    """Memory of a process and its children, MB; 0 where the system does not tell."""
    process = Path("/proc")
    try:
        children = (process / str(pid) / "task" / str(pid) / "children").read_text().split()
        pages = sum(int((process / str(one) / "statm").read_text().split()[1]) for one in (pid, *children))
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench pages")
    parser.add_argument("--people", type=int, default=1_100_000)
    parser.add_argument("--of-concern", type=int, default=50_000)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--asks", type=int, default=25)
    given = parser.parse_args(arguments)
    options = {"people": given.people, "of_concern": given.of_concern, "clients": given.clients, "asks": given.asks}
    rows = on_each_database("bench.pages", options)
    command = f"python -m bench pages --people {given.people} --of-concern {given.of_concern}"
    show("Pages", f"{command} --clients {given.clients} --asks {given.asks}", rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
