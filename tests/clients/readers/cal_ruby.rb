# ruby-icalendar.
require "stringio"
require "icalendar"
require "json"

def moment(value)
  return nil if value.nil?
  return value.to_date.iso8601 if value.is_a?(Icalendar::Values::Date)
  value.to_time.utc.strftime("%Y-%m-%dT%H:%M:%SZ")
end

def event(each)
  {
    uid: each.uid, name: each.summary, start: moment(each.dtstart), end: moment(each.dtend),
    status: each.status, place: each.location.to_s, address: each.url&.to_s, text: each.description
  }
end

said = ARGV.to_h do |name|
  read = Icalendar::Calendar.parse(File.read(name)).flat_map { |calendar| calendar.events.map { |each| event(each) } }
  [File.basename(name), read]
rescue StandardError => error
  [File.basename(name), { error: "#{error.class}: #{error.message}"[0, 200] }]
end
puts JSON.generate(said)
