"""Search: folded text that contains every word, ranked by where; one typing error forgiven."""

import re
from functools import partial
from itertools import chain

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.functions import Length
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from partners.models import ROOTS, Record, Word, root_name
from partners.models.trigrams import Asked, names_of_found
from partners.reading.facets import Keys
from partners.reading.paging import Found
from partners.rows import freshness
from partners.values.folding import fold

PUNCTUATION = ".,;:()“”"

MAX_TYPED = 300  # characters
MAX_WORDS = 8
MAX_CORRECTIONS = 12
SHORTEST_CORRECTED = 3
MAX_NEAREST = 3
#: Of so many records that hold the words, in a name or anywhere, the best are chosen.
MOST = {"names": 500, "text": 100}
#: Records that are so few are found at once, whatever their kind.
FEW = 100
MAX_ALIKE = 5
#: So many records are looked at of each word that is alike, and then of those that are most alike.
MAX_LIKELY = 30
LEAST_LIKENESS = 55  # per cent


#: The columns of a Record that say whose it is.
OWNERS = [f"{name}_id" for name in ROOTS]
#: Where words stand in names, the best first: they are one, begin one, begin a word, or any.
SHAPES = ("\n{}\n", "\n{}", " {}", "{}")


def _names_in_order(owner, at):
    """{key: the names of its Record} of all records of a kind, as lists of hits have them."""
    records = Record.objects.filter(**{f"{owner}__isnull": False}).order_by("names", f"{owner}_id")
    return dict(records.values_list(owner, "names"))


#: The same, by the name of the kind, at a moment (aware datetime).
NAMES = {name: freshness.remembered(partial(_names_in_order, name)) for name in ROOTS}


class Search:
    """One question, asked of any number of querysets of roots.

    If nothing matches in any of them, each word may also be one that is a single typing error away
    (optimal string alignment distance 1); after `best`, `corrected` then holds the words it was
    answered with.
    """

    def __init__(self, typed):
        self.words = fold(typed[:MAX_TYPED]).split()[:MAX_WORDS]
        self.alternatives = [[word] for word in self.words]
        self.corrected = []

    def ranked(self, queryset):
        """Those that match, best first (queryset): for lists that are narrowed further."""
        if self.words and not self._has_any(queryset):
            self._forgive()
        return self.matching(queryset)

    def _has_any(self, queryset):
        """Whether any matches: of one that misses, no record is read."""
        owner = f"{root_name(queryset.model)}_id"
        keys = [key for (key,) in self._held(owner, [owner])]
        if keys and queryset.filter(pk__in=keys).exists():
            return True
        return len(keys) > FEW and self._all_of(queryset).exists()

    def _held(self, owner, columns):
        """The columns of the first records with the words, one more than a few; of any `owner`."""
        asked = Asked(self.alternatives, owner, {"text": FEW + 1})
        return list(Record.objects.filter(text__holds=asked).values_list(*columns)[: FEW + 1])

    def _all_of(self, queryset):
        """Those that match, in no order."""
        if not self.words:
            return queryset.none()
        return queryset.filter(record__text__holds_within=self.alternatives).order_by()

    def found(self, queryset, at):
        """The keys (list) of all that match at `at` (aware datetime), best first."""
        keys = self._keys(queryset, at)
        if self.words and not keys:
            self._forgive()
            keys = self._keys(queryset, at)
        return keys

    def _keys(self, queryset, at):
        """The keys of those that match, best first: very many are put in order here."""
        if not self.words:
            return []
        owner = root_name(queryset.model)
        held = self._held(f"{owner}_id", [owner])
        if len(held) > FEW:
            return self._best_first(self._keys_of(queryset), NAMES[owner](at))
        few = queryset.filter(pk__in=[key for (key,) in held])
        return list(self._in_order(few).values_list("pk", flat=True))

    def _keys_of(self, queryset):
        """The keys (set) of those that match."""
        found = self._all_of(queryset).aggregate(keys=Keys("pk"))["keys"]
        return set(found.split(",")) if found else set()

    def _best_first(self, keys, names):
        phrases = "|".join(map(re.escape, self._phrases()))
        finds = [re.compile(shape.format(f"(?:{phrases})")).search for shape in SHAPES]
        ranked = [[] for _ in range(len(SHAPES) + 1)]
        for key, text in names.items():
            if key in keys:
                ranked[_rank(text, finds)].append(key)
        return list(chain.from_iterable(ranked))

    def best(self, most, *querysets):
        """The first `most` (int) records of each, as lists.

        They are chosen from so many records alone as are worth a look: those with the words in a
        name before others.
        """

        found = self._look(most, querysets)
        if not self.words or any(found):
            return found
        self._forgive()
        found = self._look(most, querysets)
        if firsts := [records[0] for records in found if records]:
            self.corrected = self.words_of(firsts[0])
        return found

    def _look(self, most, querysets):
        """The first `most` of each; where few records hold the words, those are looked for once."""
        if not self.words:
            return [[] for _ in querysets]
        held = self._held("", OWNERS)
        if len(held) > FEW:
            return self._look_at_many(most, querysets)
        keys = dict(zip(ROOTS, map(set, zip(*held, strict=True)), strict=False))
        return [list(self._named(queryset, keys)[:most]) for queryset in querysets]

    def _look_at_many(self, most, querysets):
        rare = Record.objects.kinds_of_few()
        owners = [root_name(queryset.model) for queryset in querysets]
        asked = [Asked(self.alternatives, f"{each}_id", MOST, each in rare) for each in owners]
        return [
            _first_of(queryset, self._best_first(names, _in_order_of_names(names)), most)
            for queryset, names in zip(querysets, names_of_found(asked), strict=True)
        ]

    def _named(self, queryset, keys):
        theirs = keys.get(root_name(queryset.model), set()) - {None}
        return self._in_order(queryset.filter(pk__in=theirs)) if theirs else []

    def _forgive(self):
        found = zip(self.words, corrections(self.words), strict=True)
        self.alternatives = [[word, *near] for word, near in found]

    @property
    def has_forgiven(self):
        """Whether a word may also be another one (bool)."""
        return any(len(words) > 1 for words in self.alternatives)

    def words_of(self, root):
        """The words that `root`, read with its record, was found by, as it spells them (list)."""
        text = root.record.text  # other words on record may be those of drafts
        written = f"{root} {getattr(root, 'acronym', '')}".split()
        spelt = {fold(word): word.strip(PUNCTUATION) for word in written}
        words = [_first_in(text, words) for words in self.alternatives]
        return [spelt.get(word, word) for word in words]

    def nearest(self, *querysets):
        """The roots with names most like the question, best first: for when nothing matches."""
        words = most_alike(self.words)
        if not words:
            return []
        if len(querysets) == 1:
            found = {root.pk: root for root in _named_with(querysets[0], words)}
            likest = self._likest({key: root.record.names for key, root in found.items()})
        else:
            likest = self._likest(_names_with(words))[:MAX_LIKELY]
            found = {
                (root_name(root), root.pk): root
                for queryset in querysets
                for root in _those(queryset, likest)
            }
        return [found[each] for each in likest if each in found][:MAX_NEAREST]

    def _likest(self, names):
        """The keys of `names` (key → names, a line each) by how like the question they are."""
        lines = {
            (key, line): line for key, each in names.items() for line in each.split("\n") if line
        }
        asked = " ".join(self.words)
        likest = extract(asked, lines, scorer=fuzz.WRatio, score_cutoff=LEAST_LIKENESS, limit=None)
        return [*dict.fromkeys(key for _, _, (key, _) in likest)]

    def reason(self, root):
        """Why `root` was found, where what a list shows of it does not say so: a sentence or ""."""
        if self.are_in(f"{root} {getattr(root, 'acronym', '')} {root.summary}"):
            return ""
        name = next(filter(self.are_in, filter(None, root.search_names())), None)
        return f"Found by its other name “{name}”." if name else "Found in its text."

    def are_in(self, text):
        """Whether `text` holds each of the words, or one of its alternatives."""
        folded = fold(text)
        return all(any(word in folded for word in words) for words in self.alternatives)

    def matching(self, queryset):
        """Those whose text contains each of the words, or one of its alternatives; best first."""
        if not self.words:
            return queryset.none()
        asked = Asked(self.alternatives, f"{root_name(queryset.model)}_id")
        # The filter comes last: the join it makes is an inner one, that begins with what was found.
        return self._in_order(queryset, Q(record__text__holds=asked))

    def _in_order(self, queryset, condition=None):
        """Best first: by whether the words are a name, begin one, begin a word or stand in it."""
        phrases = self._phrases()
        ranks = [
            When(_any(phrases, "record__names__contains", shape), then=Value(rank))
            for rank, shape in enumerate(SHAPES)
        ]
        rank = Case(*ranks, default=Value(len(ranks)), output_field=IntegerField())
        ranked = queryset.annotate(rank=rank)
        ranked = ranked.filter(condition) if condition else ranked
        return ranked.order_by("rank", "record__names", "pk")

    def _phrases(self):
        """What ranks look for in names."""
        return self.alternatives[0] if len(self.alternatives) == 1 else [" ".join(self.words)]


def _rank(names, finds):
    """The place of the first of `finds` that finds anything in `names`; after all, if none does."""
    if not finds[-1](names):  # it finds what any other does, and in most names there is nothing
        return len(finds)
    return next(rank for rank, find in enumerate(finds) if find(names))


def _in_order_of_names(names):
    """The same dict (key → names), in the order of equals in a list of hits."""
    return dict(sorted(names.items(), key=lambda each: (each[1], each[0])))


def _first_of(queryset, keys, most):
    """The first `most` (int) records of `queryset` that have these `keys`, in their order.

    Few keys are those of records that are not in it: so some more are asked for, and then twice
    as many.
    """
    found, tried, step = [], 0, most + most // 3
    while tried < len(keys) and len(found) < most:
        found += Found(queryset, keys)[tried : tried + step]
        tried, step = tried + step, 2 * step
    return found[:most]


def _first_in(text, words):
    return next(word for word in words if word in text)


def corrections(words):
    """For each of `words`, those on record that are one typing error away, in one query for all.

    A list for each, nearest in length first.
    """
    asked = [word for word in words if _is_corrected(word)]
    if not asked:
        return [[] for _ in words]
    # One error leaves the beginning or the end as it is, if both together are not all of the word.
    candidates = _on_record({word: (len(word) - 1) // 2 for word in asked}, within=1)
    return [_nearest(word, candidates) if _is_corrected(word) else [] for word in words]


def most_alike(words):
    """The words on record that look most like one of `words` (list of str), some for each."""
    asked = [word for word in words if len(word) >= SHORTEST_CORRECTED]
    if not asked:
        return []
    candidates = _on_record(dict.fromkeys(asked, 2), within=3)
    found = (
        extract(word, candidates, scorer=fuzz.ratio, score_cutoff=LEAST_LIKENESS, limit=MAX_ALIKE)
        for word in asked
    )
    return sorted({text for near in found for text, _, _ in near})


def _on_record(shared, within):
    """Words (list of str) that begin or end as one of `shared` does: word → in how many letters.

    And are longer or shorter by no more than `within` letters. Both are read from an index: SQLite
    does so only where each part of one OR asks for a stretch of an index.
    """
    condition = Q()
    for word, most in shared.items():
        length = Q(length__range=(len(word) - within, len(word) + within))
        condition |= _begins("text", word[:most]) & length
        condition |= _begins("reversed", word[::-1][:most]) & length
    known = Word.objects.annotate(length=Length("text")).filter(condition)
    return sorted(known.values_list("text", flat=True))


def _begins(column, start):
    return Q(**{f"{column}__gte": start, f"{column}__lt": f"{start}\U0010ffff"})


def _named_with(queryset, words):
    """Some of those with one of `words` in a name: of each word as many."""
    asked = _of_each(words, f"{root_name(queryset.model)}_id")
    return queryset.filter(record__text__holds=asked).select_related("record").order_by("pk")


def _names_with(words):
    """The names of some records with one of `words` among them: {(owner, key): names}."""
    rows = Record.objects.filter(text__holds=_of_each(words)).order_by("pk")
    return {
        next((name, key) for name, key in zip(ROOTS, keys, strict=True) if key): names
        for names, *keys in rows.values_list("names", *OWNERS)
    }


def _of_each(words, owner=""):
    return [Asked([[word]], owner, {"names": MAX_LIKELY}) for word in words]


def _those(queryset, owners):
    name = root_name(queryset.model)
    keys = [key for owner, key in owners if owner == name]
    return queryset.filter(pk__in=keys) if keys else []


def _is_corrected(word):
    return len(word) >= SHORTEST_CORRECTED and not any(map(str.isnumeric, word))


def _nearest(word, candidates):
    near = extract(word, candidates, scorer=OSA.distance, score_cutoff=1, limit=None)
    found = [text for text, distance, _ in near if distance == 1]
    return sorted(found, key=lambda text: (abs(len(text) - len(word)), text))[:MAX_CORRECTIONS]


def _any(words, lookup, shape):
    condition = Q()
    for word in words:
        condition |= Q(**{lookup: shape.format(word)})
    return condition
