# For which day a duty is, beside its state: of a whole city's open duties no page looks that up one by one.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("duties", "0005_people_of_concern")]

    operations = [
        migrations.AddField(
            model_name="dutystate",
            name="occurrence",
            field=models.DateField(null=True),
        ),
        migrations.RunSQL(
            "UPDATE duties_dutystate SET occurrence = "
            "(SELECT d.occurrence FROM duties_duty d WHERE d.id = duties_dutystate.duty_id)",
            migrations.RunSQL.noop,
        ),
    ]
