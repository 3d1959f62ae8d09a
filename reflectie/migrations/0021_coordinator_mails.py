# Two mails to coordinators: which were sent, and who wants them.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reflectie", "0020_conclusion_time"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="coordinators_mailed",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="agreement",
            name="coordinators_mailed",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="membership",
            name="mail_when_done",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="membership",
            name="mail_when_due",
            field=models.BooleanField(default=True),
        ),
    ]
