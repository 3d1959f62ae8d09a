"""The form that starts a reflection without an account."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, TimestampSigner
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from reflectie.domain.questionnaire.answers import MAX_NAME
from reflectie.domain.setup import Mode
from reflectie.forms.fields import TextField
from reflectie.services.tokens import new_token

# A start page left open overnight still works in the morning.
START_TOKEN_SECONDS = 24 * 3600


class StartForm(forms.Form):
    """How to fill in, and for whom. Carries the link that will be made, so that sending it twice makes one."""

    token = forms.CharField(widget=forms.HiddenInput)
    collaboration_name = TextField(
        label=_("Naam van de samenwerking"), limit=MAX_NAME, one_line=True, widget=forms.TextInput
    )
    team_name = TextField(label=_("Naam van het team"), limit=MAX_NAME, one_line=True, widget=forms.TextInput)
    mode = forms.ChoiceField(
        choices=[(mode.value, mode.value) for mode in (Mode.TOGETHER, Mode.ALONE)],
        widget=forms.HiddenInput,
        error_messages={
            "required": _("Kies hoe je de checklist invult: samen of alleen."),
            "invalid_choice": _("Kies hoe je de checklist invult: samen of alleen."),
        },
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        self._signer = TimestampSigner(salt="start")
        super().__init__(data, initial={"token": self._signer.sign(new_token())})
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("token", "collaboration_name", "team_name")

    def clean_token(self) -> str:
        try:
            return self._signer.unsign(self.cleaned_data["token"], max_age=START_TOKEN_SECONDS)
        except BadSignature as error:
            # The form goes out again with a fresh one; what was typed stays.
            self.data = {**self.data.dict(), "token": self.initial["token"]}  # type: ignore[attr-defined]
            raise ValidationError(_("Deze pagina stond te lang open. Kies nog een keer.")) from error
