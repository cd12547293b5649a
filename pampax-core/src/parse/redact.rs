//! Finds and masks secrets in text: keys, tokens, passwords. Pure, in linear time, without state.
//!
//! Never here: which files are skipped for their name (`classify`).

mod assignment;
mod block;

use crate::source::named_enum;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

named_enum! {
    /// What a masked piece of text is.
    SecretKind {
        /// The body of a private key in PEM.
        PrivateKey = "private_key",
        /// An access key of Amazon Web Services.
        AwsKey = "aws_key",
        /// A GitHub token.
        GithubToken = "github_token",
        /// A GitLab token.
        GitlabToken = "gitlab_token",
        /// A Slack token.
        SlackToken = "slack_token",
        /// A Stripe key.
        StripeKey = "stripe_key",
        /// A Google API key.
        GoogleKey = "google_key",
        /// An OpenAI key.
        OpenaiKey = "openai_key",
        /// An Anthropic key.
        AnthropicKey = "anthropic_key",
        /// A token of a package registry: npm or PyPI.
        RegistryToken = "registry_token",
        /// A token of another known service.
        ServiceToken = "service_token",
        /// A JSON web token.
        Jwt = "jwt",
        /// The password in a connection string.
        ConnectionPassword = "connection_password",
        /// The credentials of an authorization header.
        Authorization = "authorization",
        /// A password given as a literal.
        Password = "password",
        /// A key, token or other secret given as a literal.
        Secret = "secret",
    }
}

/// Whether secrets are masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Masking {
    /// Every secret is replaced by a mark.
    Masked,
    /// Text is shown as it is.
    Plain,
}

/// One secret in a text. It never spans a line break.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Secret {
    /// Its bytes.
    pub bytes: Range<usize>,
    /// What it is.
    pub kind: SecretKind,
}

impl Secret {
    fn new(bytes: Range<usize>, kind: SecretKind) -> Secret {
        Secret { bytes, kind }
    }
}

const MARK_START: &str = "[masked:";
const MOST_ROUNDS: usize = 16;

/// `text` with a mark such as `[masked:github_token]` in the place of each secret. The number of lines stays; masking
/// twice is masking once; a text without secrets is returned as it is.
pub fn mask(text: &str) -> Cow<'_, str> {
    let mut masked = Cow::Borrowed(text);
    // A mark can make its neighbours readable as a secret of their own.
    for _ in 0..MOST_ROUNDS {
        let found = secrets(&masked);
        if found.is_empty() {
            break;
        }
        masked = Cow::Owned(mask_range(&masked, &found, 0..masked.len()).into_owned());
    }
    masked
}

/// The part of `text` at `range` with marks in the place of those of its `secrets` that it holds or cuts; empty when
/// the range does not lie on character borders within the text.
///
/// A secret that is recognised by what stands around it stays masked however small the part is.
pub fn mask_range<'a>(text: &'a str, secrets: &[Secret], range: Range<usize>) -> Cow<'a, str> {
    let first = secrets.partition_point(|secret| secret.bytes.end <= range.start);
    let after = secrets.partition_point(|secret| secret.bytes.start < range.end);
    let Some(part) = text.get(range.clone()) else { return Cow::Borrowed("") };
    if first >= after {
        return Cow::Borrowed(part);
    }
    let mut masked = String::with_capacity(range.len());
    let mut copied = range.start;
    for secret in &secrets[first..after] {
        masked.push_str(text.get(copied..secret.bytes.start.max(copied)).unwrap_or(""));
        masked.push_str(MARK_START);
        masked.push_str(secret.kind.name());
        masked.push(']');
        copied = secret.bytes.end;
    }
    masked.push_str(text.get(copied..range.end.max(copied)).unwrap_or(""));
    Cow::Owned(masked)
}

/// `text` as `masking` shows it.
pub fn masked_as(masking: Masking, text: &str) -> Cow<'_, str> {
    match masking {
        Masking::Masked => mask(text),
        Masking::Plain => Cow::Borrowed(text),
    }
}

/// The secrets of `text`, ordered and disjoint. What is masked already is not a secret.
pub fn secrets(text: &str) -> Vec<Secret> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(step) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| TRIGGERS[usize::from(*byte)])) {
        at += step;
        if bytes[at..].starts_with(block::BEGIN) {
            block::private_key(bytes, at, &mut found);
        } else {
            found.extend(find_at(text, at));
        }
        at += 1;
    }
    found.sort_by_key(|secret| (secret.bytes.start, std::cmp::Reverse(secret.bytes.end)));
    found.dedup_by(|secret, before| {
        let overlaps = secret.bytes.start < before.bytes.end;
        before.bytes.end = if overlaps { before.bytes.end.max(secret.bytes.end) } else { before.bytes.end };
        overlaps
    });
    found
}

/// The bytes without which there is no secret, so that clean text is passed over at the speed of one look per byte.
const TRIGGERS: [bool; 256] = {
    let mut triggers = [false; 256];
    let mut index = 0;
    let bytes = b"-_IJ:=";
    while index < bytes.len() {
        triggers[bytes[index] as usize] = true;
        index += 1;
    }
    triggers
};

fn find_at(text: &str, at: usize) -> Option<Secret> {
    let bytes = text.as_bytes();
    match bytes[at] {
        b':' if bytes[..=at].ends_with(MARK_START.as_bytes()) => None,
        b'J' => web_token(bytes, at),
        b'=' | b':' => block::connection_password(bytes, at).or_else(|| assignment::literal(text, at)),
        _ => prefixed(bytes, at),
    }
}

/// Tokens that say by their first letters what they are: the prefix, the least number of further characters, the kind.
/// A prefix comes after those that it starts.
const PREFIXES: &[(&[u8], usize, SecretKind)] = &[
    (b"AKIA", 16, SecretKind::AwsKey),
    (b"ASIA", 16, SecretKind::AwsKey),
    (b"AIza", 30, SecretKind::GoogleKey),
    (b"GOCSPX-", 20, SecretKind::GoogleKey),
    (b"ghp_", 30, SecretKind::GithubToken),
    (b"gho_", 30, SecretKind::GithubToken),
    (b"ghu_", 30, SecretKind::GithubToken),
    (b"ghs_", 30, SecretKind::GithubToken),
    (b"ghr_", 30, SecretKind::GithubToken),
    (b"github_pat_", 22, SecretKind::GithubToken),
    (b"glpat-", 20, SecretKind::GitlabToken),
    (b"xoxb-", 10, SecretKind::SlackToken),
    (b"xoxp-", 10, SecretKind::SlackToken),
    (b"xoxa-", 10, SecretKind::SlackToken),
    (b"xoxr-", 10, SecretKind::SlackToken),
    (b"xoxs-", 10, SecretKind::SlackToken),
    (b"xapp-", 10, SecretKind::SlackToken),
    (b"sk_live_", 16, SecretKind::StripeKey),
    (b"sk_test_", 16, SecretKind::StripeKey),
    (b"rk_live_", 16, SecretKind::StripeKey),
    (b"rk_test_", 16, SecretKind::StripeKey),
    (b"whsec_", 16, SecretKind::StripeKey),
    (b"sk-ant-", 20, SecretKind::AnthropicKey),
    (b"sk-", 20, SecretKind::OpenaiKey),
    (b"npm_", 36, SecretKind::RegistryToken),
    (b"pypi-", 40, SecretKind::RegistryToken),
    (b"hf_", 30, SecretKind::ServiceToken),
    (b"dop_v1_", 40, SecretKind::ServiceToken),
    (b"shpat_", 32, SecretKind::ServiceToken),
];

/// The most letters that a prefix has before its first trigger.
const LONGEST_HEAD: usize = 6;

/// The token whose prefix has its first trigger at `at`.
fn prefixed(bytes: &[u8], at: usize) -> Option<Secret> {
    let floor = at.saturating_sub(LONGEST_HEAD);
    let head = bytes[floor..at].iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let start = at - head;
    if head == 0 || !starts_word(bytes, start) {
        return None;
    }
    PREFIXES.iter().find_map(|(prefix, least, kind)| {
        if prefix[0] != bytes[start] || !bytes[start..].starts_with(prefix) {
            return None;
        }
        let end = start + run_length(&bytes[start..], is_word);
        let tail = &bytes[start + prefix.len()..end];
        let is_drawn =
            if *kind == SecretKind::AwsKey { run_length(tail, is_upper) >= *least } else { looks_random(tail) };
        (tail.len() >= *least && is_drawn).then(|| Secret::new(start..end, *kind))
    })
}

/// The JSON web token whose `J` is at `at`: two or three parts of base64 with dots between, the first two objects.
fn web_token(bytes: &[u8], at: usize) -> Option<Secret> {
    let start = at.checked_sub(2)?;
    if &bytes[start..at] != b"ey" || !starts_word(bytes, start) {
        return None;
    }
    let head = at + run_length(&bytes[at..], is_word);
    if !bytes[head..].starts_with(b".eyJ") {
        return None;
    }
    let mut end = head + 1 + run_length(&bytes[head + 1..], is_word);
    if bytes.get(end) == Some(&b'.') {
        end += 1 + run_length(&bytes[end + 1..], is_word);
    }
    (end - start >= 20).then(|| Secret::new(start..end, SecretKind::Jwt))
}

fn starts_word(bytes: &[u8], start: usize) -> bool {
    start.checked_sub(1).and_then(|before| bytes.get(before)).is_none_or(|before| !is_word(*before))
}

fn run_length(bytes: &[u8], belongs: fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| !belongs(*byte)).unwrap_or(bytes.len())
}

fn is_upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn is_token(byte: u8) -> bool {
    is_word(byte) || byte == b'.'
}

/// Whether `tail` could have been drawn by chance: it has a digit or mixes cases, and is more than one repeated letter.
fn looks_random(tail: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| tail.iter().any(test);
    let mixed = has(u8::is_ascii_digit) || (has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase));
    mixed && tail.iter().any(|byte| Some(byte) != tail.first())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: &str = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAx\nq83/+A==\n-----END RSA PRIVATE KEY-----";

    fn check(text: &str, expected: &str) {
        assert_eq!(mask(text), expected, "of {text:?}");
        assert_eq!(mask(expected), expected, "a second time, of {text:?}");
    }

    #[test]
    fn tokens_that_name_their_service_are_masked() {
        for (token, kind) in [
            ("AKIAIOSFODNN7EXAMPLE", "aws_key"),
            ("AKIAABCDEFGHIJKLMNOP", "aws_key"),
            ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "github_token"),
            ("github_pat_11ABCDE0Y0a1b2c3d4e5f6_abcDEF", "github_token"),
            ("glpat-1a2B3c4D5e6F7g8H9i0J", "gitlab_token"),
            ("xoxb-123456789012-abcdefABCDEF", "slack_token"),
            ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "stripe_key"),
            ("AIzaSyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q", "google_key"),
            ("sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2m3N4", "openai_key"),
            ("sk-ant-api03-a1B2c3D4e5F6g7H8i9J0", "anthropic_key"),
            ("npm_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8", "registry_token"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U", "jwt"),
        ] {
            for (before, after) in [("", ""), ("let x = \"", "\";"), ("see (", ")"), ("use `", "`\nnext\n")] {
                check(&format!("{before}{token}{after}"), &format!("{before}[masked:{kind}]{after}"));
            }
        }
    }

    #[test]
    fn literals_of_secret_names_are_masked() {
        for (text, expected) in [
            ("password = \"hunter2\"", "password = \"[masked:password]\""),
            ("password: hunter2\nuser: admin\n", "password: [masked:password]\nuser: admin\n"),
            ("db.password=hunter2\ndb.user=admin\n", "db.password=[masked:password]\ndb.user=admin\n"),
            ("let password: &str = \"hunter2\";", "let password: &str = \"[masked:password]\";"),
            ("const dbPassword = 'hunter2'", "const dbPassword = '[masked:password]'"),
            ("password := `hunter2`", "password := `[masked:password]`"),
            ("{\"password\": \"hunter2\"}", "{\"password\": \"[masked:password]\"}"),
            ("\"{\\\"password\\\": \\\"hunter2\\\"}\"", "\"{\\\"password\\\": \\\"[masked:password]\\\"}\""),
            ("config['api_key'] = 'abc123def'", "config['api_key'] = '[masked:secret]'"),
            ("'secret' => 'wJalrXUtnFEMI',", "'secret' => '[masked:secret]',"),
            ("apiKey: \"abc123\",", "apiKey: \"[masked:secret]\","),
            ("API_KEY=abc123", "API_KEY=[masked:secret]"),
            ("DB_PASSWORD=supersecret\nDEBUG=1", "DB_PASSWORD=[masked:password]\nDEBUG=1"),
            ("  export AUTH_TOKEN=s3cr3t99 # note", "  export AUTH_TOKEN=[masked:secret] # note"),
            ("DB_PASS='hunter2'", "DB_PASS='[masked:password]'"),
            ("db.password=hunter2", "db.password=[masked:password]"),
            ("spring:\n  password: hunter2\n", "spring:\n  password: [masked:password]\n"),
            ("token: \"a1b2c3d4e5\"", "token: \"[masked:secret]\""),
            (
                "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                "aws_secret_access_key = [masked:secret]",
            ),
            ("https://h/x?access_token=a1b2c3d4&y=1", "https://h/x?access_token=[masked:secret]&y=1"),
            ("\"Server=h;User=sa;Password=P4ssw0rd;\"", "\"Server=h;User=sa;Password=[masked:password];\""),
            ("postgres://app:hunter2@db:5432/x", "postgres://app:[masked:connection_password]@db:5432/x"),
            ("-H 'Authorization: Bearer a1b2c3d4e5'", "-H 'Authorization: Bearer [masked:authorization]'"),
            ("\"Authorization\": \"Basic dXNlcjpwYXNz\"", "\"Authorization\": \"Basic [masked:authorization]\""),
            ("password = \"hunter2", "password = \"[masked:password]"),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn private_keys_lose_their_bodies_and_keep_their_lines() {
        let mark = "[masked:private_key]";
        let ends = |body: &str| format!("-----BEGIN RSA PRIVATE KEY-----{body}-----END RSA PRIVATE KEY-----");
        check(KEY, &ends(&format!("\n{mark}\n{mark}\n")));
        check(&ends("\\nMIIEpAIBAAKCAQEAx\\n"), &ends(&format!("\\n{mark}\\n")));
        check(
            "k = \"-----BEGIN PRIVATE KEY-----\\n\" +\n  \"MIIEpAIBAAKCAQEAx\\n\" +\n  \"-----END PRIVATE KEY-----\"\nrun()",
            &format!(
                "k = \"-----BEGIN PRIVATE KEY-----\\n\" +\n  \"{mark}\\n\" +\n  \"-----END PRIVATE KEY-----\"\nrun()"
            ),
        );
        check(
            "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMHcCAQEEIIGlRHRx\n",
            &format!("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n{mark}\n"),
        );
    }

    #[test]
    fn ordinary_code_stays_and_is_not_copied() {
        for text in [
            "password = get_password()",
            "password = password",
            "login(password=password, token=self.token)",
            "token: String,",
            "pub token: Option<String>,",
            "let token = tokens.next();",
            "let token = \"identifier\";",
            "Token::Plus => \"+\",",
            "if password == \"hunter2\" {",
            "password: str = None",
            "secret: Uint8Array",
            "token: uint64_t",
            "api_key = os.environ[\"API_KEY\"]",
            "API_KEY = os.getenv('API_KEY')",
            "API_KEY=$(pass show key)",
            "API_KEY=YOUR_API_KEY",
            "api_key: \"your-api-key-here\"",
            "api_key: \"${API_KEY}\"",
            "password: \"{{ db_password }}\"",
            "password: \"Enter your password\"",
            "<input type=\"password\" name=\"password\">",
            "PASSWORD = \"password\"",
            "PASSWORD_FIELD = \"login_form_field_2\"",
            "max_tokens = 4096",
            "[anon_sym_pass] = \"pass\",",
            "publicKeyToken=\"89845dcd8080cc91\"",
            "TOKEN_IF=258,",
            "secret_name: \"k8s-secret-1\"",
            "token_url: \"https://host/oauth/token2\"",
            "secret: \"/run/secrets/db\"",
            "label.password = \"form.password.label\"",
            "commit 3f786850e387550fdab836ed7e6dc881de23001b",
            "sha256 = \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"",
            "id: \"123e4567-e89b-12d3-a456-426614174000\"",
            "let task_id = risk_level - 1; // sk-",
            "https://user@example.com/path:80@x",
            "https://{user}:{password}@{host}",
            "see http://host:8080/a@b",
            "const BEGIN: &str = \"-----BEGIN PRIVATE KEY-----\";\nconst END: &str = \"-----END PRIVATE KEY-----\";\n",
            "-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEAx\n-----END CERTIFICATE-----",
            "if line.starts_with(\"-----BEGIN RSA PRIVATE KEY-----\") {\n    return\n}",
            "Authorization: Bearer $TOKEN",
            "Authorization: Bearer <token>",
            "xoxb-",
            "eyJ.eyJ.",
        ] {
            assert!(matches!(mask(text), Cow::Borrowed(same) if same == text), "{} of {text:?}", mask(text));
        }
    }

    #[test]
    fn a_part_of_a_secret_is_masked_as_a_whole() {
        let text = "a\npassword = \"hunter2\"\nb";
        let secrets = secrets(text);
        let within = text.find("nter").unwrap();
        assert_eq!(mask_range(text, &secrets, within..text.len()), "[masked:password]\"\nb");
        assert_eq!(mask_range(text, &secrets, within..within + 2), "[masked:password]");
        assert_eq!(mask_range(text, &secrets, 0..within), "a\npassword = \"[masked:password]");
        assert_eq!(mask_range(text, &secrets, 0..3), "a\np");
        assert_eq!(mask_range(text, &secrets, 5..900), "");
    }

    fn fragments() -> impl Strategy<Value = String> {
        let pieces = [
            "password",
            "API_KEY",
            "token",
            " ",
            "=",
            ":",
            "\"",
            "'",
            "`",
            "\\",
            "\n",
            "hunter2",
            "a1b2c3d4e5f6",
            "://",
            "u:",
            "@",
            "-----BEGIN PRIVATE KEY-----",
            "-----END PRIVATE KEY-----",
            "MIIEpAIBAAKCAQEAxq83",
            "AKIAIOSFODNN7EXAMPLE",
            "eyJhbGci",
            ".",
            "sk-",
            "ghp_",
            ";",
            "?",
            "&",
            "Authorization",
            "Bearer ",
            "[masked:",
            "]",
            "é",
            "{",
            "}",
            ",",
            "=>",
            "export ",
        ];
        proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..40).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn masking_is_idempotent_and_keeps_lines(text in prop_oneof![fragments(), any::<String>()]) {
            let once = mask(&text).into_owned();
            prop_assert_eq!(mask(&once), once.as_str());
            prop_assert_eq!(once.lines().count(), text.lines().count());
            prop_assert_eq!(once.matches('\n').count(), text.matches('\n').count());
        }

        #[test]
        fn secrets_are_ordered_disjoint_and_within_lines(text in fragments()) {
            let secrets = secrets(&text);
            for pair in secrets.windows(2) {
                prop_assert!(pair[0].bytes.end <= pair[1].bytes.start);
            }
            for secret in &secrets {
                prop_assert!(!text[secret.bytes.clone()].contains('\n'));
            }
        }
    }
}
