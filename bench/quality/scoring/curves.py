"""Curves of recall and precision, and their picture: SVG written by hand."""

WIDE, HIGH, EDGE = 640, 420, 60
COLOURS = ["#1f5fa8", "#c4572e", "#3c8a4e", "#7a5ea8"]


def curve(hits, labels):
    """hits: (rank key, label id or None) of every finding of every folder, best first after sorting by key.

    Gives (recall, precision, false ones so far) after each further finding; a label counts once."""
    points, found, false = [], set(), 0
    for _, ident in sorted(hits, key=lambda h: h[0], reverse=True):
        if ident is None:
            false += 1
        else:
            found.add(ident)
        points.append((len(found) / max(1, labels), len(found) / max(1, len(found) + false), false))
    return points


def best_recall(points, allowed):
    """Highest recall with at most so many false ones."""
    return max([r for r, _, false in points if false <= allowed], default=0.0)


def _place(recall, precision):
    return EDGE + recall * (WIDE - 2 * EDGE), HIGH - EDGE - precision * (HIGH - 2 * EDGE)


def picture(title, lines):
    """lines: [(name, points)]."""
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">' % (WIDE, HIGH),
           '<title>%s</title>' % title, '<rect width="%d" height="%d" fill="#ffffff"/>' % (WIDE, HIGH)]
    for n in range(6):
        x, y = _place(n / 5, n / 5)
        out.append('<path d="M%.0f %d V%d M%d %.0f H%d" stroke="#dddddd"/>' % (x, EDGE, HIGH - EDGE, EDGE, y, WIDE - EDGE))
        out.append('<text x="%.0f" y="%d" text-anchor="middle">%.1f</text>' % (x, HIGH - EDGE + 18, n / 5))
        out.append('<text x="%d" y="%.0f" text-anchor="end">%.1f</text>' % (EDGE - 8, y + 4, n / 5))
    out.append('<text x="%d" y="24" text-anchor="middle" font-weight="bold">%s</text>' % (WIDE // 2, title))
    out.append('<text x="%d" y="%d" text-anchor="middle">recall</text>' % (WIDE // 2, HIGH - 14))
    out.append('<text x="16" y="%d" transform="rotate(-90 16 %d)" text-anchor="middle">precision</text>' % (HIGH // 2, HIGH // 2))
    for n, (name, points) in enumerate(lines):
        colour = COLOURS[n % len(COLOURS)]
        if points:
            path, last = [], None
            for recall, precision, _ in points:
                place = "%.1f %.1f" % _place(recall, precision)
                if place != last:
                    path.append(("L" if path else "M") + place)
                    last = place
            out.append('<path d="%s" fill="none" stroke="%s" stroke-width="2"/>' % ("".join(path), colour))
        x = EDGE + 190 * n  # the legend stands above, where no curve is
        out.append('<path d="M%d 42 h22" stroke="%s" stroke-width="3"/>' % (x, colour))
        out.append('<text x="%d" y="46">%s%s</text>' % (x + 28, name, "" if points else ": nothing yet"))
    return "\n".join(out) + "\n</svg>\n"
