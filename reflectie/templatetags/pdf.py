"""What is said where a PDF can be downloaded: which signs it can't print, and that it takes a while. Loaded in every
template."""

from django import template

from reflectie.pdf import duration, unprintable

register = template.Library()

register.simple_tag(unprintable.place_for_notice, name="unprintable")

register.simple_block_tag(unprintable.named_where_downloaded)

register.filter(duration.report_takes_long)
register.filter(duration.comparison_takes_long)
