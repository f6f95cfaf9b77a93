<?php
// sabre/vobject 2; what Nextcloud has is a later one.
require_once "Sabre/VObject/autoload.php";
error_reporting(E_ALL & ~E_DEPRECATED);

function moment($property) {
    if (!$property) return null;
    $at = $property->getDateTime();
    if (($property["VALUE"] ?? "") == "DATE") return $at->format("Y-m-d");
    return $at->setTimezone(new DateTimeZone("UTC"))->format("Y-m-d\\TH:i:s\\Z");
}

function read($each) {
    try {
        $when = ["start" => moment($each->DTSTART), "end" => moment($each->DTEND)];
    } catch (InvalidArgumentException $error) {
        $when = ["start" => $error->getMessage(), "end" => $error->getMessage()];
    }
    return $when + [
        "uid" => text($each->UID), "name" => text($each->SUMMARY),
        "status" => text($each->STATUS), "place" => (string) $each->LOCATION,
        "address" => text($each->URL), "text" => text($each->DESCRIPTION),
    ];
}

function text($property) {
    return $property === null ? null : (string) $property;
}

$said = [];
foreach (array_slice($argv, 1) as $name) {
    try {
        $calendar = Sabre\VObject\Reader::read(file_get_contents($name));
        $events = [];
        foreach ($calendar->select("VEVENT") as $each) {
            $events[] = read($each);
        }
        $said[basename($name)] = $events;
    } catch (Throwable $error) {
        $said[basename($name)] = ["error" => substr(get_class($error) . ": " . $error->getMessage(), 0, 200)];
    }
}
echo json_encode($said);
