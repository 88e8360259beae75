"""Climate control of a greenhouse: sensors, lamps and the schedule."""

import json
import time
from dataclasses import dataclass

LIMIT = 31.5  # degrees Celsius
RETRIES = 3


@dataclass
class Reading:
    """One value of one sensor."""

    bed: str
    celsius: float
    at: float


class SensorError(Exception):
    """A sensor that does not answer."""


class Climate:
    """Keeps all beds within their limits."""

    def __init__(self, bus, store, clock=time.time):
        self.bus = bus
        self.store = store
        self.clock = clock
        self.alarms = []

    def read(self, bed):
        """Return the current reading of a bed.

        A sensor that does not answer is asked RETRIES times, each time
        after twice the pause.
        """
        pause = 0.1
        for attempt in range(RETRIES):
            try:
                raw = self.bus.ask(bed, "temperature")
            except TimeoutError:
                time.sleep(pause)
                pause *= 2
                continue
            return Reading(bed, float(raw) / 10, self.clock())
        raise SensorError(f"no answer from {bed} after {RETRIES} tries")

    def heat(self, bed, degrees):
        """Turn the lamp on until a bed is warmer by some degrees."""
        start = self.read(bed).celsius
        self.bus.tell(bed, "lamp", "on")
        try:
            while self.read(bed).celsius < start + degrees:
                time.sleep(5)
        finally:
            self.bus.tell(bed, "lamp", "off")

    def check(self, beds):
        """Raise an alarm for each bed that is too hot."""
        for bed in beds:
            reading = self.read(bed)
            self.store.append(json.dumps(vars(reading)))
            if reading.celsius > LIMIT:
                self.alarms.append((bed, reading.celsius))
                self.bus.tell(bed, "window", "open")
        return len(self.alarms)

    def report(self, day):
        """Write the table of a day's mean temperatures."""
        rows = [json.loads(line) for line in self.store.lines(day)]
        beds = sorted({row["bed"] for row in rows})
        out = []
        for bed in beds:
            values = [row["celsius"] for row in rows if row["bed"] == bed]
            out.append(f"{bed}\t{sum(values) / len(values):.1f}")
        return "\n".join(out)


def parse_schedule(text):
    """Read lines such as "06:30 bed-3 +2.5" into tuples."""
    entries = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        try:
            clock, bed, degrees = line.split()
            hours, minutes = clock.split(":")
            entries.append((int(hours) * 60 + int(minutes), bed, float(degrees)))
        except ValueError as err:
            raise ValueError(f"line {number} of the schedule: {err}") from None
    return sorted(entries)


def run(climate, schedule, beds):
    """Follow a schedule for ever."""
    while True:
        now = time.localtime()
        minute = now.tm_hour * 60 + now.tm_min
        for at, bed, degrees in schedule:
            if at == minute:
                climate.heat(bed, degrees)
        climate.check(beds)
        time.sleep(60)
