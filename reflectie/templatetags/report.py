"""A report in words and in pictures. Loaded in every template."""

from django import template

from reflectie.presentation import changes, palette, ranges, report, tiles
from reflectie.presentation.pictures import arms, markup
from reflectie.presentation.pictures import report as pictures
from reflectie.presentation.pictures.dots import draw_dots

register = template.Library()

register.filter(report.report_title)
register.filter(report.nameless)
register.filter(report.fills_sheet)
register.filter(report.fills_board)
register.filter(report.board_rows)
register.filter(report.is_one_table)
register.filter(report.group_name)
register.filter(report.named_group)
register.filter(report.dated)
register.filter(report.is_together)
register.filter(report.movers_text)
register.filter(palette.colour)
register.filter(arms.drawn)
register.filter(arms.arm_state)
register.filter(arms.arm_sign)

register.simple_tag(report.pattern_text)
register.simple_tag(report.fit_lines)
register.simple_tag(report.sides)
register.simple_tag(report.agreement_about)
register.simple_tag(report.report_line)
register.simple_tag(report.numbered_passages)
register.simple_tag(report.next_topic)
register.simple_tag(report.asked_text)
register.simple_tag(report.found_before)
register.simple_tag(report.no_difference)
register.simple_tag(report.nothing_said)
register.simple_tag(report.group_text)
register.simple_tag(report.counted_text)
register.simple_tag(report.head_line)
register.simple_tag(tiles.tiles)
register.simple_tag(tiles.verdict_line)
register.simple_tag(report.group_sizes)
register.simple_tag(report.turnout_lines)
register.simple_tag(report.dissent_text)
register.simple_tag(ranges.range_lines)
register.simple_tag(ranges.range_question)
register.simple_tag(changes.then_and_now)
register.simple_tag(arms.arm_paint)
register.simple_tag(arms.whirlpool_text)
register.simple_tag(pictures.find_picture)
register.simple_tag(pictures.perspectives_of)
register.simple_tag(pictures.apart_text)
register.simple_tag(pictures.figures_of)
register.simple_tag(markup.arms)
register.simple_tag(markup.drawing)
register.simple_tag(markup.spread)
register.simple_tag(draw_dots, name="dots")
