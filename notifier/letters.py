"""Letters to one person: the receipt of an answer, and a fresh link; by the e-mail channel, outside any campaign."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from notifier.channels import Channel
from notifier.consent_log import ConsentEvent
from notifier.desk import Desk
from notifier.model import LINK_MARK, Message, Notice, SendResult, State
from notifier.render import FOLDER, LANGUAGES
from notifier.store import consents, recipients
from policy_versions.errors import PolicyError

FLOOR: Final = timedelta(hours=1)  # between two fresh links to one person
_log: Final = logging.getLogger(__name__)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"], default=False),
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True, slots=True)
class Letters:
    """Writes and sends single letters; a failed one is logged and never undoes the answer it is about."""

    desk: Desk
    channel: Channel
    sender: str

    def receipts(self, events: Sequence[ConsentEvent], now: datetime) -> list[SendResult]:
        """Send the receipts of events that one act made, one letter each, to who acted."""
        return [result for event in events if (result := self._receipt(event, now)) is not None]

    def fresh_links(self, people: Iterable[str], now: datetime) -> list[SendResult]:
        """Send each person a new link to their choices, from where every question is reached; at most one an hour."""
        made = []
        for person in people:
            if consents.note_link_request(self.desk.database, person, now, FLOOR):
                language = self._language(person)
                result = self._send(person, language, "link", {}, self.desk.choices_url(person), f"link-{now:%Y%m%d%H}")
                made += [result] if result else []
        return made

    def _receipt(self, event: ConsentEvent, now: datetime) -> SendResult | None:
        found = consents.receipt_of(self.desk.database, event.id, event=True)
        if found is None:
            return None
        language = event.language if event.language in LANGUAGES else self._language(event.actor_id)
        part = found.document["dct:hasPart"]
        context = {
            "state": str(event.state),
            "guardian": event.actor == "guardian",
            "subject_id": event.subject,
            "policy": part["dpv:hasNotice"][1]["dct:title"],
            "number": event.number,
            "day": self.desk.setting.day(event.at).isoformat(),
            "items": [text for p in part["dpv:hasProcess"] if (text := p.get("dct:description"))],
            "choices": self.desk.choices_url(event.actor_id),
            "hash": event.hash,
            "key": found.key,
        }
        link = self.desk.receipt_url(found.id)
        return self._send(event.actor_id, language, "receipt", context, link, f"receipt-{found.id}")

    def _language(self, person: str) -> str:
        wanted = self.desk.language_of(person)
        return wanted if wanted in LANGUAGES else "zh-CN" if wanted.startswith("zh") else "en"

    def _send(
        self, person: str, language: str, name: str, context: Mapping[str, Any], link: str, key: str
    ) -> SendResult | None:
        """Send one letter; None where the person has no e-mail address."""
        found = recipients.get(self.desk.database, person)
        address = found.addresses.get("email", "") if found else ""
        if not address:
            return None
        notice = self._notice(language, name, context)
        domain = self.sender.rpartition("@")[2] or "localhost"
        message = Message(0, person, address, link, f"<{key}@{domain}>", notice)
        try:
            results = [result for _message, result in self.channel.send(iter([message]))]
        except PolicyError as error:
            results = [SendResult(State.PENDING, detail=str(error))]
        if results[0].status is not State.SENT:
            _log.warning("letter %s was not sent: %s", key, results[0].detail)
        return results[0]

    def _notice(self, language: str, name: str, context: Mapping[str, Any]) -> Notice:
        publisher = self.desk.publisher

        def said(texts: Mapping[str, str]) -> str:
            return texts.get(language) or texts.get(publisher.authoritative) or next(iter(texts.values()), "")

        full = {
            "language": language,
            "link": LINK_MARK,
            "company": said(publisher.name) or said(publisher.title),
            "department": said(publisher.department),
            "email": publisher.email,
            "phone": publisher.phone,
            "reply_days": publisher.reply_days,
            **context,
        }
        subject = " ".join(self._render(f"{language}/{name}_subject.txt", full).split())
        html = self._render(f"{language}/{name}.html", full | {"subject": subject})
        text = self._render(f"{language}/{name}.txt", full)
        return Notice(
            language=language,
            subject=subject,
            text=re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
            html=css_inline.CSSInliner(keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False).inline(
                html
            ),
            short="",
            banner="",
            sender=self.sender,
            reply_to=publisher.email,
            company=full["company"],
            campaign=name,
        )

    def _render(self, template: str, context: Mapping[str, Any]) -> str:
        return _environment().get_template(template).render(context)


def open_letters(desk: Desk, channel: Channel, sender: str) -> Letters:
    """Make the post office of a desk; the sender is the configured address or the publisher's."""
    return Letters(desk, channel, sender or desk.publisher.email)
