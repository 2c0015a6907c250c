import django.db.models.deletion
from django.db import migrations, models

from mainstay.platform.clock import now


def ask(apps, schema_editor):
    """An instance with people in it: whoever does the jobs works out by what they are found."""
    if apps.get_model("people", "Identifier").objects.filter(scheme__in=["name", "phone"]).exists():
        at = now()
        job = apps.get_model("platform", "Job")
        job.objects.get_or_create(
            key="people.search@1", defaults={"kind": "people.search", "due_at": at, "asked_at": at}
        )


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        ("platform", "0003_job"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchTerm",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "term", "person_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("term", models.BigIntegerField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)), fields=["id"], name="person_merged"
            ),
        ),
        migrations.RunPython(ask, migrations.RunPython.noop),
    ]
