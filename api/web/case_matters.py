"""What a case is about, in words: a rule's name, or an item of a checklist and its articles."""

from __future__ import annotations

from collections.abc import Iterator

from api.inspections.checklists import Item, newest_checklists
from api.web.language import LanguageCode, translations
from api.web.words import RULE


def matter_of(rule: str, code: LanguageCode) -> str:
    """The rule's name, the item's text, or the name itself where it is neither."""
    known = {str(name): text for name, text in RULE.items()}
    if rule in known:
        return translations(code).gettext(known[rule])
    item = next((item for item in _items() if item.id == rule), None)
    return item.text.say(code) if item else rule


def articles_for(rule: str, code: LanguageCode) -> list[str]:
    """Articles that an order of this kind usually rests on."""
    told = (item.law.say(code) for item in _items() if _speaks_of(item, rule))
    return list(dict.fromkeys(told))


def usual_order(rule: str, code: LanguageCode) -> str:
    """What is usually asked for."""
    told = (item.action.say(code) for item in _items() if _speaks_of(item, rule))
    return "\n".join(dict.fromkeys(told))


def _speaks_of(item: Item, rule: str) -> bool:
    return rule == item.id or rule in item.rules


def _items() -> Iterator[Item]:
    for checklist in newest_checklists():
        yield from checklist.items
