"""The domain. Roots are published, parts belong to them, vocabularies serve them all."""

from partners.models.addresses import Address, addresses_of, outside_addresses
from partners.models.agreements import Agreement, AgreementDocument
from partners.models.answers import Answer, Inquiry, MistakeReport
from partners.models.attention import LinkCheck, RegisterRecord, Reminder, Snooze, SourceCheck
from partners.models.base import ROOTS, Part, Root, Vocabulary, root_name
from partners.models.bookkeeping import (
    Chore,
    ContentVersion,
    LinkRequest,
    LoadedRow,
    Record,
    Verification,
    Word,
)
from partners.models.collaboration import Collaboration, JointWork, Party
from partners.models.event import Event
from partners.models.organisation import Organisation, OrganisationRelation
from partners.models.organiser import Organiser
from partners.models.page import Page, Section, SectionEntry
from partners.models.people import Contact, Erasure
from partners.models.profile import Figure, Identifier, OrganisationName
from partners.models.publishing import PendingChange, PreviewLink, Revision, SentSheet
from partners.models.redirects import MissedAddress, Redirect
from partners.models.series import EventSeries
from partners.models.sources import Citation, Link, Source
from partners.models.tasks import Job
from partners.models.vocabulary import Term, Topic

#: The registry of roots: what one is called in fields and addresses → its model, in the order of
#: loading. What is done for every root asks here.
ROOT_MODELS = {
    name: next(model for model in Root.__subclasses__() if model._meta.label == label)
    for name, label in ROOTS.items()
}

__all__ = [
    "ROOTS",
    "ROOT_MODELS",
    "Address",
    "Agreement",
    "AgreementDocument",
    "Answer",
    "Chore",
    "Citation",
    "Collaboration",
    "Contact",
    "ContentVersion",
    "Erasure",
    "Event",
    "EventSeries",
    "Figure",
    "Identifier",
    "Inquiry",
    "Job",
    "JointWork",
    "Link",
    "LinkCheck",
    "LinkRequest",
    "LoadedRow",
    "MissedAddress",
    "MistakeReport",
    "Organisation",
    "OrganisationName",
    "OrganisationRelation",
    "Organiser",
    "Page",
    "Part",
    "Party",
    "PendingChange",
    "PreviewLink",
    "Record",
    "Redirect",
    "RegisterRecord",
    "Reminder",
    "Revision",
    "Root",
    "Section",
    "SectionEntry",
    "SentSheet",
    "Snooze",
    "Source",
    "SourceCheck",
    "Term",
    "Topic",
    "Verification",
    "Vocabulary",
    "Word",
    "addresses_of",
    "outside_addresses",
    "root_name",
]
