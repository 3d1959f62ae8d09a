# One form for every e-mail address, so that a person is one account and gets one mail; and whether an administrator
# invited a coordinator, where none could sign in any more.

from collections import defaultdict

from django.conf import settings
from django.db import migrations, models

from reflectie.email_addresses import normal_address


def rewrite_addresses(apps, _schema_editor):
    """Write stored addresses anew in their normal form (`reflectie/email_addresses.py`).

    Two accounts of one mailbox stay as they are: whose they are, and which is to go on, is a person's to say. They go
    on signing in as they did, and /beheer/ lists them. Two rows of one account, or of one session, become one.
    """
    users = apps.get_model(settings.AUTH_USER_MODEL).objects
    owned = apps.get_model("account", "EmailAddress").objects
    owners = defaultdict(set)
    for email, owner in [*users.values_list("email", "pk"), *owned.values_list("email", "user_id")]:
        owners[normal_address(email)].add(owner)
    is_twin = {email for email, found in owners.items() if len(found) > 1}

    for pk, email in list(users.values_list("pk", "email")):
        if email != normal_address(email) and normal_address(email) not in is_twin:
            users.filter(pk=pk).update(email=normal_address(email))
    # The address that is in use first: it is the one that stays.
    rows = owned.order_by("-verified", "-primary", "pk").values_list("pk", "user_id", "email")
    rewrite(owned, [row for row in rows if normal_address(row[2]) not in is_twin], merge=True)
    # The link that was sent last first; an older one goes on working until it is too old.
    invitations = apps.get_model("reflectie", "Invitation").objects
    rows = invitations.order_by("-sent_on", "pk").values_list("pk", "collaboration_id", "email")
    rewrite(invitations, rows, merge=False)
    # Whom the link reached first: they are reminded.
    invitees = apps.get_model("reflectie", "Invitee").objects
    rewrite(invitees, invitees.order_by("unreached", "pk").values_list("pk", "session_id", "email"), merge=True)
    mails = apps.get_model("reflectie", "OutgoingMail").objects
    for field in ("to", "reply_to"):
        for pk, email in list(mails.values_list("pk", field)):
            if email != normal_address(email):
                mails.filter(pk=pk).update(**{field: normal_address(email)})


def rewrite(objects, rows, *, merge):
    """Of rows (key, owner, address) that become the same the first one gets the normal form. With `merge` the others
    go; without, all stay as they are where one of them has that form already."""
    same = defaultdict(list)
    for pk, owner, email in rows:
        same[owner, normal_address(email)].append((pk, email))
    for (_owner, normal), found in same.items():
        (first, written), others = found[0], found[1:]
        if merge and others:
            objects.filter(pk__in=[pk for pk, _email in others]).delete()
        if written != normal and (merge or normal not in {email for _pk, email in others}):
            objects.filter(pk=first).update(email=normal)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("reflectie", "0011_tidy_names"),
    ]

    operations = [
        migrations.AddField("invitation", "by_administrator", models.BooleanField(default=False)),
        migrations.AddField("membership", "appointed_on", models.DateField(blank=True, null=True)),
        # Addresses in their normal form are as good to the code of before.
        migrations.RunPython(rewrite_addresses, migrations.RunPython.noop, elidable=False),
    ]
