//! Charts as SVG, made here: no script draws, and no style is inline.

use super::super::html::escape;
use crate::amount::Amount;
use std::fmt::Write as _;

/// The size of a chart in its own units, and the room below the bars.
const SIZE: (i64, i64) = (720, 210);
const BOTTOM: i64 = 24;
const TOP: i64 = 20;

/// Bars, one for each part: its name, and an amount that is not negative.
pub(super) fn bars(title: &str, parts: &[(String, Amount)]) -> String {
    let (width, height) = SIZE;
    let count = i64::try_from(parts.len()).unwrap_or(1).max(1);
    let most = parts.iter().map(|(_, amount)| amount.0).max().unwrap_or(0).max(1);
    let room = height - BOTTOM - TOP;
    let mut svg =
        format!("<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">", escape(title));
    for ((name, amount), number) in parts.iter().zip(0_i64..) {
        let left = width * number / count;
        let right = width * (number + 1) / count;
        let bar = i64::try_from(i128::from(amount.0.max(0)) * i128::from(room) / i128::from(most)).unwrap_or(0);
        let bar = if amount.0 > 0 { bar.max(2) } else { 0 };
        let _ = write!(
            svg,
            "<rect class=\"bar\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{bar}\" rx=\"2\"><title>{}: {amount} EUR</title></rect>",
            left + 2,
            height - BOTTOM - bar,
            (right - left - 4).max(1),
            escape(name),
        );
    }
    let line = height - BOTTOM;
    let _ = write!(svg, "<line class=\"axis\" x1=\"0\" y1=\"{line}\" x2=\"{width}\" y2=\"{line}\"/>");
    let shown = if most == 1 { Amount::ZERO } else { Amount(most) };
    let _ = write!(svg, "<text x=\"2\" y=\"13\">{shown} EUR</text>");
    if let (Some((first, _)), Some((last, _))) = (parts.first(), parts.last()) {
        let below = height - 6;
        let _ = write!(
            svg,
            "<text x=\"2\" y=\"{below}\">{}</text><text x=\"{}\" y=\"{below}\" text-anchor=\"end\">{}</text>",
            escape(first),
            width - 2,
            escape(last)
        );
    }
    svg.push_str("</svg>");
    svg
}
