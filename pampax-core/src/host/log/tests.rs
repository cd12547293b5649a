use super::*;
use crate::error::ErrorCode;
use std::sync::Mutex;

fn record<'a>(fields: &'a [(&'static str, Value<'a>)]) -> LogRecord<'a> {
    LogRecord {
        time_ms: 1_700_000_000_123,
        level: Level::Warn,
        event: Event::SearchSearch,
        correlation_id: "c-1",
        message: "the operation failed",
        status: Some(Completion::Failed),
        duration_ms: Some(1.234_567),
        error_code: Some(ErrorCode::InvalidArgument),
        fields,
    }
}

#[test]
fn a_record_has_every_member_in_the_stated_order() {
    let expected = concat!(
        r#"{"schema":1,"time":"2023-11-14T22:13:20.123Z","level":"warn","component":"search","op":"search","#,
        r#""corr_id":"c-1","msg":"the operation failed","status":"failed","duration_ms":1.235,"#,
        r#""err_code":"INVALID_ARGUMENT","fields":{"hits":2}}"#
    );
    assert_eq!(serde_json::to_string(&record(&[("hits", 2_u64.into())])).unwrap(), expected);
}

#[test]
fn lines_stay_lines_whatever_the_text_holds() {
    let sink = JsonLog::new(Vec::new());
    sink.write(&record(&[("why", "a\nb\u{1b}[31m\u{2028}".into())]));
    sink.write(&record(&[]));
    let written = String::from_utf8(sink.into_inner()).unwrap();
    assert_eq!(written.lines().count(), 2);
    for line in written.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
        assert!(!line.contains('\u{1b}'));
    }
}

#[test]
fn a_writer_that_fails_is_counted() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let sink = JsonLog::new(Full);
    sink.write(&record(&[]));
    sink.write(&record(&[]));
    assert_eq!(sink.lost(), 2);
}

#[test]
fn several_sinks_get_every_record() {
    #[derive(Default)]
    struct Kept(Mutex<Vec<String>>);
    impl LogSink for Kept {
        fn write(&self, record: &LogRecord<'_>) {
            self.0.lock().unwrap().push(record.event.name().to_owned());
        }
    }
    let kept = [Arc::new(Kept::default()), Arc::new(Kept::default())];
    let tee = TeeLog(vec![kept[0].clone(), Arc::new(NullLog), kept[1].clone()]);
    assert!(tee.is_listening());
    tee.write(&record(&[]));
    assert!(kept.iter().all(|kept| *kept.0.lock().unwrap() == ["search.search"]));
    assert!(!TeeLog(vec![Arc::new(NullLog)]).is_listening());
}

#[expect(clippy::disallowed_methods, reason = "a test reads the files it made")]
mod rotating {
    use super::*;
    use std::fs;
    use std::path::Path;

    fn lines(path: &Path) -> usize {
        fs::read_to_string(path).map_or(0, |text| text.lines().count())
    }

    #[test]
    fn files_are_rotated_by_size_and_kept_by_count() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs/pampax.log");
        let one = line_length();
        let sink = RotatingFile::open(&path, 3 * one, 3).unwrap();
        for _ in 0..11 {
            sink.write(&record(&[]));
        }
        let kept = ["logs/pampax.log", "logs/pampax.log.1", "logs/pampax.log.2", "logs/pampax.log.3"];
        assert_eq!(kept.map(|name| lines(&folder.path().join(name))), [2, 3, 3, 0]);
        assert_eq!(sink.lost(), 0);
    }

    fn line_length() -> u64 {
        json::line(&record(&[])).unwrap().len() as u64
    }

    #[test]
    fn a_record_larger_than_a_file_is_kept_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pampax.log");
        let sink = RotatingFile::open(&path, 10, 2).unwrap();
        sink.write(&record(&[]));
        sink.write(&record(&[]));
        assert_eq!((lines(&path), lines(&folder.path().join("pampax.log.1"))), (1, 1));
    }

    #[test]
    fn one_file_alone_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pampax.log");
        let sink = RotatingFile::open(&path, line_length(), 1).unwrap();
        sink.write(&record(&[]));
        sink.write(&record(&[]));
        assert_eq!(lines(&path), 1);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn two_sinks_of_one_file_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pampax.log");
        let sinks = [0; 2].map(|_| RotatingFile::open(&path, 5 * line_length(), 9).unwrap());
        for number in 0..30 {
            sinks[number % 2].write(&record(&[]));
        }
        let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        assert_eq!(names.map(|path| lines(&path)).sum::<usize>(), 30);
    }

    #[test]
    fn no_file_at_all_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = RotatingFile::open(&folder.path().join("pampax.log"), 1, 0).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArgument);
        let error = RotatingFile::open(folder.path(), 1, 1).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Io);
    }
}
