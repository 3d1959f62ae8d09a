"""Sessions beside each other and over time, in words and in pictures."""

from django import template

from reflectie.presentation import comparison, comparison_pdf, history
from reflectie.presentation.pictures import history as pictures

register = template.Library()

register.filter(comparison.recurring)
register.filter(comparison.having)
register.filter(comparison.shared_on)
register.filter(comparison_pdf.comparison_title)
register.filter(comparison_pdf.people)
register.filter(comparison_pdf.response_count)
register.filter(comparison_pdf.table_word)
register.filter(comparison_pdf.finding_definition)
register.filter(comparison_pdf.why_not)
register.filter(comparison_pdf.any_elsewhere)
register.filter(history.course_tone)
register.filter(history.participants_label)
register.filter(history.has_figures)
register.filter(pictures.is_narrow)
register.filter(pictures.is_by_time)
register.filter(pictures.has_few)

register.simple_tag(comparison.people_text)
register.simple_tag(comparison.table_groups)
register.simple_tag(comparison.recurring_text)
register.simple_tag(comparison.not_alike)
register.simple_tag(comparison.low_turnouts)
register.simple_tag(comparison.unlike_modes)
register.simple_tag(comparison.team_rows)
register.simple_tag(comparison_pdf.numbers)
register.simple_tag(comparison_pdf.spread_line)
register.simple_tag(comparison_pdf.recurring_line)
register.simple_tag(comparison_pdf.recurrence_text)
register.simple_tag(comparison_pdf.period)
register.simple_tag(history.said_of)
register.simple_tag(history.first_and_later)
register.simple_tag(history.became_line)
register.simple_tag(history.change_text)
register.simple_tag(pictures.trend_picture)
register.simple_tag(pictures.moment_text)
register.simple_tag(pictures.at_play)
register.simple_tag(pictures.split_over)
