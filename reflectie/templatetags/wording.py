"""Words that any page uses. Loaded in every template."""

from django import template

from reflectie.email_addresses import readable_address
from reflectie.presentation import items, numbers, page, phrases, questionnaire
from reflectie.services.report.outcomes import text_digest

register = template.Library()

register.filter(phrases.word)
register.filter(phrases.short_word)
register.filter(phrases.short_mode)
register.filter(phrases.sharing_word)
register.filter(phrases.role_word)
register.filter(phrases.action_owner_label)
register.filter(phrases.sign)
register.filter(phrases.state_mark)
register.filter(phrases.iso_day)
register.filter(phrases.as_name)
register.filter("session_words", phrases.words_of_session)
register.filter(phrases.session_title)
register.filter(phrases.is_short)
register.filter(phrases.lower_first)
register.filter(items.examples_of)
register.filter(items.example_of)
register.filter(items.answer)
register.filter(items.choice_words)
register.filter(items.shorts)
register.filter(items.item_name)
register.filter(items.obstacle_name)
register.filter(items.strength_name)
register.filter(items.words_as)
register.filter(questionnaire.choice_hint)
register.filter(numbers.in_words)
register.filter(numbers.threshold)
register.filter(numbers.minutes_until)
register.filter("address", readable_address)
register.filter("mark", text_digest)

register.simple_tag(items.principles_of)
register.simple_tag(items.passage_name)
register.simple_tag(items.passage_numbers)
register.simple_tag(items.rests_on)
register.simple_tag(page.wrong_in)

register.simple_tag(page.page_about, takes_context=True)
