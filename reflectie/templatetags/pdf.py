"""What a PDF can't print, named where it can be downloaded. Loaded in every template."""

from django import template

from reflectie.pdf import unprintable

register = template.Library()

register.simple_tag(unprintable.place_for_notice, name="unprintable")

register.simple_block_tag(unprintable.named_where_downloaded)
