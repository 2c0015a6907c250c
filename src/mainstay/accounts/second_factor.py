"""How the library's second factor is shown on our pages."""

from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter
from django.utils.safestring import SafeString, mark_safe


class SecondFactorAdapter(DefaultMFAAdapter):
    """The picture to be scanned stands in the page itself: the policy refuses pictures that are an address of data."""

    def build_totp_svg(self, url: str) -> SafeString:
        return mark_safe(super().build_totp_svg(url))  # drawn by the library from a secret of its own
