use super::super::format::{Bits, Parts, Row};
use super::*;
use proptest::prelude::*;

/// A model of three words with rows along the axes, and two buckets.
fn bytes(bits: Bits) -> Vec<u8> {
    let row = |values: [f32; 3], weights| Row { values: values.to_vec(), weights };
    let tokens = [("login", [1.0, 0.0, 0.0]), ("user", [0.0, 1.0, 0.0]), ("loginuser", [0.5, 0.5, 0.5])];
    format::write(&Parts {
        dimensions: 3,
        bits,
        tokens: tokens.map(|(token, values)| (format::hash(token), row(values, [1.0, 2.0]))).to_vec(),
        buckets: vec![row([0.0, 0.0, 1.0], [1.0, 1.0]), row([0.0, 0.1, 1.0], [1.0, 1.0])],
        provenance: "{\"packages\":[]}".to_owned(),
    })
    .unwrap()
}

fn embed(model: &StaticModel, text: &str, purpose: Purpose) -> Vec<f32> {
    let mut vectors = Vec::new();
    model.embed_into(&[text], purpose, &mut vectors);
    vectors
}

fn check(text: &str, expected: [f32; 3]) {
    for bits in [Bits::Eight, Bits::Four] {
        let model = StaticModel::from_bytes(bytes(bits)).unwrap();
        let found = embed(&model, text, Purpose::Document);
        let is_near = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 0.02);
        assert!(is_near, "{text}: {found:?} with {bits:?}");
    }
}

#[test]
fn known_words_sum_up() {
    check("login", [1.0, 0.0, 0.0]);
    let half = std::f32::consts::FRAC_1_SQRT_2;
    check("User LOGIN", [half, half, 0.0]);
}

#[test]
fn occurrences_are_damped() {
    let length = (1.0 + (1.0 + 2_f32.ln()).powi(2)).sqrt();
    check("login login user", [(1.0 + 2_f32.ln()) / length, 1.0 / length, 0.0]);
}

#[test]
fn an_unknown_word_is_made_of_subwords_and_a_text_without_words_has_a_direction() {
    let model = StaticModel::from_bytes(bytes(Bits::Eight)).unwrap();
    assert!(embed(&model, "parser", Purpose::Query)[2] > 0.9);
    check("{} ;;", [0.5774, 0.5774, 0.5774]);
}

#[test]
fn the_id_tells_models_apart() {
    let (eight, four) =
        (StaticModel::from_bytes(bytes(Bits::Eight)).unwrap(), StaticModel::from_bytes(bytes(Bits::Four)).unwrap());
    assert_ne!(eight.id(), four.id());
    assert!(eight.id().starts_with("pampax-static-"));
    assert_eq!((eight.dimensions(), eight.token_count(), eight.provenance()), (3, 3, "{\"packages\":[]}"));
}

#[test]
fn two_tokens_of_one_number_are_refused() {
    let row = || (7, Row { values: vec![1.0], weights: [1.0, 1.0] });
    let parts = Parts {
        dimensions: 1,
        bits: Bits::Eight,
        tokens: vec![row(), row()],
        buckets: Vec::new(),
        provenance: String::new(),
    };
    assert!(format::write(&parts).is_err());
}

proptest! {
    #[test]
    fn a_damaged_model_is_refused(at in 0_usize..200, value in any::<u8>(), cut in 0_usize..200) {
        let whole = bytes(Bits::Eight);
        let mut damaged = whole.clone();
        let at = at % damaged.len();
        damaged[at] = value;
        if damaged != whole {
            prop_assert!(StaticModel::from_bytes(damaged).is_err());
        }
        prop_assert!(StaticModel::from_bytes(whole[..cut % whole.len()].to_vec()).is_err());
    }

    #[test]
    fn any_header_is_an_answer_and_never_a_panic(mut header in prop::collection::vec(any::<u8>(), 96..400)) {
        let whole = bytes(Bits::Four);
        header[..12].copy_from_slice(&whole[..12]);
        prop_assert!(StaticModel::from_bytes(header).is_err());
    }

    #[test]
    fn any_text_has_a_unit_vector_that_is_always_the_same(text in "\\PC{0,60}") {
        let model = StaticModel::from_bytes(bytes(Bits::Eight)).unwrap();
        let vector = embed(&model, &text, Purpose::Query);
        let length: f32 = vector.iter().map(|value| value * value).sum();
        prop_assert!((length - 1.0).abs() < 1e-4);
        let mut both = Vec::new();
        model.embed_into(&["login user", &text], Purpose::Query, &mut both);
        prop_assert_eq!(&both[3..], &vector[..]);
    }
}

/// The largest that the artefact in the crate may be.
const MAX_BUILT_IN_BYTES: usize = 8_000_000;

#[test]
fn the_built_in_model_is_whole_small_and_names_its_sources() {
    let model = StaticModel::built_in();
    assert!(StaticModel::from_bytes(BUILT_IN.to_vec()).is_ok());
    assert!(model.byte_count() <= MAX_BUILT_IN_BYTES, "{}", model.byte_count());
    let provenance: serde_json::Value = serde_json::from_str(model.provenance()).unwrap();
    let sources = provenance["sources"].as_array().unwrap();
    assert!(sources.len() > 100, "{}", sources.len());
    for source in sources {
        let cells: Vec<&str> = source.as_str().unwrap().split('\t').collect();
        let [_, name, _, licence] = cells[..] else { panic!("{source}") };
        assert!(!licence.is_empty(), "{source}");
        assert_eq!(crate::model::deny::denied_name(name.rsplit('/').next().unwrap()), None, "{source}");
    }
}

#[test]
fn the_built_in_model_leads_from_words_to_code_that_lacks_them() {
    let model = StaticModel::built_in();
    let cosine = |question: &str, code: &str| {
        let [one, other] = [embed(&model, question, Purpose::Query), embed(&model, code, Purpose::Document)];
        one.iter().zip(&other).map(|(one, other)| one * other).sum::<f32>()
    };
    let code =
        ["def unlink(path): os.remove(path)", "fn checksum(bytes: &[u8]) -> Sha256", "socket.connect((host, port))"];
    for (at, question) in
        ["delete a file", "compute the digest of data", "open a network connection"].iter().enumerate()
    {
        let cosines = code.map(|code| cosine(question, code));
        assert!((0..3).all(|other| other == at || cosines[other] < cosines[at]), "{question}: {cosines:?}");
    }
}
