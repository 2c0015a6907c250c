"""How the library for signing in is held to our rules: nobody makes an account for themselves, no mail is sent."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from django.http import HttpRequest

from mainstay.accounts.rules import normal_username


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by administrators; mail needs a network that may not be there."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """No mail: what an account's holder must know stands on the pages."""


class SignInForm(LoginForm):
    """The name in its one written form before anything is counted: else each spelling had five tries of its own."""

    def clean_login(self) -> str:
        return normal_username(self.cleaned_data["login"])
