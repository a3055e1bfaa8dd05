"""Nicknames, and the full given names that they stand for."""

from __future__ import annotations

from collections import defaultdict

from nicknames import name_triplets

from cdi_spark.standardise.values.word_lists import word_list

_COMMON = {name: place for place, name in enumerate(word_list("nicknames")["common_names"].split())}


def _resolve_roots() -> dict[str, str]:
    full_names_of: dict[str, set[str]] = defaultdict(set)
    nicknames_of: dict[str, set[str]] = defaultdict(set)
    for full_name, relationship, nickname in name_triplets():
        if relationship == "has_nickname":
            full_names_of[nickname].add(full_name)
            nicknames_of[full_name].add(nickname)

    def rank(name: str) -> tuple[int, int, str]:
        """Common names in their order, then names with many nicknames, then by the alphabet."""
        return _COMMON.get(name, len(_COMMON)), -len(nicknames_of[name]), name

    roots: dict[str, str] = {}
    for name in sorted(_COMMON.keys() | full_names_of.keys() | set(nicknames_of), key=rank):
        stands_for = [f for f in full_names_of[name] if name not in _COMMON and roots.get(f) == f]
        roots[name] = min(stands_for, key=rank, default=name)
    return roots


# Computed at import, 7 ms: executors get the functions below with this table, but do not have the package.
_ROOTS = _resolve_roots()


def nickname_root(given_name: str) -> str:
    """Return the most common full name that lists a folded given name as a nickname.

    A full name stays as it is, so groups are stars around one name and never chains (ed is edward, edmund is
    edmund). A name that is not in the list stays as it is.

    >>> nickname_root("bob")
    'robert'
    >>> nickname_root("edmund")
    'edmund'
    >>> nickname_root("王小明")
    '王小明'
    """
    return _ROOTS.get(given_name, given_name)


def is_known_given_name(word: str) -> bool:
    """Whether a folded word is a full name or a nickname in the list; the names are English.

    >>> is_known_given_name("james")
    True
    >>> is_known_given_name("bob")
    True
    >>> is_known_given_name("inchcape")
    False
    """
    return word in _ROOTS


def nickname_roots() -> dict[str, str]:
    """Return every name in the list with the full name it stands for; full names stand for themselves.

    >>> nickname_roots()["peggy"]
    'margaret'
    >>> nickname_roots()["margaret"]
    'margaret'
    >>> "inchcape" in nickname_roots()
    False
    """
    return dict(_ROOTS)
