//! Columns for people.

use super::style;
use unicode_width::UnicodeWidthStr;

/// Rows whose columns begin at the same place. The last column is as long as it is.
pub fn render(rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| style::clean(cell).into()).collect()).collect();
    let column_count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width_of = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
    let widths: Vec<usize> = (0..column_count).map(|column| width_of(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width - cell.width() + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_by_width_on_screen() {
        let rows = [["漢", "1"], ["ab", "2"], ["c", ""]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(render(&rows), "漢  1\nab  2\nc\n");
    }
}
