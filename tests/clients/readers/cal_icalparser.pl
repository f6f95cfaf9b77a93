# iCal::Parser, asked for the years that events are in.
use strict; use warnings;
use DateTime; use iCal::Parser; use JSON::PP; use File::Basename;

sub moment {
    my ($at, $whole) = @_;
    return undef unless $at;
    return $at->ymd if $whole;
    return $at->clone->set_time_zone("UTC")->strftime("%Y-%m-%dT%H:%M:%SZ");
}

my %said;
for my $name (@ARGV) {
    my $read = eval {
        my $parser = iCal::Parser->new(start => DateTime->new(year => 2014), end => DateTime->new(year => 9999, month => 12, day => 31));
        my $days = $parser->parse($name)->{events};
        my %events;
        for my $year (values %$days) { for my $month (values %$year) { for my $day (values %$month) {
            for my $each (values %$day) {
                my ($start, $end) = map { moment($each->{$_}, $each->{allday}) } qw(DTSTART DTEND);
                my $known = $events{ $each->{UID} } //= {
                    uid => $each->{UID}, name => $each->{SUMMARY}, start => $start, end => $end,
                    status => $each->{STATUS}, place => $each->{LOCATION} // "",
                    address => $each->{URL}, text => $each->{DESCRIPTION},
                };
                $known->{start} = $start if $start lt $known->{start};
                $known->{end} = $end if $end gt $known->{end};
            }
        } } }
        [ values %events ];
    };
    $said{basename($name)} = $read // { error => substr($@, 0, 200) };
}
print JSON::PP->new->latin1->encode(\%said);
