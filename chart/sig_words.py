"""The words of directions: what each phrase means, which may be passed over, which make a reading unsafe."""

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from chart.sig_tokens import Token

Meaning = TypeVar("Meaning")


class Phrases(Generic[Meaning]):
    """Phrases found by their first word, the longest first."""

    def __init__(self, meanings: Mapping[str, Meaning]):
        self._by_first: dict[str, list[tuple[tuple[str, ...], Meaning]]] = {}
        for phrase, meaning in sorted(meanings.items(), key=lambda item: -len(item[0].split())):
            words = tuple(phrase.split())
            self._by_first.setdefault(words[0], []).append((words, meaning))

    def match(self, found: list[Token], at: int) -> tuple[Meaning, int] | None:
        """The meaning of the longest phrase that starts here, and where it ends."""
        if at >= len(found):
            return None
        for words, meaning in self._by_first.get(found[at].text, ()):
            if tuple(token.text for token in found[at : at + len(words)]) == words:
                return meaning, at + len(words)
        return None


def words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


def same(phrases: str) -> Phrases[bool]:
    """A set of phrases separated by commas, all with one meaning."""
    return Phrases({phrase.strip(): True for phrase in phrases.split(",") if phrase.strip()})


def spelled(meanings: Mapping[str, str]) -> dict[str, str]:
    """{"HS": "at bedtime, qhs"} -> {"at bedtime": "HS", "qhs": "HS"}."""
    return {phrase.strip(): meaning for meaning, phrases in meanings.items() for phrase in phrases.split(",")}


TIME_UNITS = spelled({
    "h": "h, hr, hrs, hour, hours, hourly, hrly",
    "d": "d, day, days",
    "wk": "wk, wks, week, weeks",
    "mo": "mo, month, months",
    "min": "min, mins, minute, minutes",
})  # fmt: skip

# The moments of FHIR's EventTiming. At night, nightly and at bedtime are one moment.
MOMENTS = Phrases(spelled({
    "MORN": "in the morning, in morning, in the mornings, every morning, each morning, q morning, qmorning, qam, "
    "q am, in am, in the am, every am, each am, am, morning, mornings, a m, first thing in the morning",
    "WAKE": "upon waking, on waking, upon awakening, on awakening, when you wake up",
    "NOON": "at noon, noon, midday, at midday, noontime, at noontime, every noon, q noon",
    "AFT": "in the afternoon, in afternoon, every afternoon, each afternoon, afternoon, afternoons",
    "EVE": "in the evening, in evening, in the evenings, every evening, each evening, q evening, evening, evenings, "
    "qpm, q pm, in pm, in the pm, every pm, each pm, pm, p m",
    "HS": "at bedtime, at bed time, bedtime, every bedtime, before bed, before bedtime, at hs, hs, qhs, q hs, "
    "at night, at nighttime, at night time, night, nightly, every night, each night, q night, qnight, qn, "
    "nightly at bedtime, every night at bedtime, every night before bed, nightly before bed, "
    "at night before bed, at night at bedtime, in the evening before bed, q bedtime, when going to bed",
    "CM": "with breakfast, at breakfast, breakfast", "ACM": "before breakfast", "PCM": "after breakfast",
    "CD": "with lunch, at lunch, lunch, at lunchtime", "ACD": "before lunch", "PCD": "after lunch",
    "CV": "with dinner, at dinner, dinner, with supper, at supper, supper, with evening meal",
    "ACV": "before dinner, before supper", "PCV": "after dinner, after supper",
    "C": "with meals, with each meal, with every meal, at meals, at mealtimes, at meal times",
    "AC": "before meals, before each meal, before every meal, ac",
    "PC": "after meals, after each meal, after every meal, pc",
}))  # fmt: skip
TIME_OF_DAY = {
    code: part
    for part, codes in {
        "morning": "MORN WAKE CM ACM PCM", "noon": "NOON CD ACD PCD", "afternoon": "AFT",
        "evening": "EVE CV ACV PCV", "night": "HS", "meals": "C AC PC",
    }.items()
    for code in codes.split()
}  # fmt: skip

WEEKDAYS = Phrases(spelled({
    "mon": "monday, mondays, mon", "tue": "tuesday, tuesdays, tue, tues", "wed": "wednesday, wednesdays, wed, weds",
    "thu": "thursday, thursdays, thu, thur, thurs", "fri": "friday, fridays, fri", "sat": "saturday, saturdays, sat",
    "sun": "sunday, sundays, sun",
}))  # fmt: skip

# times in a period: (number, unit)
FIXED_TIMES: Phrases[tuple[int, int, str]] = Phrases({
    **dict.fromkeys(("daily", "qd", "od", "qday", "q day", "every day", "everyday", "each day", "per day", "a day",
                     "/ day", "/ d", "q daily", "every single day"), (1, 1, "d")),
    **dict.fromkeys(("bid", "bd", "b i d"), (2, 1, "d")),
    **dict.fromkeys(("tid", "tds", "t i d"), (3, 1, "d")),
    **dict.fromkeys(("qid", "qds", "q i d"), (4, 1, "d")),
    **dict.fromkeys(("qod", "every other day", "every second day", "q other day", "eod", "on alternate days",
                     "alternate days"), (1, 2, "d")),
    **dict.fromkeys(("every third day", "every 3 rd day", "q third day"), (1, 3, "d")),
    **dict.fromkeys(("weekly", "every week", "each week", "per week", "a week", "/ week", "/ wk", "q week", "qweek",
                     "qwk", "q wk"), (1, 1, "wk")),
    **dict.fromkeys(("every other week", "q other week", "every second week"), (1, 2, "wk")),
    **dict.fromkeys(("monthly", "every month", "each month", "per month", "a month", "q month"), (1, 1, "mo")),
    **dict.fromkeys(("hourly", "every hour", "each hour", "q hour", "qh", "q h", "q hr", "per hour", "an hour"),
                    (1, 1, "h")),
})  # fmt: skip
COUNTS = Phrases({"once": 1, "twice": 2, "thrice": 3})

AS_NEEDED = same(
    "prn, as needed, if needed, as necessary, if necessary, when needed, when necessary, when required, as "
    "required, if required, only as needed, only if needed, only when needed, as needed only, as neeeded, "
    "as you need it, pm prn"
)
REASON = same(
    "for, to treat, to relieve, to help with, due to, because of, related to, indication, indications"
)
THEN = same("then, followed by, thereafter, after that, and then, & then")
STOP_AFTER = same("then stop, and stop, then discontinue, then stop taking, then off, and then stop")
SINGLE = same("once, now, stat, immediately, single dose, one time, one time only, x one, as a single dose")

# What introduces a maximum; True when it is a day's by itself.
MAXIMUM = Phrases({
    **dict.fromkeys((
        "max", "max of", "maximum", "maximum of", "a maximum of", "a max of", "up to a maximum of", "up to a max of",
        "up to maximum of", "up to max of", "to a maximum of", "with a maximum of", "with a max of", "max dose",
        "max dose of", "maximum dose", "maximum dose of", "max total", "max total of", "not to exceed", "not exceed",
        "nte", "do not exceed", "dont exceed", "must not exceed", "should not exceed", "never exceed", "cannot exceed",
        "no more than", "not more than", "no more then", "do not take more than", "dont take more than",
        "do not use more than", "should not take more than", "never take more than", "never more than", "at most",
        "limit", "limit to", "limit of", "limited to", "without exceeding", "total not to exceed",
        "maximum total", "maximum total of",
    ), False),
    **dict.fromkeys((
        "mdd", "max daily dose", "maximum daily dose", "max daily dose of", "maximum daily dose of", "max daily amount",
        "maximum daily amount", "max daily", "maximum daily", "daily max", "daily maximum", "daily max of",
        "daily maximum of", "max / day", "max per day", "maximum per day", "max / d", "max / 24 h", "max / 24 hours",
        "max per 24 hours", "maximum per 24 hours", "daily limit", "daily limit of", "max dose per day",
        "maximum dose per day", "max dose / day", "total daily dose not to exceed", "daily dose not to exceed",
        "max dose per 24 hours",
    ), True),
})  # fmt: skip

# Ingredients beside an opioid in one tablet: a maximum in mg or g that names one says nothing of the opioid.
PARTNERS = words(
    "acetaminophen apap tylenol paracetamol aspirin asa ibuprofen acetaminophens tylenols advil motrin"
)
MEDICINES = words(
    "oxycodone hydrocodone morphine hydromorphone oxymorphone tapentadol tramadol codeine fentanyl",
    "methadone buprenorphine naloxone norco percocet vicodin lortab roxicodone oxycontin dilaudid opana",
    "nucynta ultram duragesic suboxone subutex butrans belbuca zubsolv acetaminophen apap tylenol aspirin",
    "ibuprofen endocet roxicet hydrochloride hcl sulfate bitartrate ir er sr xr cr la contin ms xtampza",
    "hysingla zohydro kadian avinza embeda lorcet xodol medication medicine med narcotic opioid opiate",
    "drug gabapentin pregabalin lorazepam alprazolam clonazepam diazepam temazepam zolpidem",
    "cyclobenzaprine tizanidine baclofen carisoprodol methocarbamol",
)
VERBS = words(
    "take taking use using give given apply applying place put swallow dissolve chew insert inhale",
    "instill administer sig consume drink let allow change changing replace wear rotate inject spray",
    "remove",
)
# Words that say how, where or with what, and change no number.
PASSED = words(
    "by mouth route po oral orally per os sl sublingual sublingually buccal buccally rectally rectal pr",
    "transdermal transdermally topically topical td nasally intranasally nostril nose tongue cheek gum",
    "under the inside into in onto on to at of with via through skin chest back arm upper lower outer",
    "torso shoulder flank area areas affected site sites clean dry hairless different new patch patches",
    "your my you it this that and or a an food water milk full glass plenty meal snack fluids total only",
    "just about approximately around scheduled schedule regularly regular routinely tablet tablets tab",
    "tabs capsule capsules cap caps film films pill pills dose doses solution liquid suspension syrup",
    "extended release immediate er ir long acting short mg strength while awake even evenly spaced apart",
    "as directed instructed prescribed ordered until gone finished complete completed please carefully",
    "whole be can may old previous used patient pt will is are has crushed rectum vaginally g tube peg",
    "ngt body atc clock straight thoroughly well completely",
)
# Any of these may turn the rest of the directions round. Nothing is read then.
UNSAFE = words(
    "taper tapering tapered titrate titrating titration increase increasing decrease decreasing reduce",
    "reducing wean weaning alternate alternating alternately if unless until except hold holding stop",
    "stopped stopping discontinue discontinued instead repeat repeated another additional extra second",
    "third other differently otherwise sliding adjust loading bolus skip not no never without cut double",
    "doubled load initially initial first last days weekdays weekends weekday weekend before after prior",
    "start starting begin beginning increments divided split remaining half alternatively variable either",
    "neither minus less more than least minimum average changed attempt cancelled canceled void error",
    "pump infusion pca basal drip continuous implant",
)
# Sentences for the pharmacy, and advice: passed over whole.
ASIDES = same(
    "dispense, disp, qty, quantity, refill, refills, fill, earliest fill, do not fill, dont fill, ok to "
    "fill, may fill, may be filled, must last, to last, should last, this should last, this must last, rx, "
    "ndc, icd, dx, diagnosis, pharmacy, #, days supply, day supply, dnf, to be filled, fill on"
)
# Advice that carries no number; "do not take" alone is not among it.
ADVICE = same(
    "until gone, until finished, until complete, until completed, until all gone, until all taken, "
    "do not crush, do not chew, do not cut, do not break, do not drive, do not drink, do not swallow, do "
    "not stop, do not share, do not operate, do not mix, do not combine, do not split, do not dissolve, do "
    "not consume, do not discontinue, do not refrigerate, do not take with, do not take while, dont crush, "
    "dont chew, dont drive, may cause, caution, warning, avoid, no driving, no alcohol, without food, with "
    "or without food, not on an empty stomach, on an empty stomach, do not abruptly, must be swallowed, may "
    "make you, remove old, remove previous, remove used"
)
# In a reason only these turn the directions round: "pain not relieved by rest" is still a reason.
UNSAFE_IN_REASON = words(
    "taper tapering titrate increase increasing decrease decreasing reduce reducing wean alternate",
    "alternating if unless until except hold stop discontinue instead repeat another additional extra",
    "second differently adjust skip",
)
# "for night pain", "daily headaches": what follows makes the time of day part of the reason.
COMPLAINTS = words(
    "pain pains stiffness headache headaches migraine migraines cramps cramping spasm spasms sweats cough "
    "anxiety symptoms"
)
ADJECTIVES = words(
    "full whole er ir extended release immediate oral sublingual sl buccal new transdermal scored long "
    "acting nasal rectal"
)
PAIN = words(
    "pain level scale score rated rating severity severe moderate mild of greater than over above >= > = ( "
    ") out"
)


def is_any(texts: Iterable[str], vocabulary: frozenset[str]) -> bool:
    return any(text in vocabulary for text in texts)
