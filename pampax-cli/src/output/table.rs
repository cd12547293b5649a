//! Columns for people.

use super::style;
use pampax_core::{Error, Result};
use serde::Serialize;
use serde_json::Value;
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

/// A result as rows of name and value; lists of objects become rows of their own.
///
/// # Errors
/// `INTERNAL` when the value has no JSON form.
pub fn document<T: Serialize>(value: &T) -> Result<String> {
    let value =
        serde_json::to_value(value).map_err(|error| Error::internal(format!("a result has no JSON form: {error}")))?;
    let mut rows = Vec::new();
    collect("", &value, &mut rows);
    Ok(render(&rows))
}

fn collect(name: &str, value: &Value, rows: &mut Vec<Vec<String>>) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                let field = field.replace('_', " ");
                collect(&if name.is_empty() { field } else { format!("{name} {field}") }, value, rows);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(name, item, rows)),
        Value::Null => {}
        Value::String(text) => rows.push(vec![name.to_owned(), text.clone()]),
        other => rows.push(vec![name.to_owned(), other.to_string()]),
    }
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
