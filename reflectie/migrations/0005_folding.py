# When the answers of a round were folded into counts.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reflectie", "0004_comparing"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="folded_on",
            field=models.DateField(blank=True, null=True),
        ),
    ]
