# Which sheets of an open round were typed in from paper, and in which rounds that is kept: those of which participants
# read it beforehand. Rounds that were planned before go on as they were.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reflectie", "0007_mend_columns"),
    ]

    operations = [
        migrations.AddField(
            model_name="response",
            name="typed",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="session",
            name="told_of_typist",
            field=models.BooleanField(default=False),
        ),
    ]
