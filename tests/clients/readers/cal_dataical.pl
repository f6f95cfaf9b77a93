# Data::ICal, which leaves dates as they are written.
use strict; use warnings;
use Data::ICal; use JSON::PP; use File::Basename;

sub value { my ($event, $name) = @_; my $found = $event->property($name); return $found ? $found->[0]->decoded_value : undef }

sub day {
    my ($event, $name) = @_;
    my $text = value($event, $name) // return undef;
    $text =~ s/^(\d{4})(\d\d)(\d\d)$/$1-$2-$3/ or return undef;
    return $text;
}

my %said;
for my $name (@ARGV) {
    my $calendar = Data::ICal->new(filename => $name);
    if (!$calendar) { $said{basename($name)} = { error => $calendar->error_message }; next }
    $said{basename($name)} = [ map { {
        uid => value($_, "uid"), name => value($_, "summary"), start => day($_, "dtstart"),
        end => day($_, "dtend"), status => value($_, "status"), place => value($_, "location") // "",
        address => value($_, "url"), text => value($_, "description"),
    } } grep { $_->ical_entry_type eq "VEVENT" } @{ $calendar->entries } ];
}
print JSON::PP->new->latin1->encode(\%said);
