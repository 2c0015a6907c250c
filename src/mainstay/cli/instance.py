"""mainstay init"""

from __future__ import annotations

from dataclasses import dataclass

import click

from mainstay.cli.common import emit, instance_options, last_seal, open_instance


@dataclass(frozen=True)
class Made:
    home: str
    database: str
    profile: str
    editions: list[str]
    role: str | None


@click.command()
@instance_options
@click.option("--profile", "profile_name", default="default", help="A shipped city profile's name, or a file.")
@click.option("--role", help="On PostgreSQL: a role that may read and add, and can neither change nor remove a fact.")
def init(home: str | None, as_json: bool, profile_name: str, role: str | None) -> None:
    """Make a new instance: keys, tables, and the posts and editions of a city profile."""
    open_instance(home, new=True)
    from django.db import connection

    from mainstay.cycle.instance import initialise, read_profile
    from mainstay.duties.models import Edition
    from mainstay.platform.clock import now
    from mainstay.platform.environment import read_environment

    instance = initialise(profile=read_profile(profile_name), at=now(), role=role)
    editions = sorted(set(Edition.objects.values_list("name", flat=True)))
    made = Made(str(read_environment().home), connection.vendor, instance.profile, editions, role)
    if as_json:
        emit("init", made, known_at=last_seal())
        return
    click.echo(f"Instance in {made.home} on {made.database}, profile {made.profile}.")
    click.echo(f"Editions in force: {', '.join(editions)}.")
    if role:
        click.echo(
            f"Role {role} may read and add; give it a password, and name it in MAINSTAY_DATABASE_URL from now on."
        )
    click.echo("Next: mainstay intake FILE --mapping NAME, then mainstay cycle --on DAY.")
