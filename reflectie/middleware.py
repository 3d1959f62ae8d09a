"""Headers that Django and django-csp don't set."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]

# Nothing here needs any of it; a script that slipped in, or a frame, doesn't get it either.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "bluetooth",
        "browsing-topics",
        "camera",
        "display-capture",
        "encrypted-media",
        "geolocation",
        "gyroscope",
        "hid",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "publickey-credentials-get",
        "screen-wake-lock",
        "serial",
        "usb",
        "xr-spatial-tracking",
    )
)
# Whoever puts a link of a team on a public page should not put its answers in a search engine.
NOT_INDEXED = ("/invullen/", "/meedoen/", "/rapport/", "/start/", "/uitnodiging/")


def permissions_policy(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        if request.path_info.startswith(NOT_INDEXED):
            response["X-Robots-Tag"] = "noindex"
        return response

    return middleware
