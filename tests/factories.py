"""Records for tests: live, plain and the same in every run.

Numbers are padded, so that records made in a row also sort in a row. Dates may be given as text.
"""

import datetime as dt
import hashlib

import factory
from factory.django import DjangoModelFactory

from partners import models
from partners.values.dates import PartialDate, PartialDateField

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
SINCE_THEN = dt.datetime(2021, 1, 1, tzinfo=dt.UTC)
FAR_AHEAD = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)


class RecordFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    @classmethod
    def _adjust_kwargs(cls, **kwargs):
        for field in cls._meta.model._meta.fields:
            if isinstance(field, PartialDateField) and isinstance(kwargs.get(field.name), str):
                kwargs[field.name] = kwargs[field.name] and PartialDate(kwargs[field.name])
        return kwargs


class RootFactory(RecordFactory):
    """Live by default; `draft=True`, `scheduled=True` and `withdrawn=True` make it otherwise."""

    class Meta:
        abstract = True

    class Params:
        draft = factory.Trait(published_at=None)
        scheduled = factory.Trait(published_at=FAR_AHEAD)
        withdrawn = factory.Trait(withdrawn_at=SINCE_THEN)

    slug = factory.SelfAttribute("key")
    published_at = LONG_AGO


class OwnedFactory(RecordFactory):
    """A part that any root can have; an organisation's unless another owner is given."""

    class Meta:
        abstract = True

    _owners = tuple(models.ROOTS)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        if not any(kwargs.get(owner) for owner in cls._owners):
            kwargs["organisation"] = OrganisationFactory()
        return super()._create(model_class, *args, **kwargs)


class TopicFactory(RecordFactory):
    class Meta:
        model = models.Topic

    key = factory.Sequence("topic-{:04}".format)
    name = factory.Sequence("Topic {:04}".format)


class SourceFactory(RecordFactory):
    class Meta:
        model = models.Source

    key = factory.Sequence("source-{:04}".format)
    title = factory.Sequence("Source {:04}".format)
    url = factory.Sequence("https://example.org/sources/{:04}".format)


class TermFactory(RecordFactory):
    class Meta:
        model = models.Term

    key = factory.Sequence("term-{:04}".format)
    abbreviation = factory.Sequence("T{:04}".format)
    expansion = factory.Sequence("Term number {:04}".format)


class OrganisationFactory(RootFactory):
    """`home=True` makes it the society whose site this is; `topics=[…]` gives it topics."""

    class Meta:
        model = models.Organisation
        skip_postgeneration_save = True

    class Params:
        home = factory.Trait(is_home=True)

    key = factory.Sequence("organisation-{:04}".format)
    name = factory.Sequence("Organisation {:04}".format)

    @factory.post_generation
    def topics(self, create, extracted, **kwargs):
        if create and extracted:
            self.topics.set(extracted)


class OrganisationNameFactory(RecordFactory):
    class Meta:
        model = models.OrganisationName

    organisation = factory.SubFactory(OrganisationFactory)
    kind = models.OrganisationName.Kind.FORMER
    name = factory.Sequence("Former name {:04}".format)


class OrganisationRelationFactory(RecordFactory):
    class Meta:
        model = models.OrganisationRelation

    organisation = factory.SubFactory(OrganisationFactory)
    kind = models.OrganisationRelation.Kind.MEMBER_OF
    other = factory.SubFactory(OrganisationFactory)


class FigureFactory(RecordFactory):
    class Meta:
        model = models.Figure

    organisation = factory.SubFactory(OrganisationFactory)
    measure = "members"
    value = factory.Sequence(lambda n: 1000 + n)


class IdentifierFactory(RecordFactory):
    class Meta:
        model = models.Identifier

    organisation = factory.SubFactory(OrganisationFactory)
    scheme = models.Identifier.Scheme.WIKIDATA
    register = factory.LazyAttribute(lambda made: "ZVR" if made.scheme == "other" else "")
    value = factory.Sequence(lambda n: f"Q{n + 1}")


class CollaborationFactory(RootFactory):
    class Meta:
        model = models.Collaboration

    key = factory.Sequence("collaboration-{:04}".format)
    title = factory.Sequence("Collaboration {:04}".format)
    kind = models.Collaboration.Kind.LIAISON


class PartyFactory(RecordFactory):
    class Meta:
        model = models.Party

    collaboration = factory.SubFactory(CollaborationFactory)
    organisation = factory.SubFactory(OrganisationFactory)


class JointWorkFactory(RecordFactory):
    class Meta:
        model = models.JointWork

    collaboration = factory.SubFactory(CollaborationFactory)
    title = factory.Sequence("Joint work {:04}".format)


class EventSeriesFactory(RootFactory):
    class Meta:
        model = models.EventSeries

    key = factory.Sequence("series-{:04}".format)
    title = factory.Sequence("Series {:04}".format)


class EventFactory(RootFactory):
    """A single event of May 2018; `postponed=True` leaves it without a date."""

    class Meta:
        model = models.Event

    class Params:
        postponed = factory.Trait(starts="", ends="", status=models.Event.Status.POSTPONED)

    key = factory.Sequence("event-{:04}".format)
    title = factory.Sequence("Event {:04}".format)
    starts = "2018-05"


class OrganiserFactory(RecordFactory):
    """Of an event, unless a series is given."""

    class Meta:
        model = models.Organiser

    organisation = factory.SubFactory(OrganisationFactory)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        if not (kwargs.get("series") or kwargs.get("event")):
            kwargs["event"] = EventFactory()
        return super()._create(model_class, *args, **kwargs)


class PageFactory(RootFactory):
    class Meta:
        model = models.Page

    key = factory.Sequence("page-{:04}".format)
    title = factory.Sequence("Page {:04}".format)
    body = "<p>What the page says.</p>"


class PartnersPageFactory(PageFactory):
    """The page whose text opens the site; there is one."""

    class Meta:
        model = models.Page
        django_get_or_create = ("key",)

    key = models.Page.PARTNERS
    title = "Partners"


class SectionFactory(RecordFactory):
    class Meta:
        model = models.Section

    key = factory.Sequence("section-{:04}".format)
    page = factory.SubFactory(PartnersPageFactory)
    title = factory.Sequence("Section {:04}".format)
    position = factory.Sequence(int)


class SectionEntryFactory(RecordFactory):
    class Meta:
        model = models.SectionEntry

    section = factory.SubFactory(SectionFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    position = factory.Sequence(int)


class RedirectFactory(RecordFactory):
    class Meta:
        model = models.Redirect

    old_path = factory.Sequence("/old/{:04}/".format)
    new_path = factory.Sequence("/new/{:04}/".format)


class CitationFactory(OwnedFactory):
    class Meta:
        model = models.Citation

    source = factory.SubFactory(SourceFactory)
    path = "slug"


class LinkFactory(OwnedFactory):
    class Meta:
        model = models.Link

    label = factory.Sequence("Training resources {:04}".format)
    url = factory.Sequence("https://example.org/training/{:04}".format)


class VerificationFactory(OwnedFactory):
    """Of an organisation, unless another root or a figure is given."""

    class Meta:
        model = models.Verification

    _owners = (*models.ROOTS, "figure")

    verified_at = SINCE_THEN
    how = "compared with their web site"


class ContactFactory(OwnedFactory):
    """Of an organisation, unless a collaboration is given."""

    class Meta:
        model = models.Contact

    _owners = ("organisation", "collaboration")

    name = factory.Sequence("Dr Contact {:04}".format)
    email = factory.Sequence("contact{:04}@partner.example.org".format)


class AgreementFactory(RecordFactory):
    class Meta:
        model = models.Agreement

    collaboration = factory.SubFactory(CollaborationFactory)


class AgreementDocumentFactory(RecordFactory):
    class Meta:
        model = models.AgreementDocument

    agreement = factory.SubFactory(AgreementFactory)
    name = "agreement.pdf"
    content = factory.Sequence(lambda number: b"%%PDF-1.7 %d" % number)
    sha256 = factory.LazyAttribute(lambda made: hashlib.sha256(made.content).hexdigest())


class InquiryFactory(RecordFactory):
    class Meta:
        model = models.Inquiry

    contact = factory.SubFactory(ContactFactory)
    kind = "partners.organisation"
    key = factory.SelfAttribute("contact.organisation.key")
    title = factory.SelfAttribute("contact.organisation.name")
    subject = "Is this still right?"
    text = "Please look."
    expires_at = FAR_AHEAD


class AnswerFactory(RecordFactory):
    """Sent, and not dealt with yet; nothing is corrected in it."""

    class Meta:
        model = models.Answer

    inquiry = factory.SubFactory(InquiryFactory)
    kind = "right"
    by_name = "Dr Ada Example"
    sent_at = SINCE_THEN


class MistakeReportFactory(RecordFactory):
    class Meta:
        model = models.MistakeReport

    page = "/organisations/esr/"
    statement = "Founded 2016"
    text = "It was 2015."


#: Model → its plain factory, which is the first of those that make it.
FACTORIES = {
    each._meta.model: each
    for each in reversed([*vars().values()])
    if isinstance(each, type) and issubclass(each, RecordFactory) and each._meta.model
}
ROOT_FACTORIES = [FACTORIES[model] for model in models.ROOT_MODELS.values()]
