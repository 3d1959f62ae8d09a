"""Whose site it is: what the host says of it in the settings, and the logo, read once and found to be harmless."""

import base64
import hashlib
import re
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

# By the setting that says it, in the order of the statements.
DETAILS = (
    "OWNER_NAME",
    "OWNER_CONTACT",
    "CONTROLLER",
    "LEGAL_GROUND",
    "PRIVACY_EMAIL",
    "DATA_PROTECTION_OFFICER",
    "COMPLAINT_AUTHORITY",
    "COMPLAINT_URL",
    "ACCESSIBILITY_CONTACT",
    "ACCESSIBILITY_AUTHORITY",
    "ACCESSIBILITY_URL",
    "SECURITY_CONTACT",
)
# An e-mail address or a page; a page alone; an address alone.
CONTACTS = ("OWNER_CONTACT", "ACCESSIBILITY_CONTACT", "SECURITY_CONTACT")
PAGES = ("COMPLAINT_URL", "ACCESSIBILITY_URL")
EMAILS = ("PRIVACY_EMAIL",)
# On what people's data may be used, of Article 6 of the GDPR. Consent isn't among these: it could be taken back after
# an anonymous round closed, when nobody knows any more whose answers are whose.
LEGAL_GROUNDS = ("public-task", "legitimate-interest")
# Stands at the foot of each page of a PDF, on one line.
NAME_LENGTH = 80

# It goes into every page of a report that waits to be printed.
LOGO_BYTES = 50_000
LOGO_PIXELS = 2000
PNG = b"\x89PNG\r\n\x1a\n"
SVG = "{http://www.w3.org/2000/svg}"
# What draws and does nothing else: no script, no style that could load something, no picture from elsewhere.
SVG_ELEMENTS = {
    *("svg", "g", "defs", "symbol", "use", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline"),
    *("polygon", "clipPath", "mask", "text", "tspan", "linearGradient", "radialGradient", "stop"),
}


class LogoError(Exception):
    """Why a file can't be the logo: English, for whoever sets the site up."""


@dataclass(frozen=True, slots=True)
class Logo:
    content: bytes
    content_type: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()[:16]

    @property
    def data_url(self) -> str:
        return f"data:{self.content_type};base64,{base64.b64encode(self.content).decode()}"


@dataclass(frozen=True, slots=True)
class SiteOwner:
    """What the host filled in, each empty while it isn't."""

    name: str
    contact: str
    controller: str
    legal_ground: str
    privacy_email: str
    data_protection_officer: str
    complaint_authority: str
    complaint_url: str
    accessibility_contact: str
    accessibility_authority: str
    accessibility_url: str
    security_contact: str
    logo: Logo | None

    @property
    def printed(self) -> tuple[str, str, str]:
        """What of it stands on pages and PDFs, for a key of these."""
        return self.name, self.contact, self.logo.digest if self.logo else ""


def site_owner() -> SiteOwner:
    """As the settings say it now. Whoever offers the site is its controller, and hears of all things, unless the
    settings name another."""
    name, contact = _said("OWNER_NAME"), _said("OWNER_CONTACT")
    return SiteOwner(
        name=name,
        contact=contact,
        controller=_said("CONTROLLER") or name,
        legal_ground=_said("LEGAL_GROUND"),
        privacy_email=_said("PRIVACY_EMAIL"),
        data_protection_officer=_said("DATA_PROTECTION_OFFICER"),
        complaint_authority=_said("COMPLAINT_AUTHORITY"),
        complaint_url=_said("COMPLAINT_URL"),
        accessibility_contact=_said("ACCESSIBILITY_CONTACT") or contact,
        accessibility_authority=_said("ACCESSIBILITY_AUTHORITY"),
        accessibility_url=_said("ACCESSIBILITY_URL"),
        security_contact=_said("SECURITY_CONTACT"),
        logo=read_logo(settings.OWNER_LOGO) if settings.OWNER_LOGO else None,
    )


def missing_details() -> list[str]:
    """The settings that are still empty, by their names."""
    return [name for name in DETAILS if not _said(name)]


def _said(setting: str) -> str:
    # On one line, as it stands in mails and at the foot of a PDF.
    return " ".join(str(getattr(settings, setting)).split())


def contact_address(contact: str) -> str:
    """Where a link to a contact leads: `mailto:` for an e-mail address, itself for a page, nothing for other words."""
    if is_email(contact):
        return f"mailto:{contact}"
    return contact if is_page(contact) else ""


def is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def is_page(text: str) -> bool:
    try:
        URLValidator(schemes=["https", "http"])(text)
    except ValidationError:
        return False
    return True


@lru_cache(maxsize=4)
def read_logo(name: str) -> Logo:
    """The logo in a file, whose name counts from the app's folder. Raises LogoError where it is no harmless picture."""
    try:
        content = (Path(settings.BASE_DIR) / name).read_bytes()
    except OSError as error:
        raise LogoError("the file can't be read") from error
    if len(content) > LOGO_BYTES:
        raise LogoError(f"it is larger than {LOGO_BYTES // 1000} kB")
    if content.startswith(PNG):
        _check_png(content)
        return Logo(content, "image/png")
    _check_svg(content)
    return Logo(content, "image/svg+xml")


def _check_png(content: bytes) -> None:
    if content[12:16] != b"IHDR" or b"IEND" not in content[-12:]:
        raise LogoError("it is a PNG that isn't whole")
    width, height = struct.unpack(">II", content[16:24])
    if not (0 < width <= LOGO_PIXELS and 0 < height <= LOGO_PIXELS):
        raise LogoError(f"it is wider or higher than {LOGO_PIXELS} pixels")


def _check_svg(content: bytes) -> None:
    # A document type can make entities of entities, and name other files.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise LogoError("it is an SVG with a document type: save it as plain SVG, or as PNG")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 (the host's own file, and no entities in it)
    except ElementTree.ParseError as error:
        raise LogoError("it is neither PNG nor SVG") from error
    if root.tag != f"{SVG}svg":
        raise LogoError("it is neither PNG nor SVG")
    for element in root.iter():
        _check_element(element)


def _check_element(element: ElementTree.Element) -> None:
    namespace, _, name = element.tag.rpartition("}")
    # What a drawing programme keeps for itself draws nothing.
    if f"{namespace}}}" == SVG and name not in SVG_ELEMENTS | {"metadata"}:
        raise LogoError(f"it is an SVG with <{name}> in it: save it as plain SVG with paths, or as PNG")
    for attribute, value in element.attrib.items():
        attribute = attribute.rpartition("}")[2].lower()
        outside = re.search(r"url\(\s*['\"]?(?!#)", value) or "@import" in value or "\\" in value
        if attribute.startswith("on") or (attribute in {"href", "src"} and not value.startswith("#")) or outside:
            raise LogoError(f"it is an SVG that leads elsewhere, by {attribute}: save it as plain SVG, or as PNG")
