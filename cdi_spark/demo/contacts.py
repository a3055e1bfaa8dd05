"""Campaigns and the contact centre: mails to CRM contacts; calls, chats, visits and survey answers."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Final

from cdi_spark.demo.people import FIRST_DAY, LAST_DAY, day_between
from cdi_spark.demo.raw import RawRow, Row, write_csv

_CAMPAIGNS: Final = tuple(
    (f"{name} {year}", date(year, month, 1))
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1)
    for name, month in (("Spring", 3), ("Summer", 6), ("Autumn", 9), ("Christmas", 11))
    if date(year, month, 1) < LAST_DAY
)
_PURPOSES: Final = ("marketing", "marketing", "profiling")
_CHANNELS: Final = ("call", "chat", "social", "store")


def campaign_events(contacts: list[RawRow], rng: Random) -> list[Row]:
    """Make one row per mail sent, opened or clicked, and per consent given or withdrawn, ordered by time."""
    rows: list[Row] = []
    for contact in contacts:
        key = contact.values["contact_id"]
        if not key or not contact.values["email"] or rng.random() < 0.3:
            continue
        since = datetime.fromisoformat(contact.values["modified"]).date()
        rows.append(_campaign(key, "opt_in", since, "", rng, purpose=rng.choice(_PURPOSES)))
        sent = [c for c in _CAMPAIGNS if c[1] > since and rng.random() < 0.35]
        for name, day in sent:
            rows.append(_campaign(key, "sent", day, name, rng))
            if rng.random() < 0.45:
                rows.append(_campaign(key, "opened", day + timedelta(days=rng.randrange(1, 4)), name, rng))
                if rng.random() < 0.3:
                    rows.append(_campaign(key, "clicked", day + timedelta(days=4), name, rng))
        if sent and rng.random() < 0.12:
            rows.append(
                _campaign(key, "opt_out", sent[-1][1] + timedelta(days=5), "", rng, purpose="marketing")
            )
    rows.sort(key=lambda row: (row["at"], row["contact_id"], row["event"]))
    for number, row in enumerate(rows, 1):
        row["event_id"] = f"M{number:07}"
    return rows


def conversations(accounts: list[RawRow], rng: Random) -> list[Row]:
    """Make one row per call, chat, visit, post or answered survey of an account holder, ordered by time.

    Holders complain before they end a subscription, and answer surveys with at most 5 of 10 then; others are content.
    """
    rows: list[Row] = []
    for account in accounts:
        key = account.values["account_id"]
        if not key:
            continue
        for plan in account.values["subscriptions"]:
            if plan["end"] and rng.random() < 0.7:
                end = date.fromisoformat(plan["end"])
                for _ in range(rng.randint(1, 3)):
                    day = end - timedelta(days=rng.randrange(5, 120))
                    rows.append(_conversation(key, rng.choice(_CHANNELS), "complained", day, None, rng))
                rows.append(
                    _conversation(key, "survey", "answered", end - timedelta(days=4), rng.randint(0, 5), rng)
                )
        if rng.random() < 0.35:
            day = day_between(FIRST_DAY, LAST_DAY, rng)
            rows.append(_conversation(key, rng.choice(_CHANNELS), "asked", day, None, rng))
            rows.append(_conversation(key, "survey", "answered", day, rng.randint(6, 10), rng))
    rows.sort(key=lambda row: (row["at"], row["account_id"], row["channel"]))
    for number, row in enumerate(rows, 1):
        row["contact_no"] = f"K{number:06}"
    return rows


def write(out: Path, events: list[Row], talks: list[Row]) -> None:
    """Write marketing/events.jsonl and contact_centre/contacts.csv."""
    path = out / "marketing" / "events.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in events), encoding="utf-8")
    write_csv(out / "contact_centre" / "contacts.csv", talks)


def _campaign(key: str, event: str, day: date, campaign: str, rng: Random, *, purpose: str = "") -> Row:
    return {
        "event_id": "",
        "contact_id": key,
        "event": event,
        "campaign": campaign,
        "purpose": purpose,
        "at": _at(day, rng),
    }


def _conversation(key: str, channel: str, what: str, day: date, score: int | None, rng: Random) -> Row:
    return {
        "contact_no": "",
        "account_id": key,
        "channel": channel,
        "what": what,
        "score": "" if score is None else str(score),
        "at": _at(day, rng),
    }


def _at(day: date, rng: Random) -> str:
    return datetime.combine(day, time(rng.randrange(7, 21), rng.randrange(60)), tzinfo=UTC).isoformat()
