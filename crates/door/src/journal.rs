//! The one writer of the door's chain.
//!
//! A thread of its own holds the database and the signing key. Whoever gets a number back from
//! [`Journal::append`] knows that the record is on the disk: only then may the strike move.

use std::{
    sync::mpsc::{self, Receiver, Sender},
    thread::{self, JoinHandle},
};

use access::{ClipId, SigningKey, SigningPublicKey};
use audit::{ChainPosition, DoorChain, Event, Hash32, SignedRecord};
use tokio::sync::{oneshot, watch};

use crate::store::{Alongside, NewRecord, Store, StoreError, Tail};

/// The most appends that share one commit.
const GROUP: usize = 64;

/// Something to put on record.
#[derive(Clone, Debug)]
pub struct Draft {
    /// When it happened: unix milliseconds.
    pub at_ms: u64,
    /// What happened.
    pub event: Event,
    /// What becomes true in the same transaction.
    pub alongside: Vec<Alongside>,
    /// What else happened: one more record each in the same transaction.
    pub also: Vec<Event>,
    /// Why the entry that this record tells of is not filmed, though it should be: a second
    /// record in the same transaction.
    pub unfilmed: Option<String>,
}

impl Draft {
    /// A record with nothing alongside.
    pub fn new(at_ms: u64, event: Event) -> Self {
        Self {
            at_ms,
            event,
            alongside: Vec::new(),
            also: Vec::new(),
            unfilmed: None,
        }
    }

    /// The same with something that becomes true in its transaction.
    #[must_use]
    pub fn with(mut self, alongside: Alongside) -> Self {
        self.alongside.push(alongside);
        self
    }

    fn is_attempt(&self) -> bool {
        matches!(
            self.event,
            Event::Entry(_) | Event::Denied { .. } | Event::Exit
        )
    }

    fn begun(&self) -> Option<Begun> {
        let at_ms = self.at_ms;
        self.alongside.iter().find_map(|alongside| match alongside {
            Alongside::ClipBegins { clip, .. } => Some(Begun { clip: *clip, at_ms }),
            _ => None,
        })
    }
}

/// A clip that begins with a record.
struct Begun {
    clip: ClipId,
    at_ms: u64,
}

impl Begun {
    /// What is put on record when whoever was to film has gone.
    fn nobody_films(self, entry_seq: u64) -> Waiting {
        let why = "not_begun".to_owned();
        let draft = Draft::new(self.at_ms, Event::Unfilmed { entry_seq, why });
        let (done, _) = oneshot::channel();
        (draft.with(Alongside::ClipLost(self.clip)), done)
    }
}

type Query = Box<dyn FnOnce(&mut Store) + Send>;

enum Order {
    Append {
        draft: Box<Draft>,
        done: oneshot::Sender<Result<u64, StoreError>>,
    },
    Query(Query),
}

/// Appends to the chain and asks the store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Journal {
    orders: Sender<Order>,
    last_seq: watch::Receiver<u64>,
}

impl Journal {
    /// Commits a record and returns its number. Its record is on the disk when this returns; after
    /// an error it is not part of the chain.
    ///
    /// An attempt for which nobody waits any more is not recorded: nobody acts on it.
    pub async fn append(&self, draft: Draft) -> Result<u64, StoreError> {
        let (done, answer) = oneshot::channel();
        let draft = Box::new(draft);
        let order = Order::Append { draft, done };
        self.orders.send(order).map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs `question` on the store, between two commits of the chain.
    pub async fn query<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (done, answer) = oneshot::channel();
        let ask = move |store: &mut Store| {
            // Whoever asked may have gone.
            let _ = done.send(question(store));
        };
        let order = Order::Query(Box::new(ask));
        self.orders.send(order).map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// The number of the last committed record, and every change of it.
    pub fn last_seq(&self) -> watch::Receiver<u64> {
        self.last_seq.clone()
    }
}

/// The thread behind every [`Journal`]. It ends when the last of them is dropped.
#[derive(Debug)]
pub struct JournalThread(JoinHandle<()>);

impl JournalThread {
    /// Starts the writer at the end of `chain`, which `store` holds.
    pub fn start(
        store: Store,
        chain: DoorChain,
        key: SigningKey,
    ) -> std::io::Result<(Self, Journal)> {
        let (orders, received) = mpsc::channel();
        let (last, last_seq) = watch::channel(chain.position().last_seq());
        let writer = Writer {
            store,
            chain,
            key,
            last,
        };
        let thread = thread::Builder::new()
            .name("journal".into())
            .spawn(move || writer.run(&received))?;
        Ok((Self(thread), Journal { orders, last_seq }))
    }

    /// Waits until every [`Journal`] is gone and the database is closed.
    pub fn join(self) {
        if self.0.join().is_err() {
            tracing::error!("the journal's thread panicked");
        }
    }
}

struct Writer {
    store: Store,
    chain: DoorChain,
    key: SigningKey,
    last: watch::Sender<u64>,
}

type Waiting = (Draft, oneshot::Sender<Result<u64, StoreError>>);

impl Writer {
    fn run(mut self, orders: &Receiver<Order>) {
        let mut put_off = None;
        while let Some(order) = put_off.take().or_else(|| orders.recv().ok()) {
            match order {
                Order::Query(query) => query(&mut self.store),
                Order::Append { draft, done } => {
                    let mut group = vec![(*draft, done)];
                    put_off = gather(orders, &mut group);
                    self.commit(group);
                }
            }
        }
    }

    /// All of the group or none of it, but for attempts for which nobody waits any more.
    fn commit(&mut self, mut group: Vec<Waiting>) {
        group.retain(|(draft, done)| !(draft.is_attempt() && done.is_closed()));
        if group.is_empty() {
            return;
        }
        let begun: Vec<_> = group.iter().map(|(draft, _)| draft.begun()).collect();
        let (drafts, waiting): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        let mut chain = self.chain.clone();
        let result = self
            .sign(&mut chain, drafts)
            .and_then(|(records, numbers)| self.store.append(&records).map(|()| numbers));
        match result {
            Ok(numbers) => {
                self.chain = chain;
                // Before the answers: who has one also sees its number here.
                self.last.send_replace(self.chain.position().last_seq());
                let mut unfilmed = Vec::new();
                for ((done, seq), begun) in waiting.into_iter().zip(numbers).zip(begun) {
                    let is_told = done.send(Ok(seq)).is_ok();
                    unfilmed.extend(
                        begun
                            .filter(|_| !is_told)
                            .map(|clip| clip.nobody_films(seq)),
                    );
                }
                if !unfilmed.is_empty() {
                    self.commit(unfilmed);
                }
            }
            Err(error) => {
                tracing::error!(%error, "a record could not be committed");
                self.fail(waiting, &error);
            }
        }
    }

    fn sign(
        &self,
        chain: &mut DoorChain,
        drafts: Vec<Draft>,
    ) -> Result<(Vec<NewRecord>, Vec<u64>), StoreError> {
        let mut records = Vec::new();
        let mut numbers = Vec::new();
        for draft in drafts {
            let entry_seq = chain.position().next_seq;
            numbers.push(entry_seq);
            let mut first = sign_one(chain, &self.key, draft.at_ms, draft.event)?;
            first.alongside = draft.alongside;
            records.push(first);
            for event in draft.also {
                records.push(sign_one(chain, &self.key, draft.at_ms, event)?);
            }
            if let Some(why) = draft.unfilmed {
                let event = Event::Unfilmed { entry_seq, why };
                records.push(sign_one(chain, &self.key, draft.at_ms, event)?);
            }
        }
        Ok((records, numbers))
    }

    /// Tells everybody in the group, and goes back to what the disk holds.
    fn fail(&mut self, waiting: Vec<oneshot::Sender<Result<u64, StoreError>>>, error: &StoreError) {
        let shared = error.to_string();
        for done in waiting {
            let _ = done.send(Err(StoreError::NotCommitted(shared.clone())));
        }
        // A commit that failed may have reached the disk nevertheless: the disk knows.
        match self.store.tail() {
            Ok(tail) => self.chain = DoorChain::resume(position(&self.chain, tail.as_ref())),
            Err(error) => tracing::error!(%error, "the end of the chain cannot be read"),
        }
    }
}

fn position(chain: &DoorChain, tail: Option<&Tail>) -> ChainPosition {
    let ChainPosition { building, door, .. } = chain.position();
    match tail {
        None => ChainPosition::start(building, door),
        Some(tail) => ChainPosition {
            building,
            door,
            next_seq: tail.seq.saturating_add(1),
            last_hash: Hash32(tail.hash),
        },
    }
}

/// Takes the appends that wait already, up to the first order that is something else.
fn gather(orders: &Receiver<Order>, group: &mut Vec<Waiting>) -> Option<Order> {
    while group.len() < GROUP {
        match orders.try_recv().ok()? {
            Order::Append { draft, done } => group.push((*draft, done)),
            query @ Order::Query(_) => return Some(query),
        }
    }
    None
}

fn sign_one(
    chain: &mut DoorChain,
    key: &SigningKey,
    at_ms: u64,
    event: Event,
) -> Result<NewRecord, StoreError> {
    let seq = chain.position().next_seq;
    let signed = chain.append(key, at_ms, event)?;
    Ok(NewRecord {
        seq,
        hash: *signed.hash().as_bytes(),
        body: signed.as_bytes().to_vec(),
        alongside: Vec::new(),
    })
}

/// Where the chain of this door goes on, after checking that what `store` ends with is its own.
pub fn resume(
    store: &Store,
    start: ChainPosition,
    key: &SigningPublicKey,
) -> Result<DoorChain, StoreError> {
    let Some(tail) = store.tail()? else {
        return Ok(DoorChain::start(start.building, start.door));
    };
    let foreign = |why: &dyn std::fmt::Display| {
        StoreError::Unreadable(format!("its last record, {}, {why}", tail.seq))
    };
    let signed = SignedRecord(tail.body.clone());
    let record = signed.verify(key).map_err(|error| foreign(&error))?;
    if (record.building, record.door) != (start.building, start.door) {
        return Err(foreign(&"is another door's"));
    }
    if record.seq != tail.seq || signed.hash().as_bytes() != &tail.hash {
        return Err(foreign(&"is not where it belongs"));
    }
    Ok(DoorChain::resume(ChainPosition {
        next_seq: tail.seq.saturating_add(1),
        last_hash: Hash32(tail.hash),
        ..start
    }))
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
