//! Rules that hold for every component, checked with components that hang, fail and panic.

use super::*;
use crate::error::ErrorCode;
use crate::host::SystemClock;
use std::sync::mpsc;

const A_MOMENT: Duration = Duration::from_millis(50);
const LONG_ENOUGH: Duration = Duration::from_secs(60);

fn subject() -> Subject {
    let folder = PathBuf::from("nowhere");
    Subject { root: folder.clone(), folder, config: Config::default(), host: Host::default(), kept: Default::default() }
}

fn examined(looks: &[(Component, Look)], limits: &Limits) -> HealthReport {
    let query = HealthQuery::default().with_timeout(LONG_ENOUGH);
    examine_by(subject(), &query, limits, looks)
}

fn sound(_: &Examination) -> Result<Found> {
    Ok(Found::new(Facts::Cache(CacheFacts::default())))
}

/// Does not answer while the test runs.
fn hang(examination: &Examination) -> Result<Found> {
    let (sender, receiver) = mpsc::channel::<()>();
    assert!(receiver.recv_timeout(LONG_ENOUGH).is_err());
    drop(sender);
    sound(examination)
}

fn panics(_: &Examination) -> Result<Found> {
    panic!("a bug of this component")
}

fn fails(_: &Examination) -> Result<Found> {
    Err(Error::IndexDamaged { path: PathBuf::from("file"), reason: "a bad page".to_owned() })
}

fn warns(_: &Examination) -> Result<Found> {
    Ok(Found::failed(HealthCode::DiskLow, "less than 1 bytes are free".to_owned()))
}

#[test]
fn a_component_that_hangs_is_timed_out_and_the_others_answer() {
    let limits = Limits::default().with_timeout(A_MOMENT);
    let report = examined(&[(Component::Cache, sound), (Component::Disk, hang)], &limits);
    assert_eq!(report.status, HealthStatus::Unhealthy);
    assert_eq!(report.error(), Some(ErrorCode::DeadlineExceeded));
    let [cache, disk] = &report.components[..] else { panic!("{report:?}") };
    assert_eq!((disk.codes.as_slice(), &disk.facts), (&[HealthCode::TimedOut][..], &None));
    assert_eq!((cache.status, cache.facts.is_some()), (ComponentStatus::Ok, true));
    assert!(report.elapsed_ms.is_some_and(|elapsed| elapsed < 30_000), "{report:?}");
}

#[test]
fn the_time_of_the_call_bounds_that_of_the_components() {
    let limits = Limits::default().with_timeout(Duration::ZERO);
    let query = HealthQuery::default().with_timeout(Duration::from_secs(600));
    let report = examine_by(subject(), &query, &limits, &[(Component::Disk, hang)]);
    assert_eq!(report.conditions[0].message, "disk gave no answer within 0 ms");
}

#[test]
fn a_component_that_panics_costs_itself_only() {
    let report = examined(&[(Component::Disk, panics), (Component::Cache, sound)], &Limits::default());
    assert_eq!(report.components[0].codes, [HealthCode::CheckFailed]);
    assert_eq!(report.conditions[0].message, "a bug of this component");
    assert_eq!(report.components[1].status, ComponentStatus::Ok);
}

#[test]
fn the_worst_condition_comes_first_and_each_is_listed_once() {
    let looks: [(Component, Look); 4] =
        [(Component::Catalog, warns), (Component::Text, fails), (Component::Vectors, fails), (Component::Cache, sound)];
    let report = examined(&looks, &Limits::default());
    let conditions: Vec<_> = report.conditions.iter().map(|condition| (condition.code, condition.component)).collect();
    let expected = [(HealthCode::CatalogDamaged, Component::Text), (HealthCode::DiskLow, Component::Catalog)];
    assert_eq!(conditions, expected);
    assert_eq!((report.status, report.error()), (HealthStatus::Unhealthy, Some(ErrorCode::IndexDamaged)));
    let degraded = examined(&looks[..1], &Limits::default());
    assert_eq!((degraded.status, degraded.error()), (HealthStatus::Degraded, None));
    let healthy = examined(&looks[3..], &Limits::default());
    assert_eq!((healthy.status, healthy.error(), healthy.conditions.len()), (HealthStatus::Healthy, None, 0));
}

#[test]
fn only_what_is_asked_for_is_looked_at_in_a_fixed_order() {
    let asked = |components: &[Component]| HealthQuery::default().with_components(components).asked();
    assert_eq!(asked(&[]), Component::ALL);
    assert_eq!(asked(&[Component::Lock, Component::Text, Component::Lock]), [Component::Text, Component::Lock]);
}

#[test]
fn an_index_that_cannot_be_opened_has_a_report() {
    let error = Error::InvalidConfig { key: "a.b".to_owned(), reason: "is wrong".to_owned() };
    let report = HealthReport::of_error(&error);
    assert_eq!((report.status, report.error()), (HealthStatus::Unhealthy, Some(ErrorCode::InvalidConfig)));
    assert_eq!(report.conditions[0].code, HealthCode::ConfigInvalid);
}

#[test]
fn measures_are_what_differs_between_two_looks() {
    let folder = tempfile::tempdir().unwrap();
    let subject = Subject {
        root: folder.path().to_path_buf(),
        folder: folder.path().join("index"),
        config: Config::default(),
        host: Host::default().with_clock(Arc::new(SystemClock::new())),
        kept: Default::default(),
    };
    let query = HealthQuery::default().with_components(&[Component::Memory, Component::Disk, Component::Lock]);
    let look = || examine(subject.clone(), &query, &Limits::default());
    assert!(look().elapsed_ms.is_some());
    let text = serde_json::to_string(&look().without_measures()).unwrap();
    assert_eq!(text, serde_json::to_string(&look().without_measures()).unwrap());
    for measure in ["elapsed_ms", "resident_bytes", "\"free_bytes\"", "held_ms"] {
        assert!(!text.contains(measure), "{text}");
    }
}
