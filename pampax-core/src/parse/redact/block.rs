//! Secrets that are recognised by what stands around them: bodies of private keys, passwords in connection strings.

use super::{MARK_START, Secret, SecretKind};
use std::ops::Range;

pub(super) const BEGIN: &[u8] = b"-----BEGIN ";
const MARK: &[u8] = b"[masked:private_key]";
const DASHES: &[u8] = b"-----";
const LONGEST_LABEL: usize = 64;
const LONGEST_USERINFO: usize = 512;
/// Lines without key material that may stand between the first line of a key and its body, such as `Proc-Type`.
const HEADER_LINES: usize = 4;

/// Adds the body lines of the private key whose `-----BEGIN` is at `at`; line breaks stay.
pub(super) fn private_key(bytes: &[u8], at: usize, found: &mut Vec<Secret>) {
    let label = at + BEGIN.len();
    let window = &bytes[label..bytes.len().min(label + LONGEST_LABEL)];
    let Some(length) = find(window, DASHES) else { return };
    if find(&window[..length], b"PRIVATE KEY").is_none() {
        return;
    }
    let mut line_start = label + length + DASHES.len();
    let mut passed = 0;
    let mut in_body = false;
    loop {
        let (line, next) = line_from(bytes, line_start);
        let closes = next == Some(line.end);
        if find(&bytes[line.clone()], MARK).is_some() {
            in_body = true;
        } else if let Some(body) = body(bytes, line, in_body || closes) {
            found.push(Secret::new(body, SecretKind::PrivateKey));
            in_body = true;
        } else if in_body || passed > HEADER_LINES {
            return;
        } else {
            passed += 1;
        }
        match next {
            Some(next) if !closes => line_start = next,
            _ => return,
        }
    }
}

/// The rest of the line at `start` up to five dashes, and where to go on: at the dashes, after the line break, nowhere.
fn line_from(bytes: &[u8], start: usize) -> (Range<usize>, Option<usize>) {
    let mut end = start;
    while let Some(byte) = bytes.get(end) {
        if *byte == b'\n' {
            return (start..end, Some(end + 1));
        }
        if bytes[end..].starts_with(DASHES) {
            return (start..end, Some(end));
        }
        end += 1;
    }
    (start..end, None)
}

/// The key material of one line without the quotes, escapes and signs that a string literal puts around it.
fn body(bytes: &[u8], line: Range<usize>, expected: bool) -> Option<Range<usize>> {
    let is_dressing = |byte: u8| {
        matches!(byte, b' ' | b'\t' | b'\r' | b'"' | b'\'' | b',' | b';' | b'`' | b'\\' | b'#' | b'*' | b')')
    };
    let mut range = line;
    loop {
        let slice = &bytes[range.clone()];
        let (Some(first), Some(last)) = (slice.first(), slice.last()) else { return None };
        if slice.starts_with(b"\\n") || slice.starts_with(b"\\r") {
            range.start += 2;
        } else if slice.ends_with(b"\\n") || slice.ends_with(b"\\r") {
            range.end -= 2;
        } else if is_dressing(*first) {
            range.start += 1;
        } else if is_dressing(*last) || (*last == b'+' && slice.ends_with(b" +")) {
            range.end -= 1;
        } else {
            break;
        }
    }
    let slice = &bytes[range.clone()];
    // On one line the breaks of the key are written as `\n`.
    let is_material = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\\');
    let long_enough = slice.len() >= if expected { 2 } else { 12 };
    (long_enough && slice.iter().all(is_material)).then_some(range)
}

/// The password of `scheme://user:password@host` whose first colon is at `at`.
pub(super) fn connection_password(bytes: &[u8], at: usize) -> Option<Secret> {
    let rest = bytes.get(at..)?.strip_prefix(b"://")?;
    let window = &rest[..rest.len().min(LONGEST_USERINFO)];
    let ends = |byte: &u8| {
        byte.is_ascii_whitespace() || matches!(byte, b'/' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'?' | b'#' | b'@')
    };
    let end = window.iter().position(ends).filter(|end| window[*end] == b'@')?;
    let colon = window[..end].iter().position(|byte| *byte == b':')?;
    let password = &window[colon + 1..end];
    let is_placeholder = matches!(password.first(), None | Some(b'$' | b'{' | b'%' | b'*' | b'.' | b'(' | b'['))
        || find(&window[..end], MARK_START.as_bytes()).is_some();
    let is_placeholder = is_placeholder || password.iter().any(|byte| b"(){}".contains(byte));
    let start = at + 3 + colon + 1;
    (!is_placeholder).then(|| Secret::new(start..start + password.len(), SecretKind::ConnectionPassword))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
