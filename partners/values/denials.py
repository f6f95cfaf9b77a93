"""Whether the sentence around a passage turns round what that says: “it is not true that …”.

Words are known in the languages of most of our partners. What is in doubt denies nothing: an alarm
that was none costs more trust than one that is missed.
"""

import re


def _words(text):
    return frozenset(text.casefold().split())


NEGATIONS = _words(
    "not no never neither nor cannot hardly nobody none formerly falsely wrongly nicht kein "
    "keine keinen keiner keines keinem keineswegs keinesfalls mitnichten niemand nie niemals "
    "weder ehemals fälschlich pas jamais aucun aucune nullement guère ni nunca jamás nadie "
    "ningún ninguna tampoco non nessun nessuna nessuno não nenhum nenhuma niet geen nooit inte "
    "ikke ej aldrig aldri nigdy není nejsou nikdy не нет никогда"
)
#: Of these, those that go with a verb, and so reach further than a noun's.
OF_VERBS = _words("not t never cannot nicht nie niemals pas jamais nunca non não niet nooit inte")
NE = _words("ne n")
#: After these, a negation denies nothing of what follows: “not only”, “no fewer than”.
NOT_DENYING = _words(
    "only just merely solely simply least less fewer later surprisingly for profit known called "
    "before other uncommon unusual infrequent rare impossible selten ungewöhnlich andere "
    "anderer anderes autre otra otro altra altro antes auparavant rara raro insolito named "
    "governmental commercial nur allein bloß weniger zuletzt seulement moins lucratif sólo solo "
    "solamente menos lucrativo soltanto meno só apenas alleen slechts minder bara kun bare"
)
#: “Do not miss”, “zögern Sie nicht”, “need not”: nothing is denied where one of these is beside.
INVITING = _words(
    "need necessary required compulsory mandatory obligatory nötig notwendig erforderlich "
    "nécessaire obligatoire necesario obligatorio falta occorre necessario bisogna obbligatorio "
    "hesitate miss forget worry wait zögern vergessen verpassen hésitez oubliez manquez ratez "
    "dude olvide olvides pierda pierdas esitate esitare dimenticate perdete perdere"
)
#: These deny what follows “that”, and turn round a negation that is beside.
DENYING = _words(
    "false untrue wrong incorrect inaccurate doubtful unlikely myth "
    "misconception rumour rumor deny denies denied doubt doubts doubted dispute disputes "
    "disputed contested refuted falsch unwahr unrichtig unzutreffend zweifelhaft fraglich "
    "bestreitet bestreiten bestritten bezweifelt bezweifeln leugnet leugnen irrtum mythos "
    "zweifel faux inexact erroné douteux doute doutent nie nient conteste contestent falso "
    "incorrecto mentira dudoso duda dudan niega niegan errato sbagliato dubbio nega negano bulo "
    "onwaar onjuist mito mythe"
)
#: “Nothing shows that …”; but “nothing compares to a society with …” denies nothing.
NOTHING = _words("nothing nowhere nirgends nirgendwo nichts rien nada nulla niente")
#: “Not without reason”, “without doubt”.
WITHOUT = _words("without ohne sans sin senza")
#: How words of truth and of saying begin: what of them is denied is denied of what follows “that”.
TRUTHS = tuple(
    "true correct right case think believ claim say said stat mean suggest show prove proof "
    "evidence sign indicat confirm certain clear known fact accurate maintain assert argue wahr "
    "richtig stimm zutreff trifft glaub denk mein behaupt sag bewies beleg beweis bestätig sicher "
    "bekannt erwiesen fall hinweis vrai exact pens croi dit dire affirm prouv preuve sûr établi "
    "ciert verdad caso cre dice decir afirm prueb demostr segur confirm vero corrett esatt pens "
    "steh dett affer prov dimostr cert conferm waar juist bewez".split()
)
THAT = _words("that dass que che dat att qu")
GERMAN_THAT = _words("dass dat")  # after a comma, always
#: What comes after these is another clause, of which the one before denies nothing.
ENDING = _words(
    "but yet however and because since although though while whereas if when where who which "
    "whose unless sondern aber und weil obwohl während wenn wer welche welcher welches denn "
    "mais et car parce puisque lorsque quand qui dont où pero sino y porque aunque cuando quien "
    "ma bensì e perché poiché quando mas porém maar omdat men utan och og"
)
ADDING = _words("and und et y e och og")
#: How an aside begins: “as some have claimed”.
ASIDES = _words(
    "as contrary despite to wie anders entgegen laut zu comme contrairement como come contra"
)
#: What may stand between a negation and an aside: “ist nicht mehr, …”.
NO_MORE = _words("mehr più yet longer todavía aún ancora encore è es era fue está fu é")
#: Of “no fee for …” nothing is denied that comes after “for”.
OF_NOUNS = _words("no kein keine keinen keiner keines keinem aucun aucune ningún ninguna nessun")
FOR = _words("for of to from with among für von mit unter pour para per")
#: “None of its members …” says that it has them.
NONE = _words("none nobody keiner keines aucun aucune ninguno ninguna nessuno nessuna")
OF = (["of"], ["der"], ["von"], ["de"], ["di"], ["dei"])
BY_CHANCE = ("a caso", "por casualidad", "par hasard", "by chance", "by accident")
ARTICLES = _words("der die das den dem des ein eine einer einen eines einem")
#: “Myth: …”
LABELS = _words("myth false wrong untrue falsch irrtum mythos faux mythe falso mito bulo mentira")
#: Before a verb: “ceased to represent”, “used to represent”, “without being recognised”.
GIVEN_UP = re.compile(
    r"\b(?:(?:is|are|has|have) yet|ceas(?:e|es|ed)|fail(?:s|ed)?|used|unable|refus(?:es|ed)"
    r"|declin(?:es|ed)) to(?: be| have)?(?: an?)?$"
    r"|\b(?:without|far from|instead of|stop(?:s|ped)) (?:being|having)(?: an?)?$"
    r"|\b(?:a cessé|cesse|ont cessé) (?:de|d)(?: être)?$"
    r"|\b(?:dejó|ha dejado) de(?: ser| estar)?$|\bha (?:cessato|smesso) di(?: essere)?$"
)
#: After what is said: “… is not true”, “…, was nicht stimmt”, “… vertritt sie nicht”.
REFUTED = re.compile(
    r"(?:which |what )?(?:is|was|are|were) (?:(?:simply|just|quite|plainly) )?"
    r"(?:not (?:true|correct|right|so|the case|accurate)|no longer (?:true|the case|so)|false"
    r"|untrue|wrong|incorrect|inaccurate|a myth|a rumou?r|a misconception)\b"
    r"(?! (?:that|for|of|in|with))"
    r"|no longer\b"
    r"|(?:was |das )?(?:ist |war )?(?:falsch|unwahr|unrichtig|nicht (?:wahr|richtig|der fall))\b"
    r"|(?:was )?(?:ein irrtum|nicht stimmt|nicht zutrifft|stimmt nicht|trifft nicht zu)\b"
    r"|(?:ce qui |ce )?(?:est (?:faux|inexact)|n est pas (?:vrai|exact|le cas))\b"
    r"|(?:lo que |lo cual )?(?:es (?:falso|incorrecto|mentira)|no es (?:cierto|verdad|así))\b"
    r"|(?:il che |cosa che )?(?:è (?:falso|errato)|non è (?:vero|così|corretto))\b"
)
#: How it begins where a comma is before: “…, which is not true”.
RELATING = ("which", "what", "was", "ce qui", "lo", "il che", "cosa che", "ist", "stimmt", "trifft")
AFTER_VERBS = _words("nicht niet inte ikke")

#: Where a thought ends, for a negation before it; where a sentence does.
CLAUSE = re.compile(r"[!?;:,\n()\[\]]|\.(?=\s|$)|\s-\s")
SENTENCE = re.compile(r"[!?\n]|\.(?=\s|$)")
BEFORE_COLON = re.compile(r"\s*:\s*[\"“„«']*\s*")
#: How far a negation reaches (words) in its clause, and one of a verb; how far a sentence is read.
FURTHEST, FURTHEST_OF_VERB, FURTHEST_OF_ALL = 7, 14, 40


def is_denied(there, first, last):
    """Whether the sentence denies what the tokens from `first` to `last` of the Words say."""
    before = _Before(there, first)
    return before.denies() or _is_refuted(there, last, before.is_subject)


def denies(there, place):
    """Whether that token is a negation of what comes after it; “not-for-profit” is none."""
    words = there.words
    word, following = [*words[place : place + 2], " "][:2]
    is_short = word == "t" and there.text.endswith("n'", 0, there.tokens[place].start)
    is_no_more = word == "plus" and not NE.isdisjoint(words[max(0, place - 4) : place])
    is_nobody = word in ("personne", "rien") and following in NE
    if not (word in NEGATIONS or is_short or is_no_more or is_nobody):
        return False
    if following != " " and CLAUSE.search(there.between(place, place + 1)):
        following = " "
    is_numero = word == "no" and following[0].isdecimal()
    is_compound = following != " " and there.between(place, place + 1) == "-"
    is_any_other = word == "hardly" and "other" in words[place : place + 3]
    is_by_chance = " ".join(words[place + 1 : place + 3]) in BY_CHANCE
    is_inviting = not INVITING.isdisjoint(words[max(0, place - 2) : place + 3])
    return not (
        following in NOT_DENYING
        or is_numero
        or is_compound
        or is_any_other
        or is_by_chance
        or is_inviting
        or _is_attribute(there, place)
    )


def _is_attribute(there, place):
    """Whether it denies but an adjective: “die nicht eingetragene Vereinigung”."""
    word, adjective, noun = [*there.words[place : place + 3], "", ""][:3]
    before = there.words[place - 1] if place else ""
    is_noun = bool(noun) and there.text[there.tokens[place + 2].start].isupper()
    is_german = before in ARTICLES and word == "nicht"
    return is_german and is_noun and adjective.endswith(("e", "en", "er", "es"))


class _Before:
    """The clauses (lists of places) of the sentence before a token, the nearest first."""

    def __init__(self, there, first):
        self.there, self.words, self.first = there, there.words, first
        self.clauses, place = [[]], first - 1
        while place >= 0 and first - place <= FURTHEST_OF_ALL:
            gap = there.between(place, place + 1)
            if SENTENCE.search(gap) and not BEFORE_COLON.fullmatch(gap):
                break
            if CLAUSE.search(gap):
                self.clauses.append([])
            self.clauses[-1].insert(0, place)
            place -= 1

    def denies(self):
        return (
            self._is_labelled()
            or self._by_verb()
            or self._by_frame()
            or self._by_aside(*self.clauses)
        )

    @property
    def is_subject(self):
        """Whether the sentence is about the passage as a whole: “That it has … is false”."""
        [near, *others] = self.clauses
        return not others and bool(near) and self.words[near[0]] in THAT

    def _is_labelled(self):
        gap = self.there.between(self.first - 1, self.first) if self.first else ""
        return bool(BEFORE_COLON.fullmatch(gap)) and self.words[self.first - 1] in LABELS

    def _by_verb(self):
        """Whether there is a negation in the clause itself, past which no other begins."""
        near = self._past(self.clauses[0], ENDING | THAT)
        if GIVEN_UP.search(" ".join(self.words[place] for place in self.clauses[0])):
            return True
        return self._has_negation(place for place in near if self._reaches(place))

    def _reaches(self, place):
        word, between = self.words[place], self.words[place + 1 : self.first]
        if word in OF_NOUNS and not FOR.isdisjoint(between):
            return False
        if word in NONE and between[:1] in OF and len(between) <= len(["of", "its"]):
            return False
        return len(between) < (FURTHEST_OF_VERB if word in OF_VERBS else FURTHEST)

    def _by_frame(self):
        """Whether “that” stands before it, and what that depends on is denied: “no proof that”."""
        near = self.clauses[0]
        place = next((each for each in reversed(near) if self.words[each] in THAT), None)
        if place is None or any(self.words[each] in ENDING for each in near if each > place):
            return False
        frame, rest = [each for each in near if each < place], self.clauses[1:]
        if not frame and self.words[place] not in GERMAN_THAT:
            rest = rest[1:]  # the comma before “that” ends an aside
        while not frame and rest:
            frame, *rest = rest
            frame = frame if frame and self.words[frame[0]] not in ASIDES else []
        frame = self._past(frame, ENDING)
        words = [self.words[each] for each in frame]
        turned = sum(word in DENYING for word in words)
        is_about_truth = turned or any(word.startswith(TRUTHS) for word in words)
        is_denied = self._has_negation(frame) or not NOTHING.isdisjoint(words)
        is_denied = is_denied or self._by_aside(frame, *rest)
        if not WITHOUT.isdisjoint(words):
            is_denied = bool(turned) and not is_denied
        return bool(is_about_truth) and is_denied != bool(turned % 2)

    def _by_aside(self, *clauses):
        """Whether a negation stands right before an aside: “is not, as was printed, …”."""
        near, aside, before, *_ = [*clauses, [], [], []]
        words = [self.words[each] for each in near]
        if not aside or len(before) < 2 or len(near) > 3 or not ENDING.isdisjoint(words):
            return False
        is_adding = self.words[aside[0]] in ADDING and not self._has_negation(aside)
        is_choice = self.words[before[-2]] in ("or", "if", "why", "oder", "wenn", "si", "se", "ou")
        while before and self.words[before[-1]] in NO_MORE:
            before = before[:-1]
        if [self.words[place] for place in before[-2:-1]] in (["non"], ["não"]):
            before = before[:-1]  # its verb
        return not is_adding and not is_choice and self._has_negation(before[-1:])

    def _past(self, places, ends):
        """Those after the last word of `ends` among them."""
        begin = 0
        for number, place in enumerate(places, 1):
            begin = number if self.words[place] in ends else begin
        return places[begin:]

    def _has_negation(self, places):
        return any(denies(self.there, place) for place in places)


def _is_refuted(there, last, is_subject):
    """Whether what follows says that it is not so."""
    after = there.words[last + 1 : last + 8]
    gap = there.between(last, last + 1) if after else "."
    if SENTENCE.search(gap):
        return False
    found = (REFUTED.search if is_subject else REFUTED.match)(" ".join(after))
    if CLAUSE.search(gap):
        return bool(found) and (is_subject or found[0].startswith(RELATING))
    return bool(found) or (after[0] in AFTER_VERBS and denies(there, last + 1))
