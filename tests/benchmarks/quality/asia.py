"""How Japan and India write names: scripts, readings, orders, patronymics.

Japanese family names are mostly two characters, each with its reading; it is written in kana or in Latin letters.
Hindi names are written in Devanagari or, more often, in Latin letters with several spellings; in the south an initial
stands for the father's name, before or after the own name.
"""

from __future__ import annotations

from random import Random
from typing import Final

from faker import Faker

from tests.benchmarks.quality.corruption import Record
from tests.benchmarks.quality.letters import latin
from tests.benchmarks.quality.people import Home, Person, Population, ranked

_FIRST: Final = (
    "山 yama|中 naka|小 o|大 o|高 taka|松 matsu|西 nishi|東 higashi|北 kita|南 minami|上 ue|下 shimo|石 ishi|"
    "木 ki|吉 yoshi|藤 fuji|岡 oka|長 naga|福 fuku|森 mori|村 mura|川 kawa|田 ta|杉 sugi|竹 take|青 ao|"
    "黒 kuro|白 shira|金 kane|原 hara|野 no|宮 miya|島 shima|前 mae|浜 hama|古 furu|新 ara|広 hiro|富 tomi|"
    "安 yasu|市 ichi|今 ima|永 naga|水 mizu"
)
_SECOND: Final = (
    "田 ta|村 mura|本 moto|川 kawa|山 yama|野 no|島 shima|井 i|崎 saki|原 hara|沢 sawa|口 guchi|谷 tani|木 ki|橋 hashi|"
    "内 uchi|林 bayashi|岡 oka|藤 to|部 be|森 mori|松 matsu|瀬 se|倉 kura|塚 tsuka|尾 o|池 ike|浦 ura|下 shita|上 kami"
)
_HIS: Final = (
    "健 ken|翔 sho|大 dai|裕 yu|直 nao|和 kazu|雅 masa|達 tatsu|拓 taku|智 tomo|博 hiro|秀 hide|義 yoshi|康 yasu|"
    "信 nobu",
    "太 ta|也 ya|樹 ki|介 suke|人 to|之 yuki|彦 hiko|一 ichi|司 shi|平 hei|明 aki|郎 ro|男 o",
)
_HER: Final = (
    "美 mi|恵 e|由 yu|真 ma|愛 ai|香 ka|千 chi|優 yu|麻 asa|奈 na|里 ri|佳 yoshi|明 aki|久 hisa|和 kazu|陽 haru",
    "子 ko|美 mi|香 ka|代 yo|奈 na|恵 e|里 ri|江 e|穂 ho|花 ka|音 ne|紀 ki",
)
_CITIES: Final = (
    "札幌市 Sapporo|仙台市 Sendai|さいたま市 Saitama|千葉市 Chiba|横浜市 Yokohama|川崎市 Kawasaki|"
    "新潟市 Niigata|静岡市 Shizuoka|浜松市 Hamamatsu|名古屋市 Nagoya|京都市 Kyoto|"
    "大阪市 Osaka|堺市 Sakai|神戸市 Kobe|"
    "岡山市 Okayama|広島市 Hiroshima|福岡市 Fukuoka|熊本市 Kumamoto|新宿区 Shinjuku-ku|"
    "渋谷区 Shibuya-ku|世田谷区 Setagaya-ku|練馬区 Nerima-ku|大田区 Ota-ku"
)
_TOWNS: Final = (
    "銀座 Ginza|本町 Honcho|栄町 Sakaecho|緑町 Midoricho|旭町 Asahicho|中央 Chuo|東町 Higashimachi|西町 Nishimachi|"
    "桜木町 Sakuragicho|元町 Motomachi|大手町 Otemachi|若松町 Wakamatsucho|幸町 Saiwaicho|松原 Matsubara|泉 Izumi"
)
_SYLLABLES: Final = (
    "a ア|i イ|u ウ|e エ|o オ|ka カ|ki キ|ku ク|ke ケ|ko コ|sa サ|shi シ|su ス|se セ|so ソ|ta タ|chi チ|tsu ツ|"
    "te テ|to ト|na ナ|ni ニ|nu ヌ|ne ネ|no ノ|ha ハ|hi ヒ|fu フ|he ヘ|ho ホ|ma マ|mi ミ|mu ム|me メ|mo モ|ya ヤ|yu ユ|"
    "yo ヨ|ra ラ|ri リ|ru ル|re レ|ro ロ|wa ワ|ga ガ|gi ギ|gu グ|ge ゲ|go ゴ|za ザ|ji ジ|zu ズ|ba バ|bi ビ|bu ブ|"
    "be ベ|bo ボ|da ダ|de デ|do ド|sho ショ|cho チョ|kyo キョ|n ン"
)
_KANA: Final = dict(part.split() for part in _SYLLABLES.split("|"))
# Other spellings of the same Indian name in Latin letters.
_SPELLINGS: Final = (
    ("sh", "s"), ("ee", "i"), ("aa", "a"), ("w", "v"), ("ksh", "x"), ("th", "t"), ("ou", "au"), ("u", "oo"),
    ("ph", "f"), ("i", "ee"), ("v", "w"), ("a", "aa"), ("z", "j"), ("y", "i"), ("dh", "d"), ("Mohammad", "Md"),
    ("Chaudhry", "Choudhary"), ("Kumar", "Kr"), ("Lakshmi", "Laxmi"), ("bh", "b"), ("ch", "chh"),
)  # fmt: skip


def japanese(population: Population) -> Person:
    rng = population.rng
    family, given = _two(_FIRST, _SECOND, rng), _two(*(_HER if (woman := rng.random() < 0.5) else _HIS), rng)
    home, latin_home = _japanese_home(rng)
    more = {"latin_family": family[1], "latin_given": given[1], **latin_home}
    sex = "female" if woman else "male"
    return population.person(family=family[0], given=given[0], middle="", sex=sex, home=home, more=more)


def written_japanese(person: Person, rng: Random) -> Record:
    """In kanji, in kana, or in Latin letters with the address; half-width kana and a title at times."""
    roll, more = rng.random(), person.more
    if roll < 0.6:
        return {"given_name": person.given, "family_name": person.family}
    family, given = more["latin_family"], more["latin_given"]
    if roll < 0.8:
        return {"given_name": kana(given), "family_name": kana(family)}
    address = {"street": more["latin_street"], "city": more["latin_city"]}
    return {"given_name": given, "family_name": family.upper() if roll > 0.95 else family} | address


def indian(population: Population, hindi: Faker) -> Person:
    """Of the north with a family name, in both scripts; or of the south, with the father's name in its place."""
    rng = population.rng
    if rng.random() < 0.3:
        father = population.names.given("male", rng)
        return population.person(middle="", family=father, more={"father": father})
    if rng.random() < 0.5:
        sex = rng.choice(("female", "male"))
        given = str(hindi.first_name_female() if sex == "female" else hindi.first_name_male())
        family = str(hindi.last_name())
        both = {"hindi_given": given, "hindi_family": family}
        return population.person(sex=sex, given=latin(given), family=latin(family), middle="", more=both)
    middle = rng.choices(("", "Kumar", "Singh", "Lal", "Devi", "Rani"), (70, 12, 8, 3, 4, 3))[0]
    return population.person(middle=middle)


def written_indian(person: Person, rng: Random) -> Record:
    given, middle, family = person.given, person.middle, person.family
    roll = rng.random()
    if "father" in person.more:
        initial = f"{family[0]}{rng.choice(('.', ''))}"
        if roll < 0.3:
            return {"given_name": initial, "family_name": given}
        if roll < 0.5:
            return {"given_name": given, "family_name": initial}
    elif "hindi_given" in person.more and roll < 0.35:
        return {"given_name": person.more["hindi_given"], "family_name": person.more["hindi_family"]}
    if 0.5 < roll < 0.72:
        given = respelt(given, rng)
    if roll > 0.64:
        family = respelt(family, rng) if roll < 0.85 else family
    if middle and roll > 0.9:
        given, middle = f"{given} {middle}", ""
    return {"given_name": given, "middle_name": middle or None, "family_name": family}


def respelt(name: str, rng: Random) -> str:
    """Another spelling of the name that is as right as this one."""
    able = [(a, b) for a, b in _SPELLINGS if a in name]
    return name.replace(*rng.choice(able), 1) if able else name


def whole_name(country: str, names: Record, rng: Random) -> str:
    """One field for the whole name: in Japan the family first, with or without a space between."""
    given, middle, family = (names.get(n) or "" for n in ("given_name", "middle_name", "family_name"))
    if country == "JP":
        written = f"{given} {family}" if given.isascii() and rng.random() < 0.5 else f"{family} {given}"
        return written if written.isascii() else written.replace(" ", rng.choice((" ", "　", "")))
    title = rng.choices(("", "Shri", "Smt.", "Mr.", "Dr."), (80, 6, 4, 7, 3))[0]
    return " ".join(part for part in (title, given, middle, family) if part)


def kana(name: str) -> str:
    """The reading in katakana, by the longest syllables."""
    rest, out = name.lower(), ""
    while rest:
        size = next(n for n in (3, 2, 1) if rest[:n] in _KANA)
        out, rest = out + _KANA[rest[:size]], rest[size:]
    return out


def _two(firsts: str, seconds: str, rng: Random) -> tuple[str, str]:
    """Two characters and their reading."""
    while (one := ranked(firsts.split("|"), rng).split())[0] == (
        two := ranked(seconds.split("|"), rng).split()
    )[0]:
        continue
    return one[0] + two[0], (one[1] + two[1]).capitalize()


def _japanese_home(rng: Random) -> tuple[Home, dict[str, str]]:
    cities, towns = _CITIES.split("|"), _TOWNS.split("|")
    at = int(len(cities) * rng.random() ** 1.5)
    (city, latin_city), town_at = cities[at].split(), rng.randrange(len(towns))
    town, latin_town = towns[town_at].split()
    chome, block, house = rng.randrange(1, 6), rng.randrange(1, 30), rng.randrange(1, 20)
    home = Home(f"{town}{chome}丁目{block}番{house}号", f"{100 + at * 37:03}-00{town_at + 10}", city)
    return home, {"latin_street": f"{chome}-{block}-{house} {latin_town}", "latin_city": latin_city}
