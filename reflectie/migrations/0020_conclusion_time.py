# When a conclusion was recorded, so that it can be taken back for a few minutes.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reflectie", "0019_archive"),
    ]

    operations = [
        migrations.AddField(
            model_name="conclusion",
            name="recorded_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
