"""The words that the demo's register is made of: Danish names, trades and towns, put together by chance."""

from typing import Final


def _listed(text: str) -> tuple[str, ...]:
    return tuple(" ".join(word.split()) for word in text.split(","))


FIRST_NAMES: Final = _listed("""
    Agnete, Anders, Anja, Asger, Astrid, Benny, Birgit, Bjarne, Bodil, Camilla, Carsten, Charlotte, Christian,
    Dorthe, Ejvind, Else, Emil, Erik, Esben, Finn, Flemming, Freja, Frode, Gitte, Grethe, Gunnar, Hanne, Hans,
    Heidi, Helle, Henrik, Inge, Ingrid, Ivan, Jakob, Jan, Jens, Jette, Johanne, Jonas, Jytte, Jørgen, Karen,
    Karsten, Katrine, Kenneth, Kirsten, Kjeld, Kristian, Lars, Laura, Lene, Lis, Lone, Louise, Mads, Maja, Maren,
    Marie, Martin, Merete, Mette, Mikkel, Morten, Niels, Nina, Oda, Ole, Oline, Palle, Pernille, Peter, Pia, Poul,
    Rasmus, Rikke, Rune, Sanne, Signe, Sofie, Solveig, Stine, Sussi, Svend, Søren, Tanja, Thomas, Tina, Torben,
    Tove, Troels, Ulla, Vagn, Vibeke, Viggo, Willy, Yrsa, Åge, Åse
""")

SURNAMES: Final = _listed("""
    Aagaard, Abildgaard, Andersen, Bach, Bak, Bech, Bertelsen, Bisgaard, Bjerre, Brandt, Bruun, Buch, Carlsen,
    Christensen, Dahl, Dam, Dideriksen, Eriksen, Eskildsen, Fisker, Frandsen, Frederiksen, Friis, Gade, Gregersen,
    Grøn, Hald, Hansen, Hedegaard, Hjorth, Holm, Holst, Iversen, Jacobsen, Jensen, Jeppesen, Juhl, Jørgensen, Kjær,
    Klausen, Knudsen, Koch, Kold, Kristensen, Kruse, Krogh, Lang, Larsen, Lauritsen, Lind, Lund, Lyng, Madsen,
    Mathiesen, Mikkelsen, Mortensen, Munk, Møller, Nielsen, Nissen, Nygaard, Nørgaard, Olesen, Overgaard, Paulsen,
    Pedersen, Petersen, Poulsen, Rask, Rasmussen, Ravn, Riis, Rosendahl, Sandberg, Schmidt, Simonsen, Skov,
    Skovgaard, Steffensen, Storm, Svendsen, Sørensen, Thomsen, Thorsen, Thygesen, Toft, Vestergaard, Vind, Winther,
    Østergaard, Ågård
""")

TOWNS: Final = _listed("""
    Aabenraa, Aalborg, Aarhus, Assens, Billund, Bogense, Brande, Brønderslev, Esbjerg, Fredericia, Frederikshavn,
    Faaborg, Grenaa, Grindsted, Haderslev, Hadsten, Hadsund, Herning, Hirtshals, Hjørring, Hobro, Holbæk, Holstebro,
    Horsens, Hvide Sande, Ikast, Kalundborg, Kolding, Korsør, Køge, Lemvig, Maribo, Middelfart, Nakskov, Nyborg,
    Nykøbing, Næstved, Odder, Odense, Padborg, Randers, Ribe, Ringkøbing, Ringsted, Roskilde, Rudkøbing, Silkeborg,
    Skagen, Skanderborg, Skive, Skjern, Slagelse, Struer, Svendborg, Sæby, Sønderborg, Thisted, Thyborøn, Tønder,
    Vamdrup, Varde, Vejen, Vejle, Viborg, Vordingborg, Ærø, Års, Ålbæk
""")

TRADES: Final = _listed("""
    Akvakultur, Asfalt, Autodele, Bageri, Betonvarer, Bryggeri, Byggemarked, Cykler, Dyrefoder, Elementbyggeri,
    Emballage, Fiskeeksport, Foderstof, Frugt & Grønt, Frø, Glas, Hvidevarer, Højttalere, Isenkram, Isolering,
    Jernvarer, Kartofler, Kemi, Korn, Køl & Frost, Landbrugsmaskiner, Legetøj, Limtræ, Maskinfabrik, Mejeri,
    Metalvarer, Møbler, Papir, Planteskole, Plast, Porcelæn, Savværk, Skibsudstyr, Slagteri, Smedje, Spedition,
    Stål, Tagsten, Tekstil, Tobak, Trælast, Tømmerhandel, Vinduer, Vindmølledele, Vinimport, Værktøj, Æg & Fjerkræ,
    Øl & Vand
""")

FORMS: Final = ("A/S", "A/S", "ApS", "ApS", "ApS", "I/S", "K/S", "a.m.b.a.", "")

_SPELLED: Final = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "é": "e", " ": "-", "&": ""})


def spelled(text: str) -> str:
    """A text as Danes write it where only a to z will do: in their e-mail addresses."""
    letters = text.lower().translate(_SPELLED)
    kept = "".join(letter for letter in letters if letter.isascii() and (letter.isalnum() or letter == "-"))
    return "-".join(part for part in kept.split("-") if part)
