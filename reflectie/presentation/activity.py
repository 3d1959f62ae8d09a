"""What somebody did in a collaboration, as a coordinator reads it: one sentence, of who and what."""

from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reflectie.domain.text import set_apart
from reflectie.email_addresses import readable_address
from reflectie.models import Activity, Role

ACTION = Activity.Action
# {who} did it, {about} is whose role it is, {role} which.
SENTENCES: dict[str, str | Promise] = {
    ACTION.PLANNED: gettext_lazy("{who} plande de sessie."),
    ACTION.REPLANNED: gettext_lazy("{who} wijzigde het plan van de sessie."),
    ACTION.LINK_RENEWED: gettext_lazy("{who} maakte een nieuwe link."),
    ACTION.ASKED: gettext_lazy("{who} vroeg mensen per mail om in te vullen."),
    ACTION.REMINDED: gettext_lazy("{who} verstuurde een herinnering."),
    ACTION.RENAMED: gettext_lazy("{who} gaf de sessie een andere naam."),
    ACTION.BROUGHT_IN: gettext_lazy("{who} voerde antwoorden in uit een tabel."),
    ACTION.IMPORT_ERASED: gettext_lazy("{who} wiste de antwoorden die uit een tabel kwamen."),
    ACTION.CLOSED: gettext_lazy("{who} sloot de ronde."),
    ACTION.OPENED: gettext_lazy("{who} opende het verslag voor iedereen."),
    ACTION.CONCLUDED: gettext_lazy("{who} rondde de sessie af."),
    ACTION.REOPENED: gettext_lazy("{who} nam het afronden terug."),
    ACTION.TEXT_REMOVED: gettext_lazy("{who} haalde een tekst weg uit het verslag."),
    ACTION.QUOTE_RELEASED: gettext_lazy("{who} gaf een notitie vrij voor signalen."),
    ACTION.QUOTE_TAKEN_BACK: gettext_lazy("{who} nam een vrijgegeven notitie terug."),
    ACTION.SHARED: gettext_lazy("{who} wijzigde wat jullie met andere teams delen."),
    ACTION.SESSION_ERASED: gettext_lazy("{who} wiste een sessie."),
    ACTION.ADOPTED: gettext_lazy("{who} bewaarde hier een zelfreflectie."),
    ACTION.INVITED: gettext_lazy("{who} nodigde iemand uit als {role}."),
    ACTION.APPOINTED: gettext_lazy("Een beheerder van de site nodigde iemand uit als {role}."),
    ACTION.INVITATION_WITHDRAWN: gettext_lazy("{who} trok een uitnodiging in."),
    ACTION.JOINED: gettext_lazy("{who} werd {role}."),
    ACTION.ROLE_CHANGED: gettext_lazy("{who} maakte {about} {role}."),
    ACTION.REMOVED: gettext_lazy("{who} nam {about} de rol af."),
    ACTION.CHANGED: gettext_lazy("{who} wijzigde naam, partners, regio of thema."),
    ACTION.ARCHIVED: gettext_lazy("{who} zette de samenwerking in het archief."),
    ACTION.RESTORED: gettext_lazy("{who} haalde de samenwerking uit het archief."),
    ACTION.SIGNALS_ON: gettext_lazy("{who} liet de samenwerking meetellen in signalen."),
    ACTION.SIGNALS_OFF: gettext_lazy("{who} liet de samenwerking niet meer meetellen in signalen."),
}
# Who does to themselves what is otherwise done to somebody.
OF_THEMSELVES: dict[str, str | Promise] = {
    ACTION.ROLE_CHANGED: gettext_lazy("{who} koos zelf om {role} te zijn."),
    ACTION.REMOVED: gettext_lazy("{who} stapte uit de samenwerking."),
}


def activity_sentence(activity: Activity) -> str:
    """What somebody did, in one sentence; whoever closed their account has no name any more."""
    themselves = activity.user_id is not None and activity.user_id == activity.about_id
    sentence = (OF_THEMSELVES if themselves else {}).get(activity.action) or SENTENCES[activity.action]
    return str(sentence).format(
        who=_called(activity.user, _("Iemand die hier geen account meer heeft")),
        about=_called(activity.about, _("iemand die hier geen account meer heeft")),
        role=str(Role(activity.role).label) if activity.role else "",
    )


def _called(user: User | None, otherwise: str) -> str:
    return set_apart(user.get_full_name() or readable_address(user.email)) if user else otherwise
