"""Addresses of signing in, one's own account, and the administration of accounts."""

from __future__ import annotations

from allauth.account import views as signing
from allauth.mfa.base import views as second
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import path

from mainstay.accounts.pages import views
from mainstay.accounts.pages.audit import audit
from mainstay.web.doors import door, open_door

urlpatterns = [
    path("first/", views.first, name="first"),
    path("join/<str:secret>", views.join, name="join"),
    # The library's views, those of them that we have a use for, under its own names.
    path("sign-in/", open_door(signing.login), name="account_login"),
    path("sign-in/second/", open_door(second.authenticate), name="mfa_authenticate"),
    path("sign-in/closed/", open_door(signing.account_inactive), name="account_inactive"),
    path("sign-out/", door()(signing.logout), name="account_logout"),
    path("me/", views.me, name="me"),
    path("me/password/", door()(signing.password_change), name="account_change_password"),
    path("me/again/", door()(signing.reauthenticate), name="account_reauthenticate"),
    path("me/again/second/", door()(second.reauthenticate), name="mfa_reauthenticate"),
    path("me/second/", door()(second.index), name="mfa_index"),
    path("me/second/on/", door()(totp.activate_totp), name="mfa_activate_totp"),
    path("me/second/off/", door()(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("me/second/codes/", door()(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("me/second/codes/new/", door()(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("me/second/codes/file/", door()(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("accounts/", views.accounts, name="accounts"),
    path("accounts/<str:username>/", views.account, name="account"),
    path("audit/", audit, name="audit"),
]
