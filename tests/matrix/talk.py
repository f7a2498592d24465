"""A short talk about water in several languages, as captions of an event."""

from broadcaster.model.caption import Caption

TITLE = "Water for everyone: the future of rivers, lakes and drinking water"
SENTENCES = {
    "floor": (
        "Good morning, and welcome.",
        "Every river in this room's countries\ncrosses a border somewhere.",
        "Water does not know where one\ncountry ends and the next begins.",
        "So let us begin with the question\nthat a child asked me last week:",
        "who does the rain belong to?",
        "In our valley we found an answer\nthat cost very little.",
    ),
    "es": (
        "Buenos días y bienvenidos.",
        "Cada río de los países de esta sala\ncruza en algún lugar una frontera.",
        "El agua no sabe dónde termina un país\ny dónde empieza el siguiente.",
        "Empecemos por la pregunta\nque me hizo una niña la semana pasada:",
        "¿a quién pertenece la lluvia?",
        "En nuestro valle encontramos una\nrespuesta que costó muy poco.",
    ),
    "de": (
        "Guten Morgen und herzlich willkommen.",
        "Jeder Fluss in den Ländern dieses Saals\nüberquert irgendwo eine Grenze.",
        "Das Wasser weiß nicht, wo ein Land\naufhört und das nächste anfängt.",
        "Beginnen wir mit der Frage,\ndie mir letzte Woche ein Kind gestellt hat:",
        "Wem gehört der Regen?",
        "In der Donaudampfschifffahrtsgesellschaft\nfanden wir eine Antwort.",
    ),
    "fr": (
        "Bonjour et bienvenue.",
        "Chaque fleuve des pays réunis ici\ntraverse quelque part une frontière.",
        "L'eau ne sait pas où finit un pays\net où commence le suivant.",
        "Commençons par la question\nqu'une enfant m'a posée :",
        "à qui appartient la pluie ?",
        "Dans notre vallée, nous avons trouvé\nune réponse qui a coûté très peu.",
    ),
    "ar": (
        "صباح الخير وأهلًا بكم.",
        "كل نهر في بلدان هذه القاعة\nيعبر حدودًا في مكان ما.",
        "الماء لا يعرف أين ينتهي بلد\nوأين يبدأ البلد التالي.",
        "فلنبدأ بالسؤال الذي طرحته عليّ\nطفلة في الأسبوع الماضي:",
        "لمن المطر؟",
        "في وادينا وجدنا جوابًا\nلم يكلّف إلا القليل.",
    ),
    "ja": (
        "おはようございます。ようこそお越しくださいました。",
        "この会場にいる皆さんの国の川は、\nどこかで国境を越えています。",
        "水は、国の終わりと次の国の\n始まりを知りません。",
        "先週、ある子どもにこう聞かれました。",
        "雨は誰のものですか。",
        "私たちの谷では、ほとんど費用の\nかからない答えが見つかりました。",
    ),
}
"""Captions by channel. The German one has a word that fits on no small phone in large letters."""


def captions(channel: str) -> list[Caption]:
    """The captions of a channel; some minutes after the first ones the others follow."""
    starts_ms = (2_000, 6_000, 330_000, 334_500, 339_000, 343_000)
    return [
        Caption(f"{channel}-{start_ms}", channel, start_ms, start_ms + 3_500, text, final=True)
        for start_ms, text in zip(starts_ms, SENTENCES[channel], strict=True)
    ]
