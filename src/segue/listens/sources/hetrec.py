"""HetRec 2011 Last.FM 2k: plays of artists by some 1,900 listeners, without times, and the tags they gave.

An artist is a Song with an empty title; the listener with number 2 is "hetrec-2". An artist's tags are those that at
least two listeners gave, or all where no tag was given twice, most often given first, at most 15. Names of which the
file kept only question marks are read from the artist's address, and artists whose names differ in case or width alone
are one. Source: Cantador, Brusilovsky and Kuflik, HetRec 2011, https://grouplens.org/datasets/hetrec-2011/
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import unquote_plus

from segue.errors import FormatError, InputError
from segue.listens.listen import Tally
from segue.listens.song import Song, check_text
from segue.listens.sources.delimited import decode
from segue.listens.sources.export import Export
from segue.listens.sources.items import MALFORMED, Broken, Dropped, Example, Item, explain, own_listeners

NAME = "hetrec"
MOST_TAGS = 15
ENOUGH = 2  # listeners who agree on a tag
NO_ARTIST = Dropped("plays of an artist that artists.dat does not name")
HEADER = re.compile(rb"(//)?(userID|tagID|id)\t")
# How the files begin; copies differ in whether artists.dat has a header.
IS: Mapping[str, Callable[[bytes], bool]] = {
    "plays": lambda head: re.match(rb"(//)?userID\tartistID\tweight", head) is not None,
    "taggings": lambda head: re.match(rb"(//)?userID\tartistID\ttagID\tday", head) is not None,
    "tags": lambda head: re.match(rb"(//)?tagID\ttagValue", head) is not None,
    "artists": lambda head: re.match(rb"(//)?(id\tname\turl|\d+\t[^\t\n]*\thttps?://www\.last\.fm/)", head) is not None,
}
EXAMPLE: Example = {
    "artists.dat": b"""id\tname\turl\tpictureURL
1\tMassive Attack\thttp://www.last.fm/music/Massive+Attack\thttp://x/1.jpg
2\t???\thttp://www.last.fm/music/%E3%82%AB%E3%83%AB%E3%83%88\t
""",
    "user_artists.dat": b"//userID\tartistID\tweight\n2\t1\t13883\n2\t2\t5\n3\t1\t7\n",
    "tags.dat": b"tagID\ttagValue\n1\ttrip-hop\n2\tseen live\n3\ttropic\xe1lia\n",
    "user_taggedartists.dat": b"userID\tartistID\ttagID\tday\tmonth\tyear\n"
    b"2\t1\t2\t1\t4\t2009\n2\t1\t1\t1\t4\t2009\n3\t1\t1\t1\t5\t2009\n3\t2\t3\t1\t5\t2009\n",
}


def sniff(export: Export) -> bool:
    """Whether the export holds a table of plays, of listeners by number and artists by number."""
    return bool(export.those(IS["plays"]))


def read(export: Export, listener: str | None) -> Iterator[Item]:
    """One tally for each listener and artist; FormatError where the plays or the artists are missing."""
    own_listeners(listener, 'such as "hetrec-2"')
    reader = Reader(export)
    songs = reader.songs()
    tallies: Counter[tuple[int, int]] = Counter()
    first: dict[tuple[str, str], int] = {}  # the artist that stands for all of one key
    same = {artist: first.setdefault(song.key, artist) for artist, song in songs.items()}
    for user, artist, weight in reader.numbers("plays"):
        if artist in songs:
            tallies[user, same[artist]] += weight
        else:
            reader.refused.append(NO_ARTIST)
    yield from reader.refused
    for (user, artist), plays in tallies.items():
        yield Tally(f"hetrec-{user}", songs[artist], plays, NAME)


class Reader:
    """Reads the files of one copy and collects what is wrong in them."""

    def __init__(self, export: Export) -> None:
        self.export = export
        self.refused: list[Item] = []

    def member(self, what: str) -> str:
        """The file of plays, artists, tags or taggings; FormatError where there is none."""
        found = self.export.those(IS[what])
        if not found:
            raise FormatError(f"has no file of {what}", file=self.export.path.name)
        return found[0]

    def songs(self) -> dict[int, Song]:
        """The artists by number."""
        tags = self.tags()
        found: dict[int, Song] = {}
        for place, values in self.rows("artists"):
            try:
                artist = int(values[0])
                found[artist] = Song(real_name(values[1], values[2]), tags=tags.get(artist, ()))
            except MALFORMED as error:
                self.refused.append(Broken(place, explain(error)))
        return found

    def tags(self) -> dict[int, tuple[str, ...]]:
        """The tags of each artist, strongest first; none where the files of tags are missing."""
        if not (self.export.those(IS["tags"]) and self.export.those(IS["taggings"])):
            return {}
        names = self.tag_names()
        users: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        for user, artist, tag in self.numbers("taggings"):
            if names.get(tag):
                users[artist][tag].add(user)
        spread = Counter(tag for given in users.values() for tag in given)
        return {artist: strongest(given, spread, names) for artist, given in users.items()}

    def tag_names(self) -> dict[int, str]:
        """The tags by number."""
        found: dict[int, str] = {}
        for place, values in self.rows("tags"):
            try:
                name = values[1].strip()
                check_text("tag", name)
                found[int(values[0])] = name
            except MALFORMED as error:
                self.refused.append(Broken(place, explain(error)))
        return found

    def numbers(self, what: str) -> Iterator[tuple[int, int, int]]:
        """The first three of each row of a file of whole numbers."""
        for place, values in self.rows(what):
            try:
                row = tuple(int(value) for value in values)
                if len(row) < 3:
                    raise InputError(f"has {len(row)} values, not 3 or more")
            except MALFORMED as error:
                self.refused.append(Broken(place, explain(error)))
                continue
            yield row[0], row[1], row[2]

    def rows(self, what: str) -> Iterator[tuple[str, list[str]]]:
        """The place and the values of each row of a file, its header left out."""
        member = self.member(what)
        for number, line in enumerate(self.export.lines(member), 1):
            if line and not (number == 1 and HEADER.match(line)):
                yield self.export.place(member, f"line {number}"), decode(line).split("\t")


def strongest(given: Mapping[int, set[int]], spread: Mapping[int, int], names: Mapping[int, str]) -> tuple[str, ...]:
    """The tags that enough listeners agree on, most agreed first; of equals the one that is given more widely."""
    agreed = [tag for tag, users in given.items() if len(users) >= ENOUGH] or list(given)
    ordered = sorted(agreed, key=lambda tag: (-len(given[tag]), -spread[tag], names[tag]))
    return tuple(dict.fromkeys(names[tag] for tag in ordered[:MOST_TAGS]))


def real_name(name: str, url: str) -> str:
    """The name, or the address's where the file has only question marks of it.

    >>> real_name("???", "http://www.last.fm/music/%E3%82%AB%E3%83%AB%E3%83%88")
    'カルト'
    """
    if "?" not in name:
        return name
    coded = url.rpartition("/music/")[2].removeprefix("+noredirect/")
    from_url = unquote_plus(unquote_plus(coded))
    pattern = "".join("." if letter == "?" else re.escape(letter) for letter in name)
    return from_url if re.fullmatch(pattern, from_url, re.IGNORECASE | re.DOTALL) else name
