"""Pages of accounts: the first one, joining by a link, one's own, and their administration."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from uuid import UUID

from django.contrib.auth import login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mainstay.accounts import queries, services
from mainstay.accounts.models import Account
from mainstay.accounts.pages import presenters
from mainstay.accounts.rules import Permission, Role, normal_username, username_fault
from mainstay.cycle.now import settle_posts
from mainstay.cycle.queries import instance_moment
from mainstay.organisations.queries import posts_held
from mainstay.organisations.services import take_headquarters
from mainstay.platform import ledger
from mainstay.platform.clock import now
from mainstay.platform.environment import read_environment
from mainstay.platform.errors import MainstayError
from mainstay.platform.models import Instance
from mainstay.web.doors import door, open_door

SIGNED_IN_BY = "allauth.account.auth_backends.AuthenticationBackend"
ACCOUNTS_A_PAGE = 100


# --- before one is signed in --------------------------------------------------------------------------


@open_door
@require_http_methods(["GET", "POST"])
def first(request: HttpRequest) -> HttpResponse:
    """The first account: only while there is none, and only from the machine that serves."""
    if Account.objects.exists() or not _is_this_machine(request):
        raise Http404
    given = {name: request.POST.get(name, "") for name in ("username", "name", "password")}
    if request.method == "GET":
        return render(request, "accounts/first.html", {"given": given})
    at = now()
    try:
        services.check_password(password=given["password"], username=given["username"])
        with transaction.atomic():
            start = ledger.actor("guided start", "system")
            account = services.open_first_account(
                username=given["username"], name=given["name"], language=request.LANGUAGE_CODE, by=start, at=at
            )
            services.set_password(account=account, password=given["password"], by=account.actor, at=at)
            # Whoever sets up answers for everything until they give posts to others.
            held = take_headquarters(holder=account.actor, by=start, at=instance_moment(at).at)
    except MainstayError as error:
        context = {"given": given, "errors": presenters.by_field(error)}
        return render(request, "accounts/first.html", context, status=422)
    if held is not None:
        settle_posts(posts=[held.post_id], by=account.actor, at=at)
    login(request, account, backend=SIGNED_IN_BY)
    return redirect("accounts")


def _is_this_machine(request: HttpRequest) -> bool:
    try:
        return ip_address(request.META["REMOTE_ADDR"]).is_loopback
    except ValueError:
        return False


@open_door
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Whoever holds the link sets their password and is signed in."""
    account = queries.invited(secret, now())
    if account is None:
        return render(request, "accounts/link_ended.html", status=404)
    context: dict[str, Any] = {"name": account.actor.name, "username": account.username}
    if request.method == "POST":
        try:
            services.accept(secret=secret, password=request.POST.get("password", ""), at=now())
        except MainstayError as error:
            return render(request, "accounts/join.html", context | {"errors": presenters.by_field(error)}, status=422)
        login(request, Account.objects.get(id=account.id), backend=SIGNED_IN_BY)
        return redirect("me")
    return render(request, "accounts/join.html", context)


def locked_out(request: HttpRequest, _response: HttpResponse, _credentials: dict[str, Any]) -> HttpResponse:
    """After five wrong passwords: how long to wait, and whom to ask."""
    return render(request, "accounts/locked_out.html", {"minutes": 15}, status=429)


# --- one's own ----------------------------------------------------------------------------------------


@door()
@require_http_methods(["GET", "POST"])
def me(request: Any) -> HttpResponse:
    """Who I am here, what I may and where; language, password, second factor, who stands in for me."""
    errors = {}
    if request.method == "POST":
        try:
            _appoint(request)
            return redirect("me")
        except MainstayError as error:
            errors = presenters.by_field(error)
    context = presenters.own_page(request.user, request.rights, errors, request.POST)
    return render(request, "accounts/me.html", context, status=422 if errors else 200)


def _appoint(request: Any) -> None:
    services.appoint_deputy(
        principal=request.user,
        deputy=_named(request.POST.get("deputy", "")),
        ends_at=presenters.until(request.POST.get("until", ""), _zone()),
        by=request.by,
        at=request.at,
    )


def _named(username: str) -> Account:
    account = queries.account_by_name(username)
    if account is None or not account.is_active:
        raise MainstayError(
            services.ACCOUNT_UNKNOWN, _("There is no such account; type the user name."), {"field": "deputy"}
        )
    return account


def _zone() -> str:
    return Instance.objects.get(id=1).zone


# --- administration -----------------------------------------------------------------------------------


@door(Permission.MANAGE_ACCOUNTS, entry="accounts")
@require_http_methods(["GET", "POST"])
def accounts(request: Any) -> HttpResponse:
    """All accounts, and a form that opens another; its link is shown once."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            opened = services.open_account(
                username=request.POST.get("username", ""),
                name=request.POST.get("name", ""),
                language=request.LANGUAGE_CODE,
                by=request.by,
                at=request.at,
            )
            return redirect("account", username=opened.username)
        except MainstayError as error:
            errors = presenters.by_field(error)
    after = normal_username(request.GET.get("after", ""))
    rows = queries.list_accounts(request.at, after="" if username_fault(after) else after, limit=ACCOUNTS_A_PAGE + 1)
    context = presenters.accounts_page(rows, queries.count_accounts(), ACCOUNTS_A_PAGE, errors, request.POST)
    return render(request, "accounts/accounts.html", context, status=422 if errors else 200)


@door(Permission.MANAGE_ACCOUNTS, entry="accounts")
@require_http_methods(["GET", "POST"])
def account(request: Any, username: str) -> HttpResponse:
    """One account: its roles, its link, its end."""
    found = queries.account_by_name(username)
    if found is None:
        raise Http404
    errors, link = {}, ""
    if request.method == "POST":
        try:
            link = _act(request, found)
            if not link:
                return redirect("account", username=found.username)
        except MainstayError as error:
            errors = presenters.by_field(error)
    row, posts = queries.account_row(found, request.at), posts_held(found.actor_id, instance_moment(request.at).at)
    context = presenters.account_page(row, posts, errors, request.POST)
    context |= {"link": link, "picture": presenters.qr(link)}
    context["may_give_posts"] = request.rights.may(Permission.ASSIGN_DUTIES)
    return render(request, "accounts/account.html", context, status=422 if errors else 200)


def _act(request: Any, found: Account) -> str:
    """Do what the pressed button says; the link to show, if it made one."""
    act, who = request.POST.get("act", ""), {"by": request.by, "at": request.at}
    if act == "invite":
        secret = services.invite(account=found, **who)
        return _address(request) + reverse("join", args=[secret])
    if act == "give":
        services.give_role(
            account=found,
            role=_role(request.POST.get("role", "")),
            jurisdiction=presenters.jurisdiction(request.POST.get("for", "")),
            ends_at=presenters.until(request.POST.get("until", ""), _zone(), required=False),
            **who,
        )
    elif act == "withdraw":
        services.withdraw_role(grant=_uuid(request.POST.get("grant", "")), **who)
    elif act == "close":
        services.close_account(account=found, reason=request.POST.get("reason", ""), **who)
    else:
        raise Http404
    return ""


def _address(request: HttpRequest) -> str:
    """Where colleagues reach us: at the serving machine itself its address in the network, not 127.0.0.1."""
    host, _colon, port = request.get_host().rpartition(":")
    colleagues = read_environment().hosts
    if host in ("localhost", "127.0.0.1", "[::1]") and colleagues:
        return f"{request.scheme}://{colleagues[0]}:{port}"
    return f"{request.scheme}://{request.get_host()}"


def _role(given: str) -> Role:
    try:
        return Role(given)
    except ValueError as error:
        raise MainstayError(services.GRANT_REFUSED, _("Choose a role from the list."), {"field": "role"}) from error


def _uuid(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError as error:
        raise Http404 from error
