"""Cost against size as an SVG picture: a panel a database, a line a page."""

from math import log10

from tests.benchmarks.targets import ADMIN, LIST, PAGES

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 560, 420, 60, 50, 180, 50
COLOURS = """#1b6ca8 #b3541e #2e7d32 #7b1fa2 #a61b3c #00695c #5d4037 #37474f #9e6b00 #3949ab
#c2185b #000000""".split()
NAMES = [*PAGES, ADMIN, LIST]


def draw(results):
    """The whole picture."""
    panels = [
        f'<g transform="translate({WIDTH * place} 0)">{panel(results, engine)}</g>'
        for place, engine in enumerate(results.engines)
    ]
    width = WIDTH * len(panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" '
        'role="img" aria-label="CPU per answer against the number of organisations" '
        'font-family="sans-serif" font-size="12">'
        f'<rect width="{width}" height="{HEIGHT}" fill="#fff"/>{"".join(panels)}</svg>\n'
    )


class Scale:
    """Logarithmic: from the least to the most value, onto the pixels between two ends."""

    def __init__(self, values, first, last):
        self.low, self.high = log10(min(values)), log10(max(values))
        self.first, self.last = first, last

    def __call__(self, value):
        share = (log10(value) - self.low) / ((self.high - self.low) or 1)
        return round(self.first + share * (self.last - self.first), 1)


def panel(results, engine):
    """Axes, lines, and each line's name where it ends."""
    lines = {name: [results.at(engine, size, name).cpu for size in results.sizes] for name in NAMES}
    costs = [cost for line in lines.values() for cost in line]
    across = Scale(results.sizes, LEFT, WIDTH - RIGHT)
    up = Scale([*costs, 1, 10], HEIGHT - BOTTOM, TOP)
    parts = [text(LEFT, TOP - 25, f"{engine}: ms of CPU per answer", weight="bold")]
    parts += [axis_across(across, results.sizes), axis_up(up, costs)]
    heights = spread({name: up(line[-1]) for name, line in lines.items()})
    for colour, (name, line) in zip(COLOURS, lines.items(), strict=True):
        points = [(across(size), up(cost)) for size, cost in zip(results.sizes, line, strict=True)]
        parts.append(polyline(points, colour))
        parts.append(text(WIDTH - RIGHT + 8, heights[name] + 4, name, fill=colour))
    return "".join(parts)


def axis_across(across, sizes):
    foot = HEIGHT - BOTTOM + 20
    marks = [text(across(size), foot, f"{size:,}", anchor="middle") for size in sizes]
    return "".join([*marks, text(LEFT, foot + 20, "organisations")])


def axis_up(up, costs):
    """A line across the panel at each power of ten, and at its double and its half."""
    steps = [step * 10**power for power in range(-2, 5) for step in (1, 2, 5)]
    low, high = min(*costs, 1), max(*costs, 10)
    lines = []
    for step in (step for step in steps if low <= step <= high):
        lines.append(polyline([(LEFT, up(step)), (WIDTH - RIGHT, up(step))], "#ddd"))
        lines.append(text(LEFT - 8, up(step) + 4, f"{step:g}", anchor="end"))
    return "".join(lines)


def spread(heights, apart=14):
    """The heights, moved down as far as it takes that no two names overlap."""
    moved, last = {}, -apart
    for name, height in sorted(heights.items(), key=lambda each: each[1]):
        moved[name] = last = max(height, last + apart)
    return moved


def polyline(points, colour):
    joined = " ".join(f"{x},{y}" for x, y in points)
    return f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def text(x, y, words, anchor="start", fill="#222", weight="normal"):
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{fill}" font-weight="{weight}">'
        f"{words}</text>"
    )
