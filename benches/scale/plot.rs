//! Lines on two logarithmic axes, as an SVG that needs nothing else.

use crate::figures::report::number;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
/// What the lines are drawn in: left, top, right, bottom.
const FRAME: (f64, f64, f64, f64) = (70.0, 50.0, 520.0, 345.0);

/// Colours that people who see few colours tell apart too, and how the line is broken.
const STYLES: &[(&str, &str)] = &[("#0072b2", "none"), ("#d55e00", "7 4"), ("#009e73", "2 3"), ("#cc79a7", "9 3 2 3")];

/// Points that are joined, ordered by x.
pub struct Line<'a> {
    pub label: &'a str,
    pub points: Vec<(f64, f64)>,
}

/// A value against the number of files.
pub struct Plot<'a> {
    pub title: &'a str,
    pub lines: Vec<Line<'a>>,
}

impl Plot<'_> {
    /// The picture.
    pub fn svg(&self) -> String {
        let all: Vec<(f64, f64)> = self.lines.iter().flat_map(|line| line.points.iter().copied()).collect();
        let (left, top, right, bottom) = FRAME;
        let across = Axis::new(all.iter().map(|point| point.0), (left, right));
        let up = Axis::new(all.iter().map(|point| point.1), (bottom, top));
        let mut parts = vec![format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13" fill="#222">
<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>
<text x="{left}" y="28" font-size="16" font-weight="bold">{}</text>
<text x="{}" y="{}" text-anchor="middle">files</text>"##,
            escaped(self.title),
            (left + right) / 2.0,
            HEIGHT - 12.0,
        )];
        parts.extend(across.ticks().map(|value| {
            let x = across.place(value);
            rule((x, top), (x, bottom)) + &text((x, bottom + 20.0), "middle", &grouped(value))
        }));
        parts.extend(up.ticks().map(|value| {
            let y = up.place(value);
            rule((left, y), (right, y)) + &text((left - 8.0, y + 4.0), "end", &grouped(value))
        }));
        parts.extend(
            self.lines.iter().zip(STYLES.iter().cycle()).map(|(line, style)| drawn(line, *style, (&across, &up))),
        );
        parts.extend(self.labels(&up));
        parts.push("</svg>\n".into());
        parts.join("\n")
    }

    /// What each line is called, at its end, below the label above it.
    fn labels(&self, up: &Axis) -> Vec<String> {
        let mut ends: Vec<_> = self
            .lines
            .iter()
            .zip(STYLES.iter().cycle())
            .filter_map(|(line, (colour, _))| {
                let value = line.points.last()?.1;
                Some((up.place(value), format!("{} {}", line.label, number(value)), *colour))
            })
            .collect();
        ends.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut lowest = 0.0_f64;
        let label = |(y, label, colour): &(f64, String, &str)| {
            lowest = (lowest + 17.0).max(*y);
            let (x, y) = (FRAME.2 + 10.0, lowest + 4.0);
            format!(r#"<text x="{x}" y="{y:.1}" fill="{colour}">{}</text>"#, escaped(label))
        };
        ends.iter().map(label).collect()
    }
}

fn drawn(line: &Line, (colour, dashes): (&str, &str), (across, up): (&Axis, &Axis)) -> String {
    let places: Vec<(f64, f64)> = line.points.iter().map(|(x, y)| (across.place(*x), up.place(*y))).collect();
    let path: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let dot = |(x, y): &(f64, f64)| format!(r#"<circle cx="{x:.1}" cy="{y:.1}" r="3.5" fill="{colour}"/>"#);
    let path = path.join(" ");
    let dots: String = places.iter().map(dot).collect();
    format!(
        r#"<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>{dots}"#
    )
}

fn rule((x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> String {
    format!(r##"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" stroke="#ddd"/>"##)
}

fn text((x, y): (f64, f64), anchor: &str, text: &str) -> String {
    format!(r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{text}</text>"#)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// A tick as people read it: 50,000 or 0.5.
fn grouped(value: f64) -> String {
    let digits = format!("{value}");
    let is_break = |place: usize| place > 0 && value >= 1_000.0 && (digits.len() - place).is_multiple_of(3);
    digits
        .chars()
        .enumerate()
        .flat_map(|(place, digit)| is_break(place).then_some(',').into_iter().chain([digit]))
        .collect()
}

/// A logarithmic axis.
struct Axis {
    least: f64,
    most: f64,
    ends: (f64, f64),
}

impl Axis {
    /// The axis of these values, wide enough that its ends are ticks.
    fn new(values: impl Iterator<Item = f64>, ends: (f64, f64)) -> Axis {
        let (least, most) =
            values.fold((f64::INFINITY, 0.0_f64), |(least, most), value| (least.min(value), most.max(value)));
        let below = steps(least).filter(|step| *step <= least * 1.001).fold(0.0, f64::max);
        let above = steps(most).filter(|step| *step >= most * 0.999).fold(f64::INFINITY, f64::min);
        Axis { least: below, most: if above > below { above } else { below * 2.0 }, ends }
    }

    fn place(&self, value: f64) -> f64 {
        let share = (value / self.least).ln() / (self.most / self.least).ln();
        self.ends.0 + share * (self.ends.1 - self.ends.0)
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        let decades = (self.least.log10().floor() as i32)..=(self.most.log10().ceil() as i32);
        let all = decades.flat_map(of_decade);
        let (least, most) = (self.least * 0.999, self.most * 1.001);
        all.filter(move |tick| (least..=most).contains(tick))
    }
}

/// The ticks of the decade of `value`, and the first of the next.
fn steps(value: f64) -> impl Iterator<Item = f64> {
    let decade = value.log10().floor() as i32;
    of_decade(decade).into_iter().chain([of_decade(decade + 1)[0]])
}

fn of_decade(decade: i32) -> [f64; 3] {
    // Parsed, so that 0.2 is 0.2 and not 0.2000000001.
    [1, 2, 5].map(|digit| format!("{digit}e{decade}").parse().unwrap_or(1.0))
}
