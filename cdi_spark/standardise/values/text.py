"""Rules for text of any kind; the rules for names, addresses and the rest use them."""

from __future__ import annotations

import re
from unicodedata import category, normalize

from cdi_spark.standardise.values.word_lists import word_list

_WORDS = word_list("text")
_PLACEHOLDERS = frozenset(_WORDS["placeholders"])
_APOSTROPHES = dict.fromkeys(map(ord, _WORDS["apostrophes"]))
_PLAIN = str.maketrans(_WORDS["plain_letters"])
# Accents and Arabic vowel points. Not all marks: in Indic scripts the vowels themselves are marks.
_MARKS = dict.fromkeys((*range(0x300, 0x370), *range(0x64B, 0x660), 0x670, 0x640))

# Category Cf: zero-width and direction marks, the soft hyphen, tags.
INVISIBLE = (
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001"
    "\U000e0020-\U000e007f"
)
_INVISIBLES = re.compile(f"[{INVISIBLE}]+")
# White space and control characters.
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_PLAIN_WORDS = re.compile("[a-z0-9]+(?: [a-z0-9]+)*")
_NOT_PLAIN = re.compile("[^a-z0-9]+")
_PUNCTUATION = "!\"#%&'()*,-./:;?@[\\]_{}<> "

_LETTER = r"[^\W\d_]"
_WORD_START = re.compile(
    rf"(?<![^ ]){_LETTER}|(?<=[\-./(&]){_LETTER}|(?<=['\u2019]){_LETTER}(?={_LETTER}{{2}})"
    rf"|(?<=(?<!{_LETTER})mc){_LETTER}(?={_LETTER})"
)
_SMALL_WORD = re.compile(rf"(?<=[^ ] )(?:{'|'.join(_WORDS['small_words'].split())})(?= )", re.IGNORECASE)


def clean_text(text: str) -> str | None:
    """Trim; single spaces; no control or invisible characters; letter and accent as one character (Unicode's NFC).

    None when empty, punctuation only, or a placeholder word ("unknown", "n/a", "none", "xxx", …).

    >>> clean_text("  Ann \\t Lee\\u200b ")
    'Ann Lee'
    >>> clean_text("N/A") is None
    True
    >>> clean_text("Zoe\\u0308")
    'Zoë'
    """
    spaced = _spaced(text)
    return None if is_placeholder(spaced) else spaced


def known_text(text: str) -> str | None:
    """Clean text of a field that holds no name; None also where it says in another language that nothing is known.

    >>> known_text("unbekannt") is None, known_text("N.D.") is None, known_text("不明") is None
    (True, True, True)
    >>> known_text("  Night  nurse ")
    'Night nurse'
    """
    cleaned = clean_text(text)
    return None if cleaned is None or fold(cleaned) in _UNKNOWN else cleaned


def is_unknown(text: str) -> bool:
    """Whether the text of a field that holds no name is a placeholder value in any language.

    >>> is_unknown("inconnu"), is_unknown("n/a"), is_unknown("Innkeeper")
    (True, True, False)
    """
    return known_text(text) is None


def _spaced(text: str) -> str:
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text else text.strip()
    visible = text if text.isascii() else normalize("NFC", _INVISIBLES.sub("", text))
    return _BLANKS.sub(" ", visible).strip(" ")


def is_placeholder(text: str) -> bool:
    """Whether text is a placeholder value: empty, punctuation only, or a placeholder word.

    >>> is_placeholder("(unknown)"), is_placeholder("- -"), is_placeholder("Xxx")
    (True, True, True)
    >>> is_placeholder("NA")
    False
    >>> is_placeholder("none of the above")
    False
    """
    core = text.strip(_PUNCTUATION)
    if core and not core.isascii():
        core = _without_punctuation(core)
    if len(core) > 14:
        return False
    word = core.lower()
    return not word or word in _PLACEHOLDERS or (len(word) > 1 and not word.strip("x"))


def _without_punctuation(text: str) -> str:
    start, end = 0, len(text)
    while start < end and _is_punctuation(text[start]):
        start += 1
    while end > start and _is_punctuation(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_punctuation(char: str) -> bool:
    return char in _PUNCTUATION or category(char)[0] == "P" or char.isspace()


def fold(text: str) -> str | None:
    """Fold text for comparing: lower case, no accents, only letters, digits and single spaces; None when empty.

    Removes apostrophes (o'neil is oneil); other characters separate words (jean-luc is jean luc). ß, æ, œ, þ become ss,
    ae, oe, th; wide and other forms of a letter become the letter; scripts other than Latin keep their letters.

    >>> fold("O\\u2019Neil-Østergård")
    'oneil ostergard'
    >>> fold("STRASSE 5") == fold("Straße 5")
    True
    >>> fold("王小明")
    '王小明'
    """
    lower = text.lower()
    if _PLAIN_WORDS.fullmatch(lower):
        return lower
    if lower.isascii():
        return _NOT_PLAIN.sub(" ", lower.replace("'", "").replace("`", "")).strip() or None
    plain = normalize("NFKD", _INVISIBLES.sub("", lower).translate(_APOSTROPHES)).translate(_MARKS)
    letters = normalize("NFC", plain.lower().translate(_APOSTROPHES)).translate(_PLAIN)
    if letters.isascii():
        return _NOT_PLAIN.sub(" ", letters).strip() or None
    words = "".join(char if char.isalnum() or category(char)[0] == "M" else " " for char in letters)
    return " ".join(words.split()) or None


def title_case(text: str) -> str:
    """Title Case for text in upper or lower case only (O'Neil, Jean-Luc, McDonald); other text as given.

    >>> title_case("ANNE OF CLEVES")
    'Anne of Cleves'
    >>> title_case("o'neil-mcdonald")
    "O'Neil-McDonald"
    >>> title_case("van Gogh")
    'van Gogh'
    """
    lower = text.lower()
    if text != lower and text != text.upper():
        return text
    started = _WORD_START.sub(lambda start: _capital(start[0]), lower)
    return _SMALL_WORD.sub(lambda word: word[0].lower(), started)


def _capital(letter: str) -> str:
    capital = letter.title()
    return capital if len(capital) == 1 else letter


# Needs fold().
_UNKNOWN = frozenset(map(fold, _WORDS["unknown"]))
