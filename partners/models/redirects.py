"""Addresses of this site: old ones that lead on, and those that were asked for in vain."""

import posixpath
import re
import unicodedata
from collections import defaultdict
from datetime import timedelta
from functools import partial
from itertools import combinations
from urllib.parse import quote, unquote_plus, unquote_to_bytes, urlsplit, urlunsplit

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.http.request import validate_host
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.encoding import repercent_broken_unicode

from partners.models.base import ROOTS, Part
from partners.models.known import batches
from partners.models.page import Page
from partners.values.lines import several_lines, visible
from partners.values.validators import ascii_host

NOT_OURS = "Write an address of this site, beginning with one slash: “/events/”."
IN_USE = "There is a page at this address, which people see: nobody is sent on."
OF_STAFF = "Addresses of the admin lead to its log-in: nobody is sent on from there."
#: What would not come back from a path as it went in.
RESERVED = re.compile(r"[%?#\\\s\x00-\x1f\x7f]")
#: Of an asked query any choice of so many parameters may be the old address; the rest goes along.
MOST_PARAMETERS = 6


def within_site(text):
    """What a person wrote as an address of this site, from its first slash on.

    The scheme and host of this site are taken off. Raises ValidationError for any other.
    """
    text = several_lines(text).replace(" ", "%20")
    try:
        parts = urlsplit(text)
        is_ours = parts.scheme in ("http", "https") and validate_host(
            ascii_host(parts.hostname or ""),
            [urlsplit(settings.SITE_URL).hostname, *settings.ALLOWED_HOSTS],
        )
    except ValueError:
        raise ValidationError(NOT_OURS) from None
    if is_ours:
        text = urlunsplit(parts._replace(scheme="", netloc="", path=parts.path or "/"))
    if not re.fullmatch(r"/(?!/)[^\\\s\x00-\x1f\x7f]*", text):
        raise ValidationError(NOT_OURS)
    return text


def normal(address):
    """The one form of an address (str: path and query, as asked, without a fragment).

    Small letters, no percent signs but where they are needed, no doubled slash, nothing that nobody
    sees, and no “..” (RFC 3986, section 5.2.4); a slash at the end unless the last part has a dot;
    the parameters of the query sorted.
    """
    path, _, query = address.partition("?")
    return _joined(_normal_path(path), sorted(map(_normal_parameter, _parameters(query))))


def _normal_path(path):
    path = unicodedata.normalize("NFC", visible(decoded(path)).lower())
    path = posixpath.normpath(re.sub("/{2,}", "/", path)).rstrip("/")
    ending = "" if "." in path.rpartition("/")[2] else "/"
    return RESERVED.sub(lambda found: quote(found[0]), path + ending)


def decoded(path):
    """The path (str) as a request has it in `path_info`: see RFC 3986, section 2.1."""
    return repercent_broken_unicode(unquote_to_bytes(path)).decode()


def _normal_parameter(written):
    return "=".join(quote(unquote_plus(side)) for side in written.split("=", 1))


def _parameters(query):
    return [parameter for parameter in query.split("&") if parameter]


def _joined(path, parameters):
    return f"{path}?{'&'.join(parameters)}" if parameters else path


def _forms(address):
    """Each form in which an old address may be on record for what is asked, the closest first."""
    whole = normal(address.partition("#")[0])
    path, _, query = whole.partition("?")
    parameters = _parameters(query)
    yield whole
    for size in reversed(range(min(len(parameters), MOST_PARAMETERS) + 1)):
        for chosen in combinations(parameters[:MOST_PARAMETERS], size):
            yield _joined(path, chosen)


def refuse_unasked(address):
    """Refuse an old address that no browser would ask for. Raises ValidationError."""
    if "#" in address:
        raise ValidationError(
            "Browsers keep the “#” and what follows it to themselves. Leave it out."
        )
    if "\0" in decoded(address):
        raise ValidationError("There is “%00” in this address: no page has that. Copy it anew.")


class SiteAddressField(models.CharField):
    """An address of this site, from its first slash on, however it was copied."""

    default_validators = [within_site]

    def to_python(self, value):
        value = super().to_python(value)
        try:
            return self.tidy(value)
        except ValidationError:
            return value  # which the validators refuse

    def get_prep_value(self, value):
        """What is looked for is left as it is: it may be a piece of an address."""
        return models.Field.get_prep_value(self, value)

    def get_db_prep_save(self, value, connection):
        if isinstance(value, str):
            value = self.to_python(value)
        return super().get_db_prep_save(value, connection)

    def tidy(self, value):
        return within_site(value)


class OldAddressField(SiteAddressField):
    """In its one form, whoever writes it: see `normal`."""

    default_validators = [within_site, refuse_unasked]

    def tidy(self, value):
        value = super().tidy(value)
        refuse_unasked(value)
        return normal(value)


class RedirectQuerySet(models.QuerySet):
    def target(self, address):
        """Where `address` (path and query) leads in the end, or None.

        Chains are followed here, and circles lead nowhere: whoever is sent there is sent once.
        """
        return followed(address, self._at)

    def _at(self, forms):
        return {each.old_path: each for each in self.filter(old_path__in=forms)}

    def record_move(self, before, after):
        """`record_moves` of one."""
        self.record_moves([(before, after)])

    def record_moves(self, moves):
        """Keep the address that each root had, if the public ever saw it, leading on.

        `moves` are pairs of the root before and after, in order. A new address is in use from now
        on and sends nobody elsewhere.
        """
        at, leads = timezone.now(), {}
        for before, after in moves:
            if not before.is_named(at) or before.slug == after.slug:
                continue
            new_path = after.get_absolute_url()
            old, new = normal(before.get_absolute_url()), normal(new_path)
            if old != new:
                leads |= {new: None, old: new_path}
        self._lead(leads)

    def _lead(self, leads):
        """Make addresses lead where `leads` (old → new) says; those of None lead nowhere."""
        for some in batches(old for old, new in leads.items() if new is None):
            self.filter(old_path__in=some).delete()
        redirects = [Redirect(old_path=old, new_path=new) for old, new in leads.items() if new]
        self.bulk_create(
            redirects,
            update_conflicts=True,
            unique_fields=["old_path"],
            update_fields=["new_path"],
        )


def followed(address, redirects_at):
    """Where `address` leads in the end, or None; `redirects_at` (a function of its forms) gives the
    redirects from there: {old address: Redirect}."""
    passed = set()
    while found := _closest(address, redirects_at):
        if found.pk in passed:
            return None
        passed.add(found.pk)
        address = found.leads(address)
    return address if passed else None


def _closest(address, redirects_at):
    forms = list(_forms(address))
    found = redirects_at(forms)
    return next((found[form] for form in forms if form in found), None)


class Redirect(Part):
    """An old address of this site and where it leads now."""

    old_path = OldAddressField(
        "old address",
        max_length=300,
        unique=True,
        help_text="Copied from the browser, or without the host: “/our-partners/”, "
        "“/index.php?id=42”. Capitals and a slash at the end make no difference.",
    )
    new_path = SiteAddressField("new address", max_length=300, help_text="For example “/”.")

    objects = RedirectQuerySet.as_manager()

    class Meta:
        ordering = ["old_path", "pk"]
        constraints = [
            models.CheckConstraint(
                name="redirect_not_to_itself",
                condition=~Q(old_path=F("new_path")),
                violation_error_code="new_path",
                violation_error_message="The old and the new address are the same.",
            )
        ]

    def __str__(self):
        return f"{self.old_path} → {self.new_path}"

    def leads(self, asked):
        """The new address; what this redirect did not ask for of the query asked goes along."""
        known = _parameters(self.old_path.partition("?")[2])
        query = _parameters(asked.partition("#")[0].partition("?")[2])
        more = [each for each in query if _normal_parameter(each) not in known]
        address, hash_sign, fragment = self.new_path.partition("#")
        path, _, own = address.partition("?")
        return _joined(path, _parameters(own) + more) + hash_sign + fragment

    @classmethod
    def ask_ahead(cls, records, known):
        known.load(Page, [Page.PARTNERS])
        known.view(_Redirects).load_from({record.new_path for record in records})

    def clean_with(self, known):
        match = self._match()
        if match and "admin" in match.namespaces:
            raise ValidationError({"old_path": OF_STAFF})
        if match and not match.kwargs:
            raise ValidationError({"old_path": IN_USE})
        self._refuse_detour(known.get(Page, Page.PARTNERS))
        if self.new_path == self.old_path:
            return  # the constraint says so
        leads = followed(self.new_path, partial(known.view(_Redirects).at, but=self.pk))
        if self.old_path in _forms(leads or self.new_path):
            raise ValidationError(
                {"new_path": "This would close a circle: that address leads back to the old one."}
            )

    def clean_typed(self):
        """Raise ValidationError if the old address is the page of a record that the public may see,
        or one that belongs to it, such as its calendar or its data.

        A fixture may bring the redirect first, and the record that moves away after it.
        """
        match, at = self._match(), timezone.now()
        slug = match and match.kwargs.get("slug")
        for model in map(apps.get_model, ROOTS.values()) if slug else ():
            if model.address_prefix not in self.old_path:
                continue
            for record in model.objects.named(at).filter(slug__iexact=slug):
                if normal(record.get_absolute_url()) in self.old_path:
                    raise ValidationError({"old_path": IN_USE})

    def _match(self):
        """What of this site answers at the old address (ResolverMatch), or None."""
        return _match(decoded(self.old_path.partition("?")[0]))

    def _refuse_detour(self, home):
        """The visitor is sent once: not to an address that this site would send on from."""
        path = decoded(urlsplit(self.new_path).path)
        right = decoded(_normal_path(quote(path)))
        sentence = ""
        if not _is_address(path) and _is_address(right):
            slash_alone = "This address ends in a slash. Write the slash, too."
            sentence = slash_alone if right == f"{path}/" else f"Write this address as “{right}”."
        if home and path == reverse("partners:page-detail", args=[home.slug]):
            sentence = "This page opens the site: its address is “/”."
        if sentence:
            raise ValidationError({"new_path": sentence})


class _Redirects:
    """What leads on from an address, in what is known."""

    def __init__(self, known):
        self.known, self.stored = known, {}
        self.counted, self.new = 0, defaultdict(dict)

    def load_from(self, addresses):
        """Read the redirects from these addresses, and from all that they lead to."""
        forms = {form for address in addresses for form in _forms(address)}
        while missing := forms - self.stored.keys():
            self.stored |= dict.fromkeys(missing)
            found = [each for some in batches(missing) for each in self.known.ask(_stored_at, some)]
            redirects = [Redirect(pk=pk, old_path=old, new_path=new) for pk, old, new in found]
            self.stored |= {each.old_path: each for each in redirects}
            forms = {form for each in redirects for form in _forms(each.new_path)}

    def at(self, forms, but):
        """{old address: Redirect} of those from these addresses, all but that of one id."""
        if any(form not in self.stored for form in forms):
            self.load_from(forms)
        changed = self._changed()
        stored = (self.stored[form] for form in forms)
        known = [each for each in stored if each and each.pk not in changed]
        known += [each for form in forms for each in self.new[form].values()]
        return {each.old_path: each for each in known if each.pk != but}

    def _changed(self):
        """What is known to change of the redirects; those that come are sorted into `new`."""
        put = self.known.put_so_far.get(Redirect, [])
        for record in put[self.counted :]:
            self.new[record.old_path][record.pk] = record
        self.counted = len(put)
        return self.known.changed.get(Redirect, {})


def _stored_at(forms):
    """(id, old address, new address) of the stored redirects from these addresses."""
    redirects = Redirect.objects.filter(old_path__in=forms).order_by("pk")
    return list(redirects.values_list("pk", "old_path", "new_path"))


def _is_address(path):
    return _match(path) is not None


def _match(path):
    try:
        return resolve(path)
    except Resolver404:
        return None


class MissedAddressQuerySet(models.QuerySet):
    #: So many addresses are kept, and each so long since it was last asked for.
    MOST, KEPT = 1_000, timedelta(days=90)

    def without_redirect(self):
        return self.exclude(path__in=Redirect.objects.values("old_path"))

    @transaction.atomic
    def add(self, times, on):
        """Add `times` (path → number) as asked for on the day `on`; keep those asked for most."""
        rows = [MissedAddress(path=path, last_on=on) for path in sorted(times)]
        self.bulk_create(rows, ignore_conflicts=True)
        known = self.filter(path__in=times).order_by("path").select_for_update()
        for row in known:
            row.times, row.last_on = row.times + times[row.path], on
        self.bulk_update(known, ["times", "last_on"])
        self.filter(last_on__lt=on - self.KEPT).delete()
        most = self.order_by("-times", "-last_on", "path").values_list("path", flat=True)
        self.exclude(path__in=list(most[: self.MOST])).delete()


class MissedAddress(models.Model):
    """A path that people asked for and nothing answered: no query, nobody's name, no moment."""

    path = models.CharField("address", max_length=200, primary_key=True)
    times = models.PositiveIntegerField("times asked for", default=0)
    last_on = models.DateField("last on")

    objects = MissedAddressQuerySet.as_manager()

    class Meta:
        ordering = ["-times", "path"]
        verbose_name = "address not found"
        verbose_name_plural = "addresses not found"

    def __str__(self):
        return self.path
