# People of concern, counted for instances that exist by what their duties and categories are on that day.

from datetime import UTC, datetime

import django.db.models.deletion
from django.db import migrations, models

CATEGORIES = ("confirmed", "clinical", "asymptomatic", "suspected", "fever_patient", "close_contact")
PLACING = ("admit", "admit_severe", "admit_to_site", "isolation", "move", "offer_isolation", "offer_quarantine")
PLACING += ("quarantine",)
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def count(apps, schema_editor):
    """One row each; how urgent they are the next run says, which for that looks at everybody who has a category."""
    connection = schema_editor.connection
    adapt = connection.ops.adapt_datetimefield_value
    ranks = " ".join(f"WHEN '{one}' THEN '{rank}'" for rank, one in enumerate(CATEGORIES))
    placing = f"d.kind IN ({', '.join(repr(kind) for kind in PLACING)})"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO duties_personofconcern "
            "(person_id, urgency, category, due_at, open, waits_since, place_due_at) "
            "SELECT p.id, 7, COALESCE(k.category, '9'), COALESCE(o.due_at, %s), COALESCE(o.still_open, 0), "
            "o.waits_since, o.place_due_at FROM people_person p "
            f"LEFT JOIN (SELECT subject_id, MIN(CASE category {ranks} ELSE '6' END || category) AS category "
            "FROM duties_subjectstate WHERE subject_type = 'person' AND category <> '' GROUP BY subject_id) k "
            "ON k.subject_id = p.id "
            "LEFT JOIN (SELECT s.subject_id, COUNT(*) AS still_open, MIN(s.due_at) AS due_at, "
            f"MIN(CASE WHEN {placing} THEN d.starts_at END) AS waits_since, "
            f"MIN(CASE WHEN {placing} THEN s.due_at END) AS place_due_at "
            "FROM duties_dutystate s JOIN duties_duty d ON d.id = s.duty_id "
            "WHERE s.subject_type = 'person' AND s.status = 'open' GROUP BY s.subject_id) o ON o.subject_id = p.id "
            "WHERE k.subject_id IS NOT NULL OR o.subject_id IS NOT NULL",
            [adapt(NEVER)],
        )
        cursor.execute(
            "UPDATE duties_subjectstate SET next_look_at = %s WHERE subject_type = 'person' AND category <> ''",
            [adapt(LONG_AGO)],
        )


class Migration(migrations.Migration):
    dependencies = [("duties", "0004_excused_and_handed_over"), ("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="PersonOfConcern",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="people.person",
                    ),
                ),
                ("urgency", models.PositiveSmallIntegerField()),
                ("category", models.CharField(max_length=31)),
                ("due_at", models.DateTimeField()),
                ("open", models.PositiveIntegerField()),
                ("waits_since", models.DateTimeField(null=True)),
                ("place_due_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["urgency", "due_at", "category", "person"], name="concern_urgent"),
                    models.Index(fields=["due_at", "category", "person"], name="concern_due"),
                    models.Index(fields=["category", "due_at", "person"], name="concern_category"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="dutyevent", index=models.Index(fields=["period_date"], name="duty_event_period")
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
