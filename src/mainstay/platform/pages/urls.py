"""The address of the queue of jobs."""

from __future__ import annotations

from django.urls import path

from mainstay.platform.pages.jobs import jobs

urlpatterns = [path("jobs/", jobs, name="jobs")]
