# Finding the few notes that were released among all answers.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reflectie", "0005_folding"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="answer",
            index=models.Index(condition=models.Q(released=True), fields=["response"], name="answer_released"),
        ),
    ]
