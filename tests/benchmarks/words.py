"""Invented names and sentences, of the kinds that a directory of medical societies holds.

Each function takes the `random.Random` that decides, so the same number gives the same text.
"""

PLACES = """European International Nordic Baltic Iberian Austrian German Swiss French Italian Greek
Spanish Portuguese Polish Czech Hungarian Romanian Bulgarian Croatian Slovenian Turkish Dutch
Belgian British Irish Scottish Finnish Swedish Norwegian Danish Estonian Latvian Lithuanian
American Canadian Mexican Brazilian Argentine Chilean African Egyptian Asian Indian Japanese Korean
Chinese Australasian Pan-Arab Mediterranean World""".split()
FORMS = "Society Federation Association College Academy Institute Board Council Network".split()
FIELDS = [
    "Interventional Radiology", "Vascular Surgery", "Radiation Protection", "Medical Physics",
    "Radiation Oncology", "Nuclear Medicine", "Paediatric Radiology", "Neuroradiology",
    "Hepatology", "Nephrology and Dialysis", "Cardiovascular Imaging", "Breast Imaging",
    "Urogenital Radiology", "Musculoskeletal Imaging", "Emergency Radiology", "Head and Neck Care",
    "Thoracic Imaging", "Radiography", "Oncology Nursing", "Surgical Oncology", "Endoscopy",
    "Gastrointestinal Radiology", "Digital Health", "Patient Safety", "Medical Education",
    "Image-Guided Therapy", "Thermal Ablation", "Embolisation", "Haemodynamics", "Angiology",
]  # fmt: skip
#: How a name is built in other languages, umlauts and all.
ELSEWHERE = [
    "Österreichische Gesellschaft für {}", "Société française de {}", "Sociedad Española de {}",
    "Türk {} Derneği", "Svensk förening för {}", "Česká společnost {}", "Íslenska {} félagið",
    "Polskie Towarzystwo {}", "Magyar {} Társaság", "Deutsche Röntgengesellschaft, AG {}",
]  # fmt: skip
RIGHT_TO_LEFT = [
    "الجمعية العربية للأشعة التداخلية", "الاتحاد الدولي لعلاج الأورام",
    "جمعية الخليج للتصوير الطبي",
    "האיגוד הישראלי לרדיולוגיה פולשנית", "החברה לאונקולוגיה", "انجمن رادیولوژی مداخله‌ای",
]  # fmt: skip
LONG = ", an Association of Professionals in the Practice and Teaching of {}, {} and {}"
SYLLABLES = """bal ber bra cor dal den dor el fal fen gar gol har hel is jor kal kem lan lor mar
mel mon nor or pal per quin ral ros san sel tar tol ul van vel wer xan yor zel""".split()
ENDINGS = "a berg burg dorf en ford grad ham haven ia holm ino mark mouth ona stad ton um".split()
SUMMARY = "Brings {} together who work in {} and stands up for {}."
PEOPLE = """physicians radiographers nurses researchers engineers physicists surgeons teachers
trainees patients hospitals registries""".split()
AIMS = """safety quality education research training standards guidelines equality prevention
screening cooperation transparency""".split()
SENTENCES = [
    "It was begun by {people} from {town} who wanted {aim} in {field} to be more than a word.",
    "Its members meet once a year, mostly in {town}, and work in groups on {aim} in between.",
    "The groups publish what they find, and the {people} among the members read it first.",
    "A school in {town} offers courses in {field}, with an examination for {people} at the end.",
    "In {field} it speaks for {people} before ministries, insurers and the press.",
    "Grants for {people} help the young to spend some months at a centre in {town}.",
    "It keeps a registry, from which {aim} in {field} can be judged over many years.",
    "Together with sister societies it writes recommendations on {aim}, for {people} above all.",
    "Whoever works in {field} can join; {people} pay half of the fee.",
    "An office in {town} looks after its affairs, and a board of nine is elected for two years.",
]


def town(chance):
    """A place that does not exist, such as “Kalmonstad”; there are some 30,000."""
    return (chance.choice(SYLLABLES) + chance.choice(SYLLABLES)).title() + chance.choice(ENDINGS)


def organisation_name(chance):
    """A name, and its acronym or ""."""
    field = chance.choice(FIELDS)
    kind = chance.random()
    if kind < 0.03:
        return f"{chance.choice(RIGHT_TO_LEFT)} – {town(chance)}", ""
    if kind < 0.15:
        name = f"{chance.choice(ELSEWHERE).format(field)} {town(chance)}"
    else:
        place = chance.choice([*PLACES, town(chance), town(chance)])
        name = f"{place} {chance.choice(FORMS)} of {field}"
        if chance.random() < 0.3:
            name += f" in {town(chance)}"
    if kind > 0.97:
        name += LONG.format(*chance.sample(FIELDS, 3))
    return name[:200], initials(name)[:12] if chance.random() < 0.85 else ""


def initials(name):
    """The capitals of a name, as most acronyms are made."""
    return "".join(word[0] for word in name.replace("-", " ").split() if word[0].isupper())


def summary(chance):
    people, aim = chance.choice(PEOPLE), chance.choice(AIMS)
    return SUMMARY.format(people, chance.choice(FIELDS).lower(), aim)


def paragraphs(chance, count=2):
    """Rich text: some 300 characters a paragraph."""
    return "".join(f"<p>{' '.join(_sentences(chance))}</p>" for _ in range(count))


def _sentences(chance):
    for sentence in chance.sample(SENTENCES, 4):
        yield sentence.format(
            people=chance.choice(PEOPLE),
            aim=chance.choice(AIMS),
            field=chance.choice(FIELDS).lower(),
            town=town(chance),
        )
