"""Addresses under /account/: allauth's views one by one, under our own addresses and allauth's names."""

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import path

from reflectie.accounts import codes
from reflectie.accounts import views as own
from reflectie.accounts.reauthentication import ReauthenticateByCode, ask_again
from reflectie.accounts.views import as_page
from reflectie.web.permissions import without_account

# For whoever signs in or up, forgot a password, or just signed out.
WITHOUT_ACCOUNT = [
    path("aanmelden/", as_page(codes.SignIn.as_view()), name="account_login"),
    path("aanmelden/code/", as_page(codes.RequestCode.as_view()), name="account_request_login_code"),
    path("aanmelden/code/invullen/", as_page(codes.SignInCode.as_view()), name="account_confirm_login_code"),
    path("aanmelden/tweede-stap/", as_page(second_factor.authenticate), name="mfa_authenticate"),
    path("registreren/", as_page(codes.SignUp.as_view()), name="account_signup"),
    path("afmelden/", as_page(own.sign_out), name="account_logout"),
    path("afgesloten/", as_page(account.account_inactive), name="account_inactive"),
    path("e-mailadres/code/", as_page(codes.AddressCode.as_view()), name="account_email_verification_sent"),
    path("wachtwoord/vergeten/", as_page(account.password_reset), name="account_reset_password"),
    path(
        "wachtwoord/vergeten/code/",
        as_page(codes.PasswordCode.as_view()),
        name="account_confirm_password_reset_code",
    ),
    path("wachtwoord/vergeten/nieuw/", as_page(codes.NewPassword.as_view()), name="account_complete_password_reset"),
    path(
        "wachtwoord/vergeten/klaar/",
        as_page(account.password_reset_from_key_done),
        name="account_password_reset_completed",
    ),
]

urlpatterns = [
    *without_account(WITHOUT_ACCOUNT),
    path("", own.overview, name="account"),
    path("naam/", own.name, name="account_name"),
    path("gegevens/", own.data, name="account_data"),
    path("gegevens.json", own.data_file, name="account_data_file"),
    path("opzeggen/", own.close, name="account_close"),
    path("e-mailadres/", as_page(ask_again(account.email)), name="account_email"),
    path("wachtwoord/", as_page(account.password_change), name="account_change_password"),
    path("wachtwoord/kiezen/", as_page(ask_again(account.password_set)), name="account_set_password"),
    path("bevestigen/", as_page(account.reauthenticate), name="account_reauthenticate"),
    path("bevestigen/tweede-stap/", as_page(second_factor.reauthenticate), name="mfa_reauthenticate"),
    path("bevestigen/code/", as_page(ReauthenticateByCode.as_view()), name="account_reauthenticate_code"),
    path("tweede-stap/", as_page(second_factor.index), name="mfa_index"),
    path("tweede-stap/aanzetten/", as_page(ask_again(own.ActivateSecondStep.as_view())), name="mfa_activate_totp"),
    path("tweede-stap/uitzetten/", as_page(ask_again(totp.deactivate_totp)), name="mfa_deactivate_totp"),
    path(
        "tweede-stap/noodcodes/", as_page(ask_again(recovery_codes.view_recovery_codes)), name="mfa_view_recovery_codes"
    ),
    path(
        "tweede-stap/noodcodes/maken/",
        as_page(ask_again(recovery_codes.generate_recovery_codes)),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "tweede-stap/noodcodes.txt", as_page(ask_again(own.DownloadCodes.as_view())), name="mfa_download_recovery_codes"
    ),
]
