# A backup is a daily job as the others are, and a job knows when administrators were told that it isn't done.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reflectie", "0023_activity")]

    operations = [
        migrations.AddField("dailyjob", "told_on", models.DateField(blank=True, null=True)),
        migrations.AlterField(
            "dailyjob",
            "name",
            models.CharField(
                choices=[("erase", "Erase"), ("remind", "Remind"), ("backup", "Backup")],
                max_length=10,
                primary_key=True,
                serialize=False,
            ),
        ),
    ]
