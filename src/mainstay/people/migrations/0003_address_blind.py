from django.db import migrations, models

from mainstay.platform.clock import now


def ask(apps, schema_editor):
    """An instance with addresses in it: whoever does the jobs works out who lives at one door, with what they are
    found by, unless that waits to be done already.
    """
    job = apps.get_model("platform", "Job")
    waits = job.objects.filter(kind="people.search").exclude(state="done").exists()
    if not waits and apps.get_model("people", "Identifier").objects.filter(scheme="address").exists():
        at = now()
        job.objects.get_or_create(
            key="people.search@2", defaults={"kind": "people.search", "due_at": at, "asked_at": at}
        )


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_search_terms"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="address_blind",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["address_blind"], name="person_of_one_address"),
        ),
        migrations.RunPython(ask, migrations.RunPython.noop),
    ]
