use std::sync::{Arc, Mutex};

use super::*;
use crate::config::Fail;

/// When, and the record that allowed it; none when it locked.
type Move = (Instant, Option<u64>);

#[derive(Clone, Default)]
struct Moves(Arc<Mutex<Vec<Move>>>);

impl Moves {
    fn all(&self) -> Vec<Option<u64>> {
        self.0.lock().unwrap().iter().map(|(_, seq)| *seq).collect()
    }

    fn push(&self, seq: Option<u64>) {
        self.0.lock().unwrap().push((Instant::now(), seq));
    }

    fn wait_for(&self, count: usize) -> Vec<Move> {
        let end = Instant::now() + Duration::from_secs(5);
        while self.all().len() < count && Instant::now() < end {
            thread::sleep(Duration::from_millis(5));
        }
        self.0.lock().unwrap().clone()
    }
}

/// Writes down its moves; fails the first `broken_locks` locks and every unlock of `broken_seq`.
#[derive(Default)]
struct Recorded {
    moves: Moves,
    broken_seq: Option<u64>,
    broken_locks: u32,
}

impl Strike for Recorded {
    fn unlock(&mut self, seq: u64) -> io::Result<()> {
        if self.broken_seq == Some(seq) {
            return Err(io::Error::other("jammed"));
        }
        self.moves.push(Some(seq));
        Ok(())
    }

    fn lock(&mut self) -> io::Result<()> {
        if self.broken_locks > 0 {
            self.broken_locks -= 1;
            return Err(io::Error::other("jammed"));
        }
        self.moves.push(None);
        Ok(())
    }
}

fn driven(strike: Recorded) -> (StrikeThread, Moves) {
    let moves = strike.moves.clone();
    (StrikeThread::start(Box::new(strike)).unwrap(), moves)
}

#[tokio::test]
async fn the_strike_relocks_by_itself() {
    let (strike, moves) = driven(Recorded::default());
    strike
        .handle()
        .unlock(7, Duration::from_millis(60))
        .await
        .unwrap();
    assert_eq!(moves.all(), [Some(7)]);
    let seen = moves.wait_for(2);
    assert_eq!(moves.all(), [Some(7), None]);
    assert!(seen[1].0 - seen[0].0 >= Duration::from_millis(60));
}

#[tokio::test]
async fn overlapping_unlocks_extend_and_never_shorten() {
    let (strike, moves) = driven(Recorded::default());
    let handle = strike.handle();
    handle.unlock(1, Duration::from_millis(150)).await.unwrap();
    handle.unlock(2, Duration::from_millis(10)).await.unwrap();
    let seen = moves.wait_for(3);
    assert_eq!(moves.all(), [Some(1), Some(2), None]);
    assert!(seen[2].0 - seen[0].0 >= Duration::from_millis(150));
}

#[tokio::test]
async fn stopping_relocks_at_once() {
    let (strike, moves) = driven(Recorded::default());
    let handle = strike.handle();
    handle.unlock(1, Duration::from_hours(1)).await.unwrap();
    drop(strike);
    assert_eq!(moves.all(), [Some(1), None]);
    let late = handle.unlock(2, Duration::from_secs(1)).await;
    assert!(matches!(late, Err(MoveError::Stopped)));
}

#[tokio::test]
async fn a_strike_that_does_not_unlock_is_locked_and_the_caller_is_told() {
    let (strike, moves) = driven(Recorded {
        broken_seq: Some(9),
        ..Recorded::default()
    });
    let refused = strike.handle().unlock(9, Duration::from_secs(5)).await;
    assert!(matches!(refused, Err(MoveError::Refused(_))));
    assert_eq!(moves.all(), [None]);
}

#[tokio::test]
async fn a_relock_that_fails_is_tried_again() {
    let (strike, moves) = driven(Recorded {
        broken_locks: 2,
        ..Recorded::default()
    });
    strike
        .handle()
        .unlock(1, Duration::from_millis(10))
        .await
        .unwrap();
    moves.wait_for(2);
    assert_eq!(moves.all(), [Some(1), None]);
}

/// Panics when it is told to unlock; locks as it is dropped, as every strike must.
struct Defect(Moves);

impl Strike for Defect {
    fn unlock(&mut self, _seq: u64) -> io::Result<()> {
        panic!("a defect");
    }

    fn lock(&mut self) -> io::Result<()> {
        self.0.push(None);
        Ok(())
    }
}

impl Drop for Defect {
    fn drop(&mut self) {
        self.lock().unwrap();
    }
}

#[tokio::test]
async fn a_strike_that_panics_is_locked_and_noticed() {
    let moves = Moves::default();
    let strike = StrikeThread::start(Box::new(Defect(moves.clone()))).unwrap();
    let refused = strike.handle().unlock(1, Duration::from_mins(1)).await;
    assert!(matches!(refused, Err(MoveError::Stopped)));
    strike.ended().await;
    assert_eq!(moves.all(), [None]);
}

#[tokio::test]
async fn an_opened_door_relocks_before_its_time_and_the_passage_is_used() {
    let (strike, moves) = driven(Recorded::default());
    let handle = strike.handle();
    assert_eq!(handle.passage_until(), None);
    let before = Instant::now();
    handle.unlock(1, Duration::from_hours(1)).await.unwrap();
    let until = handle.passage_until().unwrap();
    assert!(until >= before + Duration::from_hours(1));
    handle.relock();
    moves.wait_for(2);
    assert_eq!(moves.all(), [Some(1), None]);
    handle.relock();
    handle.unlock(2, Duration::from_millis(20)).await.unwrap();
    moves.wait_for(4);
    assert_eq!(moves.all(), [Some(1), None, Some(2), None]);
    let ended = handle.passage_until().unwrap();
    assert!(ended <= Instant::now(), "it is known that it ended");
}

#[tokio::test]
async fn a_strike_that_does_not_unlock_gives_no_passage() {
    let (strike, _moves) = driven(Recorded {
        broken_seq: Some(9),
        ..Recorded::default()
    });
    let handle = strike.handle();
    let refused = handle.unlock(9, Duration::from_hours(1)).await;
    assert!(refused.is_err());
    assert_eq!(handle.passage_until(), None);
}

#[tokio::test]
async fn several_strikes_move_together_and_one_answer_comes_after_the_last() {
    let (first, second) = (Recorded::default(), Recorded::default());
    let moves = [first.moves.clone(), second.moves.clone()];
    let together = Together::new(vec![Box::new(first), Box::new(second)]);
    let strike = StrikeThread::start(Box::new(together)).unwrap();
    let handle = strike.handle();
    handle.unlock(4, Duration::from_millis(30)).await.unwrap();
    for moves in &moves {
        assert_eq!(moves.all(), [Some(4)]);
    }
    for moves in &moves {
        moves.wait_for(2);
        assert_eq!(moves.all(), [Some(4), None]);
    }
}

#[tokio::test]
async fn one_strike_that_does_not_unlock_relocks_all() {
    let jammed = Recorded {
        broken_seq: Some(9),
        ..Recorded::default()
    };
    let (first, last) = (Recorded::default(), Recorded::default());
    let moves = [
        first.moves.clone(),
        jammed.moves.clone(),
        last.moves.clone(),
    ];
    let together = Together::new(vec![Box::new(first), Box::new(jammed), Box::new(last)]);
    let strike = StrikeThread::start(Box::new(together)).unwrap();
    let refused = strike.handle().unlock(9, Duration::from_hours(1)).await;
    assert!(matches!(refused, Err(MoveError::Refused(_))));
    let moves = moves.map(|moves| moves.all());
    assert_eq!(moves, [vec![Some(9), None], vec![None], vec![None]]);
}

#[test]
fn a_strike_that_does_not_lock_keeps_no_other_from_locking() {
    let jammed = Recorded {
        broken_locks: 1,
        ..Recorded::default()
    };
    let last = Recorded::default();
    let moves = last.moves.clone();
    let mut together = Together::new(vec![Box::new(jammed), Box::new(last)]);
    assert!(together.lock().is_err());
    assert_eq!(moves.all(), [None]);
}

#[test]
fn a_gpio_line_that_is_not_there_is_explained() {
    let config = StrikeConfig::Gpio {
        chip: "/dev/no-such-gpiochip".into(),
        line: 17,
        active_low: false,
        fail: Fail::Secure,
    };
    let error = open(&[config]).err().unwrap().to_string();
    assert!(
        error.starts_with("cannot take GPIO line 17 of /dev/no-such-gpiochip: "),
        "{error}"
    );
}

#[tokio::test]
async fn the_simulated_strike_writes_one_json_line_a_move() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("new/strike.jsonl");
    let strike =
        StrikeThread::start(open(&[StrikeConfig::Simulated { log: log.clone() }]).unwrap())
            .unwrap();
    strike
        .handle()
        .unlock(12, Duration::from_mins(1))
        .await
        .unwrap();
    drop(strike);
    let text = std::fs::read_to_string(log).unwrap();
    let moves: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(moves.len(), 2);
    assert_eq!(moves[0]["state"], "unlocked");
    assert_eq!(moves[0]["seq"], 12);
    assert_eq!(moves[1]["state"], "locked");
    assert!(moves[1]["seq"].is_null());
    assert!(moves[0]["at_ms"].as_u64() > Some(1_700_000_000_000));
}

#[test]
fn a_simulated_strike_that_was_killed_while_unlocked_is_locked_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("strike.jsonl");
    let unlocked = r#"{"at_ms":1700000000000,"state":"unlocked","seq":3}"#;
    std::fs::write(&log, unlocked).unwrap();
    drop(SimulatedStrike::open(&log).unwrap());
    drop(SimulatedStrike::open(&log).unwrap());
    let text = std::fs::read_to_string(log).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert_eq!(lines[0], unlocked);
    assert!(lines[1].contains(r#""state":"locked""#), "{text}");
}
