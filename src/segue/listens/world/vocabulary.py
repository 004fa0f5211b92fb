"""The controlled words of the catalogue: styles, in neighbourhoods of the kind that listeners roam, and moods."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Styles that the same people tend to like, and the names of the neighbourhoods next door."""

    name: str
    styles: tuple[str, ...]
    near: tuple[str, ...]


NEIGHBOURHOODS: tuple[Neighbourhood, ...] = (
    Neighbourhood(
        "rock",
        ("classic rock", "hard rock", "progressive rock", "psychedelic rock", "rock and roll"),
        ("alternative", "metal", "roots"),
    ),
    Neighbourhood(
        "alternative",
        ("alternative rock", "indie rock", "grunge", "britpop", "shoegaze", "dream pop", "post-rock"),
        ("rock", "punk", "electronic"),
    ),
    Neighbourhood("punk", ("punk", "post-punk", "new wave"), ("alternative", "metal", "pop")),
    Neighbourhood("metal", ("heavy metal", "thrash metal", "extreme metal", "doom metal"), ("rock", "punk")),
    Neighbourhood("pop", ("pop", "synth-pop", "dance-pop", "art pop"), ("groove", "electronic", "asian pop")),
    Neighbourhood("groove", ("soul", "funk", "disco", "r&b"), ("pop", "hip-hop", "jazz")),
    Neighbourhood("hip-hop", ("hip-hop", "trip-hop"), ("groove", "electronic")),
    Neighbourhood(
        "jazz",
        ("swing", "vocal jazz", "bebop", "cool jazz", "free jazz", "jazz fusion"),
        ("groove", "classical", "latin"),
    ),
    Neighbourhood(
        "classical",
        ("baroque", "classical", "romantic era", "modern classical", "minimalism", "soundtrack"),
        ("jazz", "electronic"),
    ),
    Neighbourhood(
        "electronic",
        ("house", "techno", "drum and bass", "ambient", "electronica"),
        ("pop", "hip-hop", "alternative"),
    ),
    Neighbourhood(
        "roots",
        ("folk", "singer-songwriter", "country", "blues", "celtic", "nordic folk", "chanson"),
        ("rock", "africa"),
    ),
    Neighbourhood(
        "latin",
        ("salsa", "bossa nova", "mpb", "tango", "latin pop", "reggaeton", "flamenco"),
        ("jazz", "pop", "africa"),
    ),
    Neighbourhood("africa", ("reggae", "afrobeat", "afropop", "desert blues"), ("groove", "roots", "latin")),
    Neighbourhood(
        "asian pop",
        ("mandopop", "cantopop", "chinese rock", "chinese folk", "j-pop", "city pop", "k-pop"),
        ("pop", "groove"),
    ),
    Neighbourhood("silk road", ("bollywood", "hindustani", "arabic", "turkish"), ("pop", "roots")),
)

STYLES: tuple[str, ...] = tuple(style for area in NEIGHBOURHOODS for style in area.styles)

MOODS: tuple[str, ...] = (
    "angry",
    "calm",
    "dark",
    "dreamy",
    "energetic",
    "epic",
    "groovy",
    "hypnotic",
    "joyful",
    "melancholic",
    "nostalgic",
    "playful",
    "rebellious",
    "romantic",
    "spiritual",
    "warm",
)
