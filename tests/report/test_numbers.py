"""Numbers that come through, in other digits, signs, units and words."""

import pytest

from broadcaster.report.quality import numbers
from broadcaster.report.quality.kept import numbers_kept
from broadcaster.report.quality.numbers import numbers_found, numbers_said
from tests.report.building import said


@pytest.mark.parametrize(
    ("source", "original", "language", "output"),
    [
        ("en", "We have 1,200 wells.", "es", "Tenemos 1.200 pozos."),
        ("en", "We have 1,200 wells.", "fr", "Nous avons 1\u202f200 puits."),
        ("en", "We have 1,200 wells.", "fr", "Nous avons 1 200 puits."),
        ("en", "We have 1,200 wells.", "de", "Wir haben 1’200 Brunnen."),
        ("en", "It grew by 3.5 %.", "es", "Creció un 3,5 %."),
        ("en", "It costs 1,234.50 dollars.", "de", "Es kostet 1.234,5 Dollar."),
        ("en", "That is 2,500,000 people.", "hi", "यह 25,00,000 लोग हैं।"),
        ("en", "In 2026 it began.", "ar", "بدأ في ٢٠٢٦."),
        ("en", "It rose by 1,234.5 metres.", "ar", "ارتفع ١٬٢٣٤٫٥ مترا."),
        ("en", "In 2026 it began.", "fa", "در ۲۰۲۶ شروع شد."),
        ("en", "In 2026 it began.", "hi", "२०२६ में शुरू हुआ।"),
        ("en", "In 2026 it began.", "ja", "2026年に始まりました。"),
        ("en", "In 2026 it began.", "zh", "它始于二〇二六年。"),
        ("en", "In 2026 it began.", "ja", "２０２６年に始まりました。"),
        ("en", "About 2 million people.", "de", "Etwa 2 Millionen Menschen."),
        ("en", "About 2 million people.", "zh", "大约200万人。"),
        ("en", "About 2 million people.", "zh", "大約兩百萬人。"),
        ("en", "About 120 million people.", "ja", "およそ1億2,000万人です。"),
        ("en", "About 1.5 million people.", "ko", "약 150만 명입니다."),
        ("en", "About 120 million people.", "ko", "약 1억 2000만명입니다."),
        ("en", "About 1.5 million people.", "hi", "लगभग 15 लाख लोग।"),
        ("en", "About 1,500,000 people.", "ru", "Около 1,5 млн человек."),
        ("en", "About 3 billion people.", "es", "Unos 3 mil millones de personas."),
        ("en", "About 3 billion people.", "de", "Etwa 3 Milliarden Menschen."),
        ("en", "About 3 billion people.", "pt", "Cerca de 3 mil milhões de pessoas."),
        ("en", "About 5 thousand people.", "th", "ประมาณ 5 พันคน"),
        ("de", "Rund 2 Mio. Menschen.", "en", "About two million people."),
        ("en", "About two million people.", "de", "Etwa zwei Millionen Menschen."),
        ("en", "We are forty-two.", "fr", "Nous sommes quarante-deux."),
        ("en", "We are forty-two.", "it", "Siamo quarantadue."),
        ("en", "We are forty-two.", "pt", "Somos quarenta e dois."),
        ("en", "We are forty-two.", "nl", "We zijn met tweeënveertig."),
        ("en", "In nineteen eighty-seven.", "da", "I 1987."),
        ("en", "We are forty-two.", "da", "Vi er toogfyrre."),
        ("en", "We have 2 wells.", "es", "Tenemos dos pozos."),
        ("en", "About three hundred wells.", "ja", "およそ三百の井戸。"),
        ("zh", "我们有三百口井。", "en", "We have 300 wells."),
        ("en", "On November 29, 2026.", "de", "Am 29.11.2026."),
        ("en", "On November 29.", "de", "Am 29.11. geht es los."),
        ("en", "On 2026-11-29.", "zh", "2026年11月29日。"),
        ("en", "At 10:30.", "de", "Um 10.30 Uhr."),
        ("en", "At 10:30.", "fr", "À 10h30."),
        ("en", "At 10:30.", "ja", "10時30分です。"),
        ("en", "At 3:30 p.m.", "es", "A las 15:30."),
        ("en", "At 3 pm.", "de", "Um 15 Uhr."),
        ("en", "At 3 pm.", "zh", "下午3点。"),
        ("en", "At 10:00.", "de", "Um 10 Uhr."),
        ("en", "It costs $3.50.", "fr", "Cela coûte 3,5 $."),
        ("en", "Version 1.2.3 is out.", "de", "Die Version 1.2.3 ist da."),
        ("en", "Lines 1, 2 and 3.", "th", "บรรทัด ๑ ๒ และ ๓"),
    ],
    ids=lambda one: one if isinstance(one, str) and len(one) == 2 else "",
)
def test_the_same_number_is_found(source: str, original: str, language: str, output: str) -> None:
    kept = numbers_kept(said([original]), said([output], 3_000), source, language)
    assert kept is not None
    assert kept.missing == ()


@pytest.mark.parametrize(
    ("original", "language", "output"),
    [
        ("It is 15 million.", "de", "Es sind 50 Millionen."),
        ("It is 2 million.", "de", "Es sind 2 Milliarden."),
        ("It is 2 billion.", "de", "Es sind 2 Billionen."),
        ("It is 2 million.", "zh", "有2万人。"),
        ("It is 3.5 %.", "fr", "C'est 35 %."),
        ("In 1987.", "es", "En 1978."),
        ("At 10:30.", "de", "Um 10.50 Uhr."),
        ("At 3 am.", "de", "Um 15 Uhr."),
        ("We are forty-two.", "fr", "Nous sommes vingt-deux."),
    ],
)
def test_another_number_is_not(original: str, language: str, output: str) -> None:
    kept = numbers_kept(said([original]), said([output], 3_000), "en", language)
    assert kept is not None
    assert kept.found == 0
    assert len(kept.missing) == 1


@pytest.mark.parametrize(
    ("line", "language", "texts"),
    [
        ("One of us, and two others.", "en", []),
        ("We met 5 millionaires.", "en", ["5"]),
        ("The score is 50:50.", "en", ["50", "50"]),
        ("一般的には十分です。", "ja", []),
        ("11月に千葉で", "ja", []),
        ("Seite 10 bis 12", "de", ["10", "12"]),
        ("nothing", "en", []),
        ("192.168.0.1", "en", ["192.168.0.1"] * 4),
    ],
)
def test_what_counts_as_said(line: str, language: str, texts: list[str]) -> None:
    assert [one.text for one in numbers_said(line, language, words=True)] == texts


@pytest.mark.parametrize("line", ["9" * 5_000, "1." * 3_000, "1 000" * 2_000, "百" * 3_000])
def test_odd_digits_are_numbers_or_none(line: str) -> None:
    for language in ("en", "ja", "ko", ""):
        numbers_found(line, language)


def test_numbers_in_words_count_only_where_both_languages_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    floor = said(["We have forty-two wells, and 7 pumps."])
    arabic = said(["لدينا اثنان وأربعون بئرا و ٧ مضخات."], 3_000)
    kept = numbers_kept(floor, arabic, "en", "ar")
    assert kept is not None
    assert (kept.said, kept.found) == (1, 1)
    monkeypatch.setattr(numbers, "_reads_words", lambda: False)
    spanish = said(["Tenemos cuarenta y dos pozos y 7 bombas."], 3_000)
    kept = numbers_kept(floor, spanish, "en", "es")
    assert kept is not None
    assert (kept.said, kept.found) == (1, 1)
