# XML::Feed, which reads Atom with XML::Atom.
use strict; use warnings;
use XML::Feed; use XML::Atom; use JSON::PP; use File::Basename;
$XML::Atom::ForceUnicode = 1;

my %said;
for my $name (@ARGV) {
    my $feed = eval { XML::Feed->parse($name) };
    if (!$feed) { $said{basename($name)} = { error => "" . ($@ || XML::Feed->errstr) }; next }
    $said{basename($name)} = { title => $feed->title, entries => [ map { {
        id => $_->id, title => $_->title, address => $_->link, text => $_->summary->body,
        updated => $_->modified->clone->set_time_zone("UTC")->strftime("%Y-%m-%dT%H:%M:%SZ"),
        kinds => [ $_->category ],
    } } $feed->entries ] };
}
print JSON::PP->new->utf8->encode(\%said);
