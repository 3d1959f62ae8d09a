# A session that got another name, and sheets of earlier years that were taken out again. No database changes.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reflectie", "0024_daily_jobs"),
    ]

    operations = [
        migrations.AlterField(
            model_name="activity",
            name="action",
            field=models.CharField(
                choices=[
                    ("planned", "Planned"),
                    ("replanned", "Replanned"),
                    ("link-renewed", "Link Renewed"),
                    ("asked", "Asked"),
                    ("reminded", "Reminded"),
                    ("renamed", "Renamed"),
                    ("brought-in", "Brought In"),
                    ("import-erased", "Import Erased"),
                    ("closed", "Closed"),
                    ("opened", "Opened"),
                    ("concluded", "Concluded"),
                    ("reopened", "Reopened"),
                    ("text-removed", "Text Removed"),
                    ("quote-released", "Quote Released"),
                    ("quote-taken-back", "Quote Taken Back"),
                    ("shared", "Shared"),
                    ("session-erased", "Session Erased"),
                    ("adopted", "Adopted"),
                    ("invited", "Invited"),
                    ("appointed", "Appointed"),
                    ("invitation-withdrawn", "Invitation Withdrawn"),
                    ("joined", "Joined"),
                    ("role-changed", "Role Changed"),
                    ("removed", "Removed"),
                    ("changed", "Changed"),
                    ("archived", "Archived"),
                    ("restored", "Restored"),
                    ("signals-on", "Signals On"),
                    ("signals-off", "Signals Off"),
                ],
                max_length=20,
            ),
        ),
    ]
