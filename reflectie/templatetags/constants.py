"""Django's own `translate`, `blocktranslate`, `url` and `static`: where what they say differs by language alone, they
are worked out once for each. On the page to fill in these were half of all that drawing it took."""

from collections.abc import Callable

from django import template
from django.template.base import FilterExpression, Node, Parser, Token, TokenType
from django.template.context import Context
from django.template.defaulttags import URLNode, url
from django.templatetags import i18n, static
from django.utils.translation import get_language

register = template.Library()


class Constant(Node):
    """What a node says in each language."""

    child_nodelists = ()

    def __init__(self, node: Node) -> None:
        self.node = node
        self.said: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        if language not in self.said:
            self.said[language] = self.node.render(context)
        return self.said[language]


def is_literal(expression: FilterExpression) -> bool:
    """Whether it is a text in quotes, and no more than that."""
    return not expression.filters and getattr(expression.var, "lookups", None) is None


def is_constant(node: Node) -> bool:
    """Whether a node says the same on every page."""
    match node:
        case i18n.TranslateNode():
            return not (node.asvar or node.message_context) and is_literal(node.filter_expression)
        case i18n.BlockTranslateNode():
            varies = node.asvar or node.message_context or node.extra_context or node.plural
            return not varies and all(token.token_type is TokenType.TEXT for token in node.singular)
        case static.StaticNode():
            return not node.varname and is_literal(node.path)
        case URLNode():
            return not (node.asvar or node.args or node.kwargs) and is_literal(node.view_name)
    return False


def _register(name: str, parse: Callable[[Parser, Token], Node]) -> None:
    def constant_or_not(parser: Parser, token: Token) -> Node:
        node = parse(parser, token)
        return Constant(node) if is_constant(node) else node

    register.tag(name, constant_or_not)


_register("translate", i18n.do_translate)
_register("blocktranslate", i18n.do_block_translate)
_register("url", url)
_register("static", static.do_static)
