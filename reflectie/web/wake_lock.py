"""A page that may keep the screen awake: what a room looks at doesn't go dark while people talk."""

from django.conf import settings
from django_permissions_policy.decorators import permissions_policy_override

# Everything else stays denied, as on every page.
may_stay_awake = permissions_policy_override({**settings.PERMISSIONS_POLICY, "screen-wake-lock": ["self"]})
