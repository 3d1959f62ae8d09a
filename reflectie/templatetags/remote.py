"""The clock of a talk in words, for whoever leads it."""

from django import template

from reflectie.presentation import remote

register = template.Library()

register.filter(remote.meeting_left)
register.filter(remote.asked_more)
