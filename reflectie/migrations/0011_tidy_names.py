"""Names and labels that were typed before are written as new ones are: composed letters, one line, nothing invisible.

A partner's name stands as text in three places: in the collaboration, in the groups of a session and on every sheet on
which it was chosen. Session and sheets are rewritten together, in this one transaction, so that every answer goes on
finding its group.

Names that look alike become one (`same_text`) only where nothing was shown by them yet:

- In a collaboration's list, to which nothing points: the first stays, as when a coordinator saves the list.
- In a session that is open. Its groups become one, with all that was expected of both. Nothing was published of either,
  and closing will blank by the size of the whole: a group of all of them is larger than what people read beforehand.
  Not where one group alone would be left, as no plan has.
- Never in a session that is closed. What was blanked then was blanked by the groups of then, and people may have seen
  the figures of each: put together, they would be a group that nobody decided over. There a second name that looks
  alike gets a number: two groups stay two. Nobody changes groups, and no answer is lost.

A choice on a sheet that isn't one of its session's groups belongs to none of them, and stays as it is: tidied, it could
become one. A name of nothing gets words where something hangs on it (a collaboration, a group, who types in paper), and
goes where nothing does. Sheets are rewritten by their key, which is random: in which order they came is told by nothing.

Two ways of writing a label that were two in signals are one from now on. Whoever noted the figures before could
subtract, so that all but those of the way that most write count from the next quarter, as with any other label
(`store/collaborations.py: change_collaboration`).

Taken back nothing is put back: how a name was written before is known no more, and what came before reads it as well.
"""

from collections import Counter, defaultdict

from django.conf import settings
from django.db import migrations
from django.utils import timezone

from reflectie.domain.text import same_text, tidy

NAMELESS = "Zonder naam"
MAX_NAME, MAX_LABEL = 120, 60
# On a sheet, beside the group.
NAMES_ON_SHEETS = ("participant", "collaboration-name", "team-name")


def tidy_names(apps, schema_editor):
    def rows_of(model, app="reflectie"):
        return apps.get_model(app, model).objects.using(schema_editor.connection.alias)

    _tidy_labels(rows_of("Collaboration"))
    for row in rows_of("Collaboration").all():
        _write(row, name=_name(row.name) or NAMELESS, region=_label(row.region), theme=_label(row.theme))
    _tidy_partners(rows_of("Partner"))
    for row in rows_of("User", "auth").all():
        _write(row, first_name=_fit(row.first_name, 150), last_name=_fit(row.last_name, 150))
    renamed = {}
    for row in rows_of("Session").all():
        groups = row.groups
        if row.grouping == "partner" and groups:
            groups, renamed[row.pk] = _tidy_groups(groups, is_open=row.stage == "open")
        _write(row, groups=groups, paper_by=row.paper_by and (_name(row.paper_by) or NAMELESS))
    for row in rows_of("Response").exclude(extras={}).order_by("pk").iterator():
        _write(row, extras=_tidy_sheet(row.extras, renamed.get(row.session_id, {})))


def _write(row, **values):
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(row, name, value)
        row.save(update_fields=list(changed))


def _fit(text, limit):
    # Composed, a few signs are longer than apart.
    return tidy(tidy(text, one_line=True)[:limit])


def _name(text):
    return _fit(text, MAX_NAME)


def _label(text):
    return _fit(text, MAX_LABEL)


def _tidy_labels(collaborations):
    """Asked before labels are rewritten: two ways of writing that were two."""
    ways = defaultdict(Counter)
    taking_part = list(collaborations.filter(signals_from__isnull=False))
    for row in taking_part:
        label = getattr(row, settings.SIGNAL_LABEL)
        ways[same_text(label)][_same_before(label)] += 1
    for row in taking_part:
        label = getattr(row, settings.SIGNAL_LABEL)
        found = ways[same_text(label)]
        if _same_before(label) != min(found, key=lambda way: (-found[way], way)):
            _write(row, signals_from=timezone.localdate())


def _same_before(label):
    return " ".join(label.split()).casefold()


def _tidy_partners(partners):
    known = defaultdict(set)
    wanted = []
    for row in partners.order_by("collaboration", "position", "pk"):
        name = _name(row.name)
        if not name or same_text(name) in known[row.collaboration_id]:
            row.delete()
        else:
            known[row.collaboration_id].add(same_text(name))
            wanted.append((row, name))
    # Now that none is left of which it would be the name.
    for row, name in wanted:
        _write(row, name=name)


def _tidy_groups(groups, *, is_open):
    """The groups as they are from now on, and how each was called before."""
    merged = {}
    names = {}
    for old, expected in groups:
        name = _name(old) or NAMELESS
        kept, number = merged.get(same_text(name), (name, 0))
        merged[same_text(name)] = kept, number + expected
        names[old] = kept
    if is_open and len(merged) > 1:
        return [list(group) for group in merged.values()], names
    names = {}
    for old, _expected in groups:
        names[old] = _another(_name(old) or NAMELESS, {same_text(name) for name in names.values()})
    return [[names[old], expected] for old, expected in groups], names


def _another(name, taken):
    number, found = 1, name
    while same_text(found) in taken:
        number += 1
        found = f"{name[: MAX_NAME - 5]} ({number})"
    return found


def _tidy_sheet(extras, renamed):
    values = {**extras}
    if values.get("organisation") in renamed:
        values["organisation"] = renamed[values["organisation"]]
    for name in NAMES_ON_SHEETS:
        if name in values:
            values[name] = _name(values[name])
    return {name: value for name, value in values.items() if value or name not in NAMES_ON_SHEETS}


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("reflectie", "0010_limits_and_former_coordinators"),
    ]

    operations = [
        migrations.RunPython(tidy_names, migrations.RunPython.noop),
    ]
