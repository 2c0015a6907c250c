"""Addresses of the pages of posts."""

from __future__ import annotations

from django.urls import path

from mainstay.organisations.pages.post import post
from mainstay.organisations.pages.posts import posts

urlpatterns = [
    path("posts/", posts, name="posts"),
    path("posts/<uuid:post>/", post, name="post"),
]
