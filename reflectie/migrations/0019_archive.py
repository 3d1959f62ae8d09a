# A collaboration that is put away: out of lists, mails and new signals, with nothing of it erased.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reflectie", "0018_report_notice"),
    ]

    operations = [
        migrations.AddField(
            model_name="collaboration",
            name="archived_on",
            field=models.DateField(blank=True, null=True),
        ),
    ]
