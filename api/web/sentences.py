"""Sentences of errors that a page tells in the language of who reads it, with what they name."""

from __future__ import annotations

import re
from typing import Final

from fastapi import Request

from api.web.rendering import translate
from api.web.words import N_

# How a sentence looks, and how a page says it; the named parts stay as they are.
_SAID: Final = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        # What became of a message.
        (r"the receiver answered (?P<code>\d+)", N_("the receiver answered %(code)s")),
        (
            r"the receiver cannot be reached \((?P<why>.*)\)",
            N_("the receiver cannot be reached (%(why)s)"),
        ),
        (
            r"the mail server did not take it \((?P<why>.*)\)",
            N_("the mail server did not take it (%(why)s)"),
        ),
        (
            r"no mail server is set up.*",
            N_("no mail server is set up (BRIGHTKITCHEN_SMTP_HOST)"),
        ),
        (
            r"the name (?P<name>\S*) is not known; check its spelling",
            N_("the name %(name)s is not known; check its spelling"),
        ),
        (
            r"the address leads into a private or special network.*",
            N_(
                "the address leads into a private network; "
                "the operator can allow it with BRIGHTKITCHEN_OUTBOUND_ALLOW"
            ),
        ),
        (r"port (?P<port>\d+) is not one.*", N_("port %(port)s may not be called")),
        (r"the address .*", N_("the address cannot be used; check it")),
        # What does not add up in a policy.
        (r"the policy is not TOML: (?P<why>.*)", N_("this is not TOML: %(why)s")),
        (
            r"the policy does not add up: (?P<where>\S+): weights must add up to 1, "
            r"these add up to (?P<sum>\S+)",
            N_("%(where)s: the weights must add up to 1, these add up to %(sum)s"),
        ),
        (
            r"the policy does not add up: (?P<where>\S+): Field required",
            N_("%(where)s is missing"),
        ),
        (
            r"the policy does not add up: (?P<where>\S+): Extra inputs are not permitted",
            N_("%(where)s is not known; check its spelling"),
        ),
        (
            r"the policy does not add up: (?P<where>\S+): Input should be (?:greater|less) than.*"
            r"|the policy does not add up: (?P<other>\S+): Input should be a finite.*",
            N_("%(where)s%(other)s lies outside what is possible"),
        ),
        (
            r"the policy does not add up: (?P<where>\S+): Input should be a.*",
            N_("%(where)s is no value of the right kind"),
        ),
        (
            r"the policy does not add up: grades: grades overlap.*",
            N_("the grades overlap: A must begin above B, and B above C"),
        ),
        (
            r"the policy does not add up: .*caps go from the gravest up",
            N_("open_pest must not be above repeated_overdue"),
        ),
        (
            r"the policy does not add up: score\.caps\.(?P<cap>\S+) .* would still be an? "
            r"(?P<grade>[AB]) .*",
            N_("score.caps.%(cap)s would still be grade %(grade)s: lower it"),
        ),
        (
            r"the policy does not add up: .*in_time, overdue, repeated must not fall.*",
            N_("in_time, overdue, repeated must not fall: 1, 1.5, 2 for example"),
        ),
        (
            r"the policy does not add up: .*?(?P<rule>\w+) is counted twice.*",
            N_("%(rule)s is counted twice; name each rule in one family alone"),
        ),
        (
            r"the policy does not add up: .*evidence\.days must not be more than window_days.*",
            N_("evidence.days must not be more than window_days: nobody reaches it"),
        ),
        (
            r"the policy does not add up: .*hours must be spans like.*",
            N_("the hours must be spans like 09:00-12:00, in order and apart"),
        ),
        (
            r"the policy does not add up: .*workdays and holidays both name (?P<day>\S+);.*",
            N_("workdays and holidays both name %(day)s; leave one out"),
        ),
        (
            r"calendar\.time_zone must stay (?P<zone>\S+): .*",
            N_("the time zone must stay %(zone)s: days are kept in it"),
        ),
        (r"reason .*", N_("Give a reason.")),
        (r"in_force_from .*", N_("The day lies in the past; what was given is not rewritten.")),
    )
)


def said(request: Request, sentence: str) -> tuple[str, bool]:
    """The sentence as the page says it, and whether it is one that the page knows."""
    for pattern, text in _SAID:
        match = pattern.fullmatch(sentence)
        if match is not None:
            named = {name: value or "" for name, value in match.groupdict().items()}
            return translate(request, text) % named, True
    return sentence, False
