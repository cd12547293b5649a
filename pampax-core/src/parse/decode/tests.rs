use super::*;
use proptest::prelude::*;

fn text_of(bytes: &[u8]) -> (String, &'static str) {
    let decoded = decode(bytes).unwrap();
    (decoded.text, decoded.encoding)
}

fn utf16(text: &str, little_endian: bool) -> Vec<u8> {
    let to_bytes = if little_endian { u16::to_le_bytes } else { u16::to_be_bytes };
    text.encode_utf16().flat_map(to_bytes).collect()
}

/// Asserts that each character's mapped range holds exactly the bytes that `encode` makes of it.
fn check_map(bytes: &[u8], decoded: &Decoded, encode: impl Fn(char) -> Vec<u8>) {
    for (start, character) in decoded.text.char_indices() {
        let from = decoded.offsets.to_source(start as u32) as usize;
        let to = decoded.offsets.to_source((start + character.len_utf8()) as u32) as usize;
        assert_eq!(&bytes[from..to], encode(character), "{character:?} at {start}");
    }
    assert_eq!(decoded.offsets.to_source(decoded.text.len() as u32) as usize, bytes.len());
    assert_eq!(OffsetMap::from_bytes(&decoded.offsets.to_bytes()).as_ref(), Some(&decoded.offsets));
}

#[test]
fn utf8_is_itself_and_a_mark_is_not_text() {
    let plain = decode("fn é() {}\r\n".as_bytes()).unwrap();
    assert_eq!((plain.text.as_str(), plain.encoding), ("fn é() {}\r\n", "UTF-8"));
    assert!(plain.offsets.is_identity());
    let marked = decode("\u{feff}fn é() {}".as_bytes()).unwrap();
    assert_eq!(marked.text, "fn é() {}");
    assert_eq!(marked.offsets.to_source(0), 3);
    assert_eq!(marked.offsets.to_source(3), 6);
}

#[test]
fn an_empty_file_is_text() {
    assert_eq!(text_of(b""), (String::new(), "UTF-8"));
    assert_eq!(text_of(b"\xef\xbb\xbf"), (String::new(), "UTF-8"));
    assert_eq!(text_of(b"\xff\xfe"), (String::new(), "UTF-16LE"));
}

#[test]
fn utf16_is_recognised_with_and_without_a_mark() {
    let text = "// größe 大小 😀\nint size = 1;\n";
    for (little_endian, name) in [(true, "UTF-16LE"), (false, "UTF-16BE")] {
        let bytes = utf16(text, little_endian);
        assert_eq!(text_of(&bytes), (text.to_owned(), name));
        let marked = utf16(&format!("\u{feff}{text}"), little_endian);
        assert_eq!(text_of(&marked), (text.to_owned(), name));
    }
}

#[test]
fn broken_utf16_keeps_exact_offsets() {
    let decoded = decode(b"\xff\xfea\x00\x00\xd8b\x00c").unwrap();
    assert_eq!(decoded.text, "a\u{fffd}b\u{fffd}");
    let starts: Vec<u32> = [0, 1, 4, 5, 8].map(|offset| decoded.offsets.to_source(offset)).to_vec();
    assert_eq!(starts, [2, 4, 6, 8, 9]);
}

#[test]
fn a_damaged_place_does_not_turn_utf8_into_something_else() {
    let mut bytes = "// Größe und Länge, schön\n".as_bytes().to_vec();
    bytes.extend_from_slice(b"\xe2\x82 x \xff\n");
    let decoded = decode(&bytes).unwrap();
    assert_eq!(
        (decoded.text.as_str(), decoded.encoding),
        ("// Größe und Länge, schön\n\u{fffd} x \u{fffd}\n", "UTF-8")
    );
    let broken: Vec<u32> =
        decoded.text.match_indices('\u{fffd}').map(|(at, _)| decoded.offsets.to_source(at as u32)).collect();
    assert_eq!(broken, [bytes.len() as u32 - 7, bytes.len() as u32 - 2]);
    assert_eq!(decoded.offsets.to_source(decoded.text.len() as u32) as usize, bytes.len());
}

#[test]
fn legacy_encodings_are_guessed_and_words_are_found() {
    let cases: &[(&'static Encoding, &str)] = &[
        (
            encoding_rs::WINDOWS_1252,
            "# Déjà vu: la fenêtre est fermée, où êtes-vous passés ce soir à l'été?\nname = 'café'\n",
        ),
        (
            encoding_rs::SHIFT_JIS,
            "// 検索エンジンの設定を読み込む関数です。ファイルが見つからない場合は例外を投げます。\nint x;\n",
        ),
        (
            encoding_rs::EUC_JP,
            "// 検索エンジンの設定を読み込む関数です。ファイルが見つからない場合は例外を投げます。\nint x;\n",
        ),
        (encoding_rs::GBK, "// 读取搜索引擎的配置文件，如果找不到文件就抛出异常。这是一个用于测试的函数。\nint x;\n"),
        (encoding_rs::BIG5, "// 讀取搜尋引擎的設定檔，如果找不到檔案就拋出例外。這是一個用於測試的函式。\nint x;\n"),
        (encoding_rs::EUC_KR, "// 검색 엔진의 설정 파일을 읽는 함수입니다. 파일이 없으면 예외를 던집니다.\nint x;\n"),
        (
            encoding_rs::KOI8_R,
            "// Функция читает файл настроек поисковой системы и возвращает ошибку, если его нет.\nint x;\n",
        ),
        (
            encoding_rs::WINDOWS_1251,
            "// Функция читает файл настроек поисковой системы и возвращает ошибку, если его нет.\nint x;\n",
        ),
    ];
    for (encoding, text) in cases {
        let (bytes, _, unmappable) = encoding.encode(text);
        assert!(!unmappable, "{}", encoding.name());
        let decoded = decode(&bytes).unwrap();
        assert_eq!(decoded.text, *text, "{} read as {}", encoding.name(), decoded.encoding);
        check_map(&bytes, &decoded, |character| encoding.encode(&character.to_string()).0.into_owned());
    }
}

#[test]
fn malformed_legacy_sequences_keep_exact_offsets() {
    let decoded = from_encoding(b"\x82\xa0\x82\n\xa0\x81\xffz\x82", encoding_rs::SHIFT_JIS).unwrap();
    let starts: Vec<(u32, char)> =
        decoded.text.char_indices().map(|(at, character)| (decoded.offsets.to_source(at as u32), character)).collect();
    let broken = char::REPLACEMENT_CHARACTER;
    assert_eq!(starts, [(0, 'あ'), (2, broken), (3, '\n'), (4, broken), (6, broken), (7, 'z'), (8, broken)]);
    assert_eq!(decoded.offsets.to_source(decoded.text.len() as u32), 9);
}

#[test]
fn binaries_are_refused_with_their_reason() {
    assert_eq!(decode(b"\x7fELF\x02\x01\x01"), Err(NotText::Magic("an ELF file")));
    assert_eq!(decode(b"%PDF-1.7 plain so far"), Err(NotText::Magic("a PDF document")));
    assert_eq!(decode(b"x = 1\n\x00\x01\x02\n"), Err(NotText::Nul(6)));
    assert_eq!(decode(b"a\x01\x02b"), Err(NotText::Controls { controls: 2, bytes: 4 }));
    let noise: Vec<u8> = (0..4_000u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8 | 1).collect();
    assert!(decode(&noise).is_err());
}

#[test]
fn a_nul_far_from_the_start_is_kept() {
    let mut bytes = vec![b'a'; HEAD_BYTES];
    bytes.extend_from_slice(b"\x00b");
    assert_eq!(text_of(&bytes).0.len(), HEAD_BYTES + 2);
}

#[test]
fn five_megabytes_in_one_line_are_decoded() {
    let bytes = vec![b'x'; 5 << 20];
    assert_eq!(decode(&bytes).unwrap().text.len(), 5 << 20);
    let line = "读取搜索引擎的配置文件，".repeat(100_000);
    let legacy = encoding_rs::GBK.encode(&line).0;
    assert_eq!(decode(&legacy).unwrap().text.chars().count(), 1_200_000);
}

fn any_text() -> impl Strategy<Value = Vec<char>> {
    let character = prop_oneof![
        4 => prop::char::range(' ', '~'),
        1 => Just('\n'),
        2 => prop::char::range('\u{a0}', '\u{17f}'),
        2 => prop::char::range('\u{400}', '\u{45f}'),
        2 => prop::char::range('\u{3041}', '\u{30fe}'),
        3 => prop::char::range('\u{4e00}', '\u{9fa5}'),
        2 => prop::char::range('\u{ac00}', '\u{d7a3}'),
        1 => prop::char::range('\u{ff61}', '\u{ff9f}'),
        1 => any::<char>(),
    ];
    prop::collection::vec(character, 0..60)
}

/// The characters that `encoding` can write and reads back as the same.
fn writable(encoding: &'static Encoding, characters: &[char]) -> String {
    let survives = |character: &char| {
        let text = character.to_string();
        let (bytes, _, unmappable) = encoding.encode(&text);
        !unmappable && encoding.decode_without_bom_handling(&bytes).0 == text
    };
    characters.iter().copied().filter(survives).collect()
}

proptest! {
    #[test]
    fn every_character_maps_to_exactly_its_bytes(characters in any_text()) {
        for encoding in [
            encoding_rs::WINDOWS_1252, encoding_rs::WINDOWS_1251, encoding_rs::KOI8_R, encoding_rs::SHIFT_JIS,
            encoding_rs::EUC_JP, encoding_rs::GBK, encoding_rs::GB18030, encoding_rs::BIG5, encoding_rs::EUC_KR,
        ] {
            let text = writable(encoding, &characters);
            let bytes = encoding.encode(&text).0;
            let decoded = from_encoding(&bytes, encoding).unwrap();
            prop_assert_eq!(&decoded.text, &text, "{}", encoding.name());
            check_map(&bytes, &decoded, |character| encoding.encode(&character.to_string()).0.into_owned());
        }
    }

    #[test]
    fn utf16_maps_every_character_to_exactly_its_bytes(characters in any_text(), little_endian: bool) {
        // A UTF-16 mark and a NUL are the mark of UTF-32.
        prop_assume!(characters.first() != Some(&'\0'));
        let text: String = characters.iter().collect();
        let bytes = utf16(&format!("\u{feff}{text}"), little_endian);
        let decoded = decode(&bytes).unwrap();
        prop_assert_eq!(&decoded.text, &text);
        check_map(&bytes, &decoded, |character| utf16(&character.to_string(), little_endian));
    }

    #[test]
    fn any_bytes_decode_to_a_monotone_map_within_bounds(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut all: Vec<Decoded> = decode(&bytes).into_iter().collect();
        all.push(from_utf8_lossy(&bytes, 0).unwrap());
        for encoding in [encoding_rs::SHIFT_JIS, encoding_rs::GB18030, encoding_rs::BIG5, encoding_rs::EUC_JP, encoding_rs::WINDOWS_874] {
            all.push(from_encoding(&bytes, encoding).unwrap());
        }
        for decoded in all {
            let offsets: Vec<u32> = (0..=decoded.text.len() as u32).map(|at| decoded.offsets.to_source(at)).collect();
            prop_assert!(offsets.is_sorted());
            prop_assert_eq!(*offsets.last().unwrap() as usize, bytes.len());
        }
    }
}
